"""An inbox is emptied once its files are committed, whatever happens in between."""

import shutil
from pathlib import Path

import pytest

from workbench import Workbench
from workbench.errors import SourceError
from workbench.journal import effects
from workbench.records import RunState
from workbench.report import Report
from workbench.sources import FolderSource

LETTER = "Rechnung\n\nRechnungsnummer: {0}\nBitte überweisen Sie den Rechnungsbetrag von {0},00 EUR.\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    place = tmp_path / "inbox"
    (place / "post").mkdir(parents=True)
    for number in range(3):
        (place / "post" / f"{number}.txt").write_text(LETTER.format(number + 4711), encoding="utf-8")
    return place


@pytest.fixture
def done(tmp_path: Path) -> Path:
    place = tmp_path / "done"
    place.mkdir()
    return place


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def count(report: Report, *what: str) -> tuple[int, ...]:
    return tuple(report.counts[name] for name in what)


ALL = ["post/0.txt", "post/1.txt", "post/2.txt"]


def test_files_are_moved_when_they_are_taken_and_are_not_missed(workbench: Workbench, inbox: Path, done: Path) -> None:
    report = workbench.ingest(inbox, move_to=done)
    assert (names(inbox), names(done)) == ([], ALL)
    assert report.run.parameters["move_to"] == str(done)
    again = workbench.ingest(inbox, move_to=done)
    assert count(again, "arrivals", "vanished") == (0, 0)
    assert again.problems == []
    assert set(workbench.sql("SELECT state FROM arrivals")["state"]) == {"present"}


def test_a_duplicate_and_a_file_that_is_known_already_are_moved_too(
    workbench: Workbench, inbox: Path, done: Path
) -> None:
    workbench.ingest(inbox)
    shutil.copy2(inbox / "post" / "0.txt", inbox / "copy.txt")
    report = workbench.ingest(inbox, move_to=done)
    assert count(report, "arrivals", "duplicates") == (1, 1)
    assert (names(inbox), names(done)) == ([], ["copy.txt", *ALL])


def test_what_cannot_be_taken_stays(workbench: Workbench, inbox: Path, done: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    opened = FolderSource.open
    monkeypatch.setattr(FolderSource, "open", lambda self, a: _refused() if a.name == "1.txt" else opened(self, a))
    report = workbench.ingest(inbox, move_to=done)
    assert len(report.problems) == 1
    assert (names(inbox), names(done)) == (["post/1.txt"], ["post/0.txt", "post/2.txt"])


def _refused() -> None:
    raise SourceError("it may not be read")


def test_tomorrow_s_file_of_the_same_name_is_no_new_version_of_today_s(
    workbench: Workbench, inbox: Path, done: Path
) -> None:
    workbench.ingest(inbox, move_to=done)
    (inbox / "post" / "0.txt").write_text(LETTER.format(99), encoding="utf-8")
    report = workbench.ingest(inbox, move_to=done)
    assert count(report, "arrivals", "superseded") == (1, 0)
    assert names(inbox) == []
    assert len(names(done)) == 4


def test_a_file_whose_move_was_taken_back_is_an_ordinary_one_again(
    workbench: Workbench, inbox: Path, done: Path
) -> None:
    run = workbench.ingest(inbox, move_to=done).run
    with workbench.database.transaction() as tx:
        tx.run("UPDATE effects SET state = 'undoing'")
    settled = effects.settle(workbench.database, run.id, {"folder": FolderSource([])})
    assert (settled.undone, names(inbox), names(done)) == (3, ALL, [])
    (inbox / "post" / "0.txt").unlink()
    assert count(workbench.ingest(inbox), "arrivals", "vanished") == (0, 1)
    shutil.rmtree(inbox / "post")
    with pytest.raises(SourceError, match="allow-empty"):
        workbench.ingest(inbox)


def test_a_move_that_fails_is_a_problem_until_a_later_run_does_it(
    workbench: Workbench, inbox: Path, done: Path, tmp_path: Path
) -> None:
    for name in ("0.txt", "1.txt"):
        (done / "post" / name).mkdir(parents=True)
    first = workbench.ingest(inbox)
    (done / "post").rename(tmp_path / "post")
    (done / "post").write_text("a file where a folder should be")
    report = workbench.ingest(inbox, move_to=done)
    assert report.run.state == RunState.FINISHED_WITH_PROBLEMS
    assert {(p.stage, p.kind) for p in report.problems} == {("effect", "not performed")}
    assert {p.locator for p in report.problems} == {str(inbox / name) for name in ALL}
    assert names(inbox) == ALL
    (done / "post").unlink()
    assert workbench.ingest(inbox, move_to=done).run.state == RunState.FINISHED
    with workbench.database.transaction() as tx:
        assert tx.value("SELECT count(*) FROM problems") == 0
    assert (first.problems, names(inbox), names(done)) == ([], [], ALL)


def test_a_run_that_ended_between_committing_and_moving_moves_when_it_goes_on(
    workbench: Workbench, inbox: Path, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    perform, moved = FolderSource.perform, []

    def cut_short(self: FolderSource, effect: object) -> str:
        if moved:
            raise KeyboardInterrupt
        moved.append(effect)
        return perform(self, effect)  # type: ignore[arg-type]

    monkeypatch.setattr(FolderSource, "perform", cut_short)
    with pytest.raises(KeyboardInterrupt):
        workbench.ingest(inbox, move_to=done)
    monkeypatch.undo()
    assert (names(inbox), names(done)) == (ALL[1:], ALL[:1])
    report = workbench.ingest(inbox, move_to=done)
    assert count(report, "arrivals", "vanished", "problems") == (3, 0, 0)
    assert (names(inbox), names(done)) == ([], ALL)


def test_a_rehearsal_moves_nothing(workbench: Workbench, inbox: Path, done: Path) -> None:
    report = workbench.ingest(inbox, move_to=done, rehearse=True)
    assert count(report, "documents") == (3,)
    assert (names(inbox), names(done)) == (ALL, [])


def test_a_folder_to_move_to_that_is_not_there_stops_before_anything_begins(
    workbench: Workbench, inbox: Path, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="there is no folder"):
        workbench.ingest(inbox, move_to=tmp_path / "nowhere")
    assert list(workbench.runs) == []
