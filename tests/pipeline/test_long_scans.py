"""A long scan is read in goes: found by its first pages at once, whole in the end, whatever comes between."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from workbench import Workbench
from workbench.catalog.reading import Reading
from workbench.config import Settings
from workbench.pipeline import reading
from workbench.pipeline.steps import Task, read_document

WORDS = ("Angebot", "Lieferschein", "Mahnung")


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """Three scanned pages, each with its own word."""
    font = ImageFont.load_default(40)
    pages = []
    for word in WORDS:
        page = Image.new("L", (700, 300), 255)
        ImageDraw.Draw(page).text((60, 100), f"{word} Nummer 4711", fill=0, font=font)
        pages.append(page)
    place = tmp_path / "post" / "scan.tif"
    place.parent.mkdir()
    pages[0].save(place, save_all=True, append_images=pages[1:], dpi=(150, 150))
    return place


def _with(settings: Settings, **changes: object) -> Settings:
    extraction = settings.extraction.model_copy(update={"ocr": True, "languages": ("deu",), **changes})
    return settings.model_copy(update={"extraction": extraction, "workers": 1})


def _digest(settings: Settings, folder: Path) -> str:
    with Workbench(settings=settings) as wb:
        wb.ingest(folder)
        return wb.canonical_digest()


def test_goes_of_a_page_each_end_like_one_go(settings: Settings, other_settings: Settings, scan: Path) -> None:
    in_goes = _digest(_with(settings, ocr_budget_s=0.001), scan.parent)
    assert in_goes == _digest(_with(other_settings, ocr_budget_s=0), scan.parent)


def test_between_goes_it_is_found_by_what_was_read(
    settings: Settings, scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Workbench(settings=_with(settings, ocr_budget_s=0.001)) as wb:
        _stop_after_records(monkeypatch, 1)
        with pytest.raises(KeyboardInterrupt):
            wb.ingest(scan.parent)
        monkeypatch.undo()
        assert [hit.name for hit in wb.search(WORDS[0])] == ["scan.tif"]
        assert wb.search(WORDS[2]) == []
        life = wb.life("scan.tif")
        assert life.extraction is not None
        assert life.extraction["next_page"] == 2
        wb.ingest(scan.parent)
        assert [hit.name for hit in wb.search(WORDS[2])] == ["scan.tif"]
        with wb.database.transaction() as tx:
            assert tx.value("SELECT count(*) FROM extractions") == 1


def _stop_after_records(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Interrupt the run, as Ctrl-C would, once so many batches are recorded."""
    record, left = reading._record, [count]

    def stopping(*arguments: object) -> None:
        record(*arguments)  # type: ignore[arg-type] # it is the same function
        left[0] -= 1
        if left[0] <= 0:
            raise KeyboardInterrupt

    monkeypatch.setattr(reading, "_record", stopping)


def test_a_worker_that_dies_on_the_way_costs_no_page(
    settings: Settings, other_settings: Settings, scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _digest(_with(other_settings, ocr_budget_s=0), scan.parent)
    prepare, killed = reading._prepare, []

    def striking(*arguments: object) -> object:
        tasks = prepare(*arguments)  # type: ignore[arg-type] # it is the same function
        if tasks and tasks[0][1].begun and not killed:
            killed.append(tasks[0][0])
            tasks[0] = (tasks[0][0], replace(tasks[0][1], name="died"))
        return tasks

    monkeypatch.setattr(reading, "_prepare", striking)
    monkeypatch.setattr(reading, "read_document", dying)
    settings = _with(settings, ocr_budget_s=0.001)
    with Workbench(settings=settings) as wb:
        wb.ingest(scan.parent)
        assert killed
        assert wb.text("scan.tif").split() == " ".join(f"{word} Nummer 4711" for word in WORDS).split()
        assert wb.document("scan.tif").state == "ok"
        assert wb.problems(1) == []
        assert wb.canonical_digest() == whole


def test_a_scan_that_cannot_be_read_on_keeps_its_pages(
    settings: Settings, scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "read_document", dying_on_the_rest)
    with Workbench(settings=_with(settings, ocr_budget_s=0.001)) as wb:
        wb.ingest(scan.parent)
        assert (wb.document("scan.tif").state, wb.document("scan.tif").decision) != ("quarantined", "unreadable")
        assert [hit.name for hit in wb.search(WORDS[0])] == ["scan.tif"]
        life = wb.life("scan.tif")
        assert life.extraction is not None
        assert life.extraction["next_page"] is None
        assert "ended its worker process" in life.extraction["message"]
        assert wb.ingest(scan.parent).counts["documents"] == 0


def dying(task: Task) -> Reading:
    """Read, but end the worker where the test says so."""
    if task.name == "died":
        os.kill(os.getpid(), signal.SIGKILL)
    return read_document(task)


def dying_on_the_rest(task: Task) -> Reading:
    """Read the first go only."""
    if task.begun:
        os.kill(os.getpid(), signal.SIGKILL)
    return read_document(task)
