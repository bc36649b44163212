"""A small folder of real samples: every kind of document and trouble, nothing that takes long."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.conftest import SAMPLES, cloned
from workbench.config import Settings
from workbench.database.embedded import Server

# Scans and long reports are for the tests of extraction; here every file should take milliseconds.
SUFFIXES = {".txt", ".md", ".html", ".eml", ".docx", ".csv", ".zip", ".pdf"}
FOLDERS = ("archives", "broken", "emails", "letters", "misc")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some sixty sample documents, with their folders."""
    place = tmp_path / "documents"
    for name in FOLDERS:
        for file in sorted((SAMPLES / name).iterdir()):
            if file.suffix in SUFFIXES and file.stat().st_size < 60_000:
                target = place / name / file.name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, target)
    return place


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Without docling, whose loading would be most of each test; `tests/extraction` and the scenarios use it."""
    return settings.model_copy(update={"extraction": settings.extraction.model_copy(update={"mode": "fast"})})


@pytest.fixture
def other_settings(server: Server, template: str, settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Another empty catalogue."""
    for other in cloned(server, template):
        url = SecretStr(other.conninfo("admin"))
        yield settings.model_copy(update={"home": tmp_path / "other", "database_url": url, "app_database_url": None})
