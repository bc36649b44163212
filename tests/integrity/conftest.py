"""A small ingested catalogue whose store and tables can be damaged."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from tests.conftest import PROJECT, Catalogue, cloned
from workbench import Workbench, config
from workbench.config import Settings
from workbench.database.embedded import Server
from workbench.integrity import Checked
from workbench.store import LocalStore

TEXTS = {
    "brief.txt": "Sehr geehrte Frau Müller, anbei unsere Rechnung über 1.190,00 EUR. Rechnungsnummer: 4711\n",
    "note.txt": "Please find the minutes of our meeting on Tuesday below.\n",
    "liste.csv": "Artikel;Menge\nSchraube;12\nMutter;40\n",
}


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A live workbench, its folder of documents, and the way past its guards."""

    wb: Workbench
    folder: Path
    catalogue: Catalogue

    @property
    def store(self) -> LocalStore:
        assert isinstance(self.wb.store, LocalStore)
        return self.wb.store

    def blob(self, name: str) -> Path:
        """Where the bytes of a document lie."""
        digest = self.wb.document(name).digest
        place = self.store.folder / digest[:2] / digest[2:4] / digest
        place.chmod(0o600)
        return place

    def behind_its_back(self, *statements: str) -> None:
        """Write to the database with every trigger switched off, as an administrator could."""
        with psycopg.connect(self.catalogue.conninfo("admin")) as connection:
            connection.execute("SET search_path TO workbench")
            connection.execute("SET session_replication_role TO replica")
            for statement in statements:
                connection.execute(statement.encode())


def _settings(catalogue: Catalogue, home: Path) -> Settings:
    """The shipped settings, without docling and recognition, which are no matter here."""
    shipped = config.load(PROJECT)
    return shipped.model_copy(
        update={
            "home": home,
            "workers": 1,
            "database_url": SecretStr(catalogue.conninfo("admin")),
            "extraction": shipped.extraction.model_copy(update={"mode": "fast", "ocr": False}),
        }
    )


@pytest.fixture(scope="module")
def ingested(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The database and the place of a catalogue that is copied for each test."""
    place = tmp_path_factory.mktemp("shelf")
    (place / "in").mkdir()
    for name, text in TEXTS.items():
        (place / "in" / name).write_text(text, encoding="utf-8")
    for catalogue in cloned(server, template):
        with Workbench(settings=_settings(catalogue, place / "home"), actor="anna") as wb:
            wb.ingest(place / "in")
        yield catalogue.name, place


@pytest.fixture
def shelf(server: Server, ingested: tuple[str, Path], tmp_path: Path) -> Iterator[Shelf]:
    name, place = ingested
    shutil.copytree(place / "home" / "objects", tmp_path / "home" / "objects")
    for catalogue in cloned(server, name):
        with Workbench(settings=_settings(catalogue, tmp_path / "home"), actor="anna") as wb:
            yield Shelf(wb=wb, folder=place / "in", catalogue=catalogue)


def told(found: Checked) -> list[tuple[str, str]]:
    """Each finding as its kind and what it says is wrong."""
    return [(finding.kind.value, finding.message) for finding in found.findings]
