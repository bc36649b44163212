"""What kills its worker is given up in bounded tries; what is killed from outside is not."""

import os
import signal
from pathlib import Path

import pytest

from workbench import Workbench
from workbench.catalog.reading import Reading
from workbench.pipeline import reading
from workbench.pipeline.steps import Task, read_document
from workbench.runs.items import KILLS, STRIKES

LETTER = "Rechnung\n\nRechnungsnummer: 4711\nBitte überweisen Sie den Rechnungsbetrag von 12,00 EUR.\n"


@pytest.fixture
def post(tmp_path: Path) -> Path:
    place = tmp_path / "post"
    place.mkdir()
    for name in ("1.txt", "2.txt", "poison.txt"):
        (place / name).write_text(f"{LETTER}{name}\n", encoding="utf-8")
    return place


def _again(task: Task) -> int:
    """How often this file was begun so far, by the folder of the run that reads it."""
    notes = task.options.scratch.parent / "begun"
    with notes.open("a") as file:
        file.write("x")
    return len(notes.read_text())


def killed_a_few_times(task: Task) -> Reading:
    if task.name == "poison.txt" and _again(task) <= STRIKES + 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return read_document(task)


def always_killed(task: Task) -> Reading:
    if task.name == "poison.txt":
        os.kill(os.getpid(), signal.SIGKILL)
    return read_document(task)


def always_crashing(task: Task) -> Reading:
    if task.name == "poison.txt":
        os.kill(os.getpid(), signal.SIGSEGV)
    return read_document(task)


def test_a_sound_file_survives_workers_that_are_killed_from_outside(
    workbench: Workbench, post: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "read_document", killed_a_few_times)
    report = workbench.ingest(post)
    assert report.problems == []
    assert workbench.document("poison.txt").state == "ok"
    with workbench.database.transaction() as tx:
        assert tx.tuples("SELECT strikes, kills FROM items WHERE kills > 0") == [(0, STRIKES + 2)]


@pytest.mark.parametrize(("reader", "tries"), [(always_crashing, STRIKES), (always_killed, KILLS)])
def test_a_file_that_always_ends_its_worker_is_quarantined_in_bounded_tries(
    workbench: Workbench, post: Path, monkeypatch: pytest.MonkeyPatch, reader: object, tries: int
) -> None:
    monkeypatch.setattr(reading, "read_document", reader)
    report = workbench.ingest(post)
    assert workbench.document("poison.txt").state == "quarantined"
    assert [problem.locator for problem in report.problems] == [str(post / "poison.txt")]
    assert {workbench.document(name).state for name in ("1.txt", "2.txt")} == {"ok"}
    with workbench.database.transaction() as tx:
        assert tx.value("SELECT max(strikes + kills) FROM items") == tries - 1
    assert workbench.ingest(post).counts["problems"] == 0
