"""What an interrupted run leaves behind is finished, whatever is asked for next."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench import Workbench
from workbench.config import Settings
from workbench.errors import SourceError
from workbench.records import RunState

LETTER = (
    "Rechnung\n\nRechnungsnummer: {0}\nBitte überweisen Sie den Rechnungsbetrag von {0},00 EUR bis zum 17.03.2026.\n"
)


@pytest.fixture
def post(tmp_path: Path) -> Path:
    """A folder of five letters."""
    place = tmp_path / "documents" / "post"
    place.mkdir(parents=True)
    for number in range(5):
        (place / f"{number}.txt").write_text(LETTER.format(number + 4711), encoding="utf-8")
    return place


@pytest.fixture
def interrupted(workbench: Workbench, post: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """A workbench whose run over the letters ended after they were taken and before they were read."""

    def stop(_job: object, _workers: object, incoming: Iterator[int]) -> None:
        for _ in incoming:
            pass
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.pipeline.running.read", stop)
    with pytest.raises(KeyboardInterrupt):
        workbench.ingest(post)
    monkeypatch.undo()
    assert set(workbench.sql("SELECT state FROM documents")["state"]) == {"taken"}
    return workbench


def _decisions(workbench: Workbench) -> set[str]:
    return set(workbench.sql("SELECT decision FROM documents")["decision"])


@pytest.mark.parametrize("other", ["..", "0.txt .", "."])
def test_another_selection_that_holds_the_same_files_finishes_them(
    interrupted: Workbench, post: Path, other: str
) -> None:
    interrupted.ingest(*[(post / part).resolve() for part in other.split()])
    assert _decisions(interrupted) == {"classified"}


def test_what_came_changed_or_went_in_the_meantime_is_seen_when_it_goes_on(interrupted: Workbench, post: Path) -> None:
    (post / "neu.txt").write_text(LETTER.format(99), encoding="utf-8")
    (post / "1.txt").write_text(LETTER.format(98), encoding="utf-8")
    (post / "2.txt").unlink()
    report = interrupted.ingest(post)
    assert report.problems == []
    assert (report.counts["documents"], report.counts["superseded"], report.counts["vanished"]) == (7, 1, 1)
    assert _decisions(interrupted) == {"classified"}


def test_a_folder_that_was_emptied_in_the_meantime_does_not_hold_the_run_for_ever(
    interrupted: Workbench, post: Path
) -> None:
    for file in post.iterdir():
        file.unlink()
    with pytest.raises(SourceError, match="allow-empty"):
        interrupted.ingest(post)
    report = interrupted.ingest(post, allow_empty=True)
    assert report.run.state == RunState.FINISHED
    assert report.counts["vanished"] == 5
    assert _decisions(interrupted) == {"classified"}


def test_a_label_given_before_a_document_is_read_stays(interrupted: Workbench, post: Path) -> None:
    document = interrupted.document(str(post / "3.txt"))
    interrupted.label(document.id, "reminder", note="known sender")
    interrupted.ingest(post)
    found = interrupted.document(document.id)
    assert (found.state, found.decision, found.category, found.decided_by) == ("ok", "classified", "reminder", "person")
    assert "known sender" in found.reason


def test_the_workbench_does_not_take_its_own_catalogue(settings: Settings, workbench: Workbench, post: Path) -> None:
    home = settings.home_folder
    documents = home.parent
    assert post.is_relative_to(documents)
    workbench.ingest(documents)
    assert workbench.ingest(documents).counts["arrivals"] == 0
    places = workbench.sql("SELECT locator FROM arrivals")["locator"]
    assert len(places) == 5
    assert not places.str.startswith(str(home)).any()
    (documents / "also").symlink_to(home)
    with pytest.raises(SourceError, match="belongs to the workbench itself"):
        workbench.ingest(documents / "also" / "objects")
