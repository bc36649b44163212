"""What other options or another engine may read is tried again."""

import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.extraction import handmade
from workbench import Workbench
from workbench.catalog.reading import Reading
from workbench.config import Settings
from workbench.extraction import Mode
from workbench.pipeline import reading
from workbench.pipeline.steps import Task, read_document


def test_a_password_that_comes_later_opens_what_is_held(settings: Settings, tmp_path: Path) -> None:
    place = tmp_path / "post"
    place.mkdir()
    (place / "vertrag.pdf").write_bytes(handmade.pdf("Mietvertrag Nummer sieben", password="geheim"))
    with Workbench(settings=settings) as wb:
        wb.ingest(place)
        assert wb.document("vertrag.pdf").state == "encrypted"
        wb.ingest(place)
    with Workbench(settings=settings.model_copy(update={"passwords": (SecretStr("geheim"),)})) as wb:
        wb.ingest(place)
        assert wb.document("vertrag.pdf").state == "ok"
        assert wb.text("vertrag.pdf") == "Mietvertrag Nummer sieben"


def test_a_limit_that_is_raised_later_lets_a_picture_in(settings: Settings, tmp_path: Path) -> None:
    place = tmp_path / "post"
    place.mkdir()
    (place / "brief.txt").write_text("Rechnung " * 200_000, encoding="utf-8")
    small = settings.extraction.model_copy(update={"max_mb": 1})
    with Workbench(settings=settings.model_copy(update={"extraction": small})) as wb:
        wb.ingest(place)
        assert wb.document("brief.txt").state == "too_large"
    with Workbench(settings=settings) as wb:
        wb.ingest(place)
        assert wb.document("brief.txt").state == "ok"


def test_what_docling_stands_still_on_is_read_directly(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "post"
    place.mkdir()
    (place / "brief.docx").write_bytes(handmade.docx())
    monkeypatch.setattr(reading, "read_document", slow_but_direct)
    balanced = settings.extraction.model_copy(update={"mode": "balanced", "timeout_s": 3})
    with Workbench(settings=settings.model_copy(update={"extraction": balanced})) as wb:
        report = wb.ingest(place)
        assert report.problems == []
        assert "Mietvertrag" in wb.text("brief.docx")
        life = wb.life("brief.docx")
        assert life.extraction is not None
        assert life.extraction["extractor"] == "word"


def slow_but_direct(task: Task) -> Reading:
    """Stand still wherever docling would read."""
    if task.options.mode is not Mode.FAST:
        time.sleep(60)
    return read_document(task)
