"""Workbenches that read quickly, as the service that may take runs back, and digests to compare them by."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.conftest import cloned
from workbench import Workbench
from workbench.config import Settings
from workbench.database.embedded import Server

LETTER = (
    "Rechnung\n\nRechnungsnummer: {0}\n\nSehr geehrte Damen und Herren,\n\n"
    "für die Lieferung vom 3. März erlauben wir uns, den Betrag von {0},00 EUR zu berechnen. "
    "Bitte überweisen Sie ihn bis zum 17.03.2026 auf unser Konto.\n\n"
    "Mit freundlichen Grüßen\nMüller & Söhne GmbH\n"
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    extraction = settings.extraction.model_copy(update={"ocr": False, "mode": "fast"})
    return settings.model_copy(update={"extraction": extraction, "app_database_url": None})


@pytest.fixture
def workbench(settings: Settings) -> Iterator[Workbench]:
    """A live workbench as the service role: taking back has to see everything."""
    with Workbench(settings=settings, actor="anna") as live:
        yield live


@pytest.fixture
def other(server: Server, template: str, settings: Settings, tmp_path: Path) -> Iterator[Workbench]:
    """Another, with a catalogue of its own."""
    for catalogue in cloned(server, template):
        url = SecretStr(catalogue.conninfo("admin"))
        elsewhere = settings.model_copy(update={"home": tmp_path / "other home", "database_url": url})
        with Workbench(settings=elsewhere, actor="anna") as live:
            yield live


@pytest.fixture
def post(tmp_path: Path) -> Path:
    """An empty folder for letters."""
    place = tmp_path / "post"
    place.mkdir()
    return place


def write(place: Path, name: str, number: int) -> Path:
    """Write a letter."""
    file = place / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(LETTER.format(number), encoding="utf-8")
    return file
