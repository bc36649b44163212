"""All sample documents in one catalogue, read once for all scenarios that only look at it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

import pytest
from pydantic import SecretStr

from tests.conftest import PROJECT, SAMPLES, Catalogue, cloned
from workbench import Workbench, config
from workbench.database.embedded import Server
from workbench.records import Document
from workbench.report import Report

SCANS = (".png", ".jpg", ".tiff", ".wav", ".mp4")


@dataclass(frozen=True, kw_only=True)
class Label:
    """What a row of labels.csv says about a document."""

    path: str
    category: str
    duplicate_of: str
    near_duplicate_of: str
    difference: str
    state: str
    note: str

    @property
    def has_text(self) -> bool:
        """Can it be read without recognising a picture?"""
        return bool(self.category) and not self.path.endswith(SCANS) and "scanned PDF" not in self.note


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """The samples as the catalogue holds them."""

    workbench: Workbench
    catalogue: Catalogue
    report: Report
    labels: list[Label]
    documents: dict[str, Document]

    def document(self, path: str) -> Document:
        """The document behind a path of labels.csv."""
        return self.documents[normalize("NFC", path)]


@pytest.fixture(scope="session")
def corpus(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """Everything ingested, without recognition and without docling, which take long and are tested elsewhere."""
    for catalogue in cloned(server, template):
        shipped = config.load(PROJECT)
        settings = shipped.model_copy(
            update={
                "home": tmp_path_factory.mktemp("corpus"),
                "workers": 2,
                "database_url": SecretStr(catalogue.conninfo("admin")),
                "extraction": shipped.extraction.model_copy(update={"ocr": False, "mode": "fast"}),
            }
        )
        with Workbench(settings=settings, actor="anna") as workbench:
            report = workbench.ingest(SAMPLES)
            yield Corpus(
                workbench=workbench,
                catalogue=catalogue,
                report=report,
                labels=_labels(),
                documents=_documents(workbench),
            )


def _labels() -> list[Label]:
    with (SAMPLES / "labels.csv").open(encoding="utf-8", newline="") as file:
        return [Label(**{k: v for k, v in row.items() if k != "language"}) for row in csv.DictReader(file)]


def _documents(workbench: Workbench) -> dict[str, Document]:
    found = {document.digest: document for document in workbench.documents(most=10_000)}
    with workbench.database.transaction() as tx:
        places = tx.tuples("SELECT locator, digest FROM arrivals")
    return {normalize("NFC", place.removeprefix(f"{SAMPLES}/")): found[digest] for place, digest in places}


def relative(place: str | Path) -> str:
    """A place in the catalogue as labels.csv writes it."""
    return normalize("NFC", str(place).removeprefix(f"{SAMPLES}/"))
