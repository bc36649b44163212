"""A small ingested catalogue, and a way to give the command line orders."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import PROJECT, SAMPLES, cloned
from workbench import cli
from workbench.database.embedded import Server

FILES = (
    "letters/Claim.txt",
    "letters/Zugehörige Küchenübersicht.txt",
    "misc/Bestelleingang.txt",
    "misc/recipe.txt",
    "misc/recipe new.txt",
    "otrs-tickets/2025031710000123.txt",
    "otrs-tickets/2025031710000123 (2).txt",
    "emails/Rechnung anbei.eml",
    "broken/leer.txt",
)


@dataclass(frozen=True, kw_only=True)
class Office:
    """A folder of documents, and the environment that leads to their catalogue."""

    folder: Path
    environment: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str


Command = Callable[..., Said]


def ordered(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *arguments: object) -> Said:
    """Give an order in this process, and say what it answered."""
    monkeypatch.setattr(sys, "argv", ["workbench", *map(str, arguments)])
    capfd.readouterr()
    try:
        cli.main()
        status: object = 0
    except SystemExit as end:
        status = end.code or 0
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err
    return Said(status=int(str(status)), out=out, err=err)


def furnished(server: Server, template: str, place: Path) -> Iterator[Office]:
    """Documents and an empty catalogue."""
    folder = place / "Eingang März"
    for name in FILES:
        file = next(p for p in (SAMPLES / name).parent.iterdir() if _same(p.name, Path(name).name))
        target = folder / Path(name).parent / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
    for catalogue in cloned(server, template):
        yield Office(
            folder=folder,
            environment={
                "WORKBENCH_HOME": str(place / "home"),
                "WORKBENCH_CONFIG": str(PROJECT / "config"),
                "WORKBENCH_DATABASE_URL": catalogue.conninfo("admin"),
                "WORKBENCH_WORKERS": "1",
                "WORKBENCH_EXTRACTION__MODE": "fast",
                "WORKBENCH_EXTRACTION__OCR": "false",
            },
        )


def _same(one: str, other: str) -> bool:
    from unicodedata import normalize

    return normalize("NFC", one) == normalize("NFC", other)


@pytest.fixture(scope="module")
def office(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The catalogue that the tests of a module share; what changes it says so."""
    yield from furnished(server, template, tmp_path_factory.mktemp("office"))


@pytest.fixture
def command(office: Office, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Give an order as on the command line, in this process for speed; nothing else is left out."""
    for name, value in office.environment.items():
        monkeypatch.setenv(name, value)

    def order(*arguments: object) -> Said:
        return ordered(monkeypatch, capfd, *arguments)

    return order
