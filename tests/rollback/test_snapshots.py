"""A named point of the journal is returned to."""

from pathlib import Path

import pytest

from tests.rollback.conftest import write
from tests.rollback.test_taking_back import changed_folder, digests
from workbench import Workbench
from workbench.config import Settings
from workbench.errors import NothingToDo, RunError, UnknownName
from workbench.records import RunState
from workbench.rollback import Fate


def test_returning_to_a_snapshot_takes_back_all_runs_since(workbench: Workbench, post: Path, tmp_path: Path) -> None:
    write(tmp_path / "vorher", "a.txt", 90)
    workbench.ingest(tmp_path / "vorher")
    before = digests(workbench)
    workbench.snapshots.create("vor dem Umbau", reason="neue Ablage")
    last = changed_folder(workbench, post)
    plan = workbench.snapshots.restore("vor dem Umbau", dry_run=True)
    assert plan.runs == (last, last - 1)
    done = workbench.snapshots.restore("vor dem Umbau")
    assert digests(workbench) == before
    assert {workbench.runs[run].state for run in done.runs} == {RunState.ROLLED_BACK}
    # The snapshot is there still, and returning to it can be taken back.
    with pytest.raises(RunError, match="nothing to take back since snapshot 'vor dem Umbau'"):
        workbench.snapshots.restore("vor dem Umbau")
    workbench.rollback(done.by or 0)
    assert workbench.runs[last].state == RunState.FINISHED_WITH_PROBLEMS
    assert len(workbench.documents()) > 4


def test_returning_twice_moves_no_file_again(workbench: Workbench, post: Path, tmp_path: Path) -> None:
    target = tmp_path / "erledigt"
    target.mkdir()
    write(post, "a.txt", 1)
    workbench.snapshots.create("vorher", reason="zum Vergleich")
    workbench.ingest(post, move_to=target)
    workbench.snapshots.restore("vorher")
    with pytest.raises(NothingToDo):
        workbench.snapshots.restore("vorher")
    assert (post / "a.txt").exists()
    assert str(workbench.snapshots.diff("vorher")).startswith("since snapshot 'vorher': no document has changed")


def test_labels_given_since_are_told_where_they_stay(workbench: Workbench, post: Path) -> None:
    write(post, "a.txt", 1)
    workbench.ingest(post)
    workbench.snapshots.create("jetzt", reason="zum Vergleich")
    workbench.label("a.txt", "offer")
    write(post, "b.txt", 2)
    workbench.ingest(post)
    done = workbench.snapshots.restore("jetzt")
    assert "1 label that a person gave since stays: --labels" in done.kept


def test_a_difference_shows_the_documents_as_they_were(workbench: Workbench, post: Path) -> None:
    write(post, "a.txt", 1)
    workbench.ingest(post)
    workbench.snapshots.create("jetzt", reason="zum Vergleich")
    workbench.label("a.txt", "offer")
    write(post, "b.txt", 2)
    workbench.ingest(post)
    found = {document.name: document for document in workbench.snapshots.diff("jetzt").documents}
    assert (found["a.txt"].now, found["a.txt"].before) == ("offer", "invoice")
    assert found["b.txt"].what is Fate.REMOVED


def test_what_people_decided_since_stays_unless_asked_for(workbench: Workbench, post: Path) -> None:
    write(post, "a.txt", 1)
    workbench.snapshots.create("leer", reason="Anfang")
    workbench.ingest(post)
    workbench.label("a.txt", "offer")
    with pytest.raises(NothingToDo, match="1 document would be kept as it is: --labels"):
        workbench.snapshots.restore("leer")
    assert workbench.document("a.txt").category == "offer"
    workbench.snapshots.restore("leer", labels=True)
    assert workbench.documents() == []


def test_before_a_large_run_a_snapshot_is_made_by_itself(settings: Settings, post: Path) -> None:
    few = settings.snapshots.model_copy(update={"before_documents": 2})
    with Workbench(settings=settings.model_copy(update={"snapshots": few}), actor="anna") as workbench:
        write(post, "1.txt", 1)
        workbench.ingest(post)
        assert len(workbench.snapshots) == 0
        before = digests(workbench)
        for number in range(2, 6):
            write(post, f"{number}.txt", number)
        run = workbench.ingest(post).run.id
        (made,) = workbench.snapshots
        assert (made.name, made.run_id, made.is_automatic) == (f"before run {run}", run, True)
        workbench.snapshots.restore(made.name)
        assert digests(workbench) == before
        # The rollback touched as many, so there is a point before it as well.
        assert len(workbench.snapshots) == 2


@pytest.mark.parametrize("name", ["", " ", "a/b", "x" * 81, "-vorn", "zwei\nZeilen"])
def test_a_name_that_nobody_could_type_is_refused(workbench: Workbench, name: str) -> None:
    with pytest.raises(RunError, match="cannot name a snapshot"):
        workbench.snapshots.create(name, reason="x")


def test_names_are_given_once_and_mistyped_ones_are_told(workbench: Workbench) -> None:
    workbench.snapshots.create("Quartal 1", reason="Abschluss")
    with pytest.raises(RunError, match="there is a snapshot 'Quartal 1' already"):
        workbench.snapshots.create("Quartal 1", reason="Abschluss")
    with pytest.raises(UnknownName, match="did you mean 'Quartal 1'"):
        workbench.snapshots.restore("Quartal 2")
    workbench.snapshots.remove("Quartal 1")
    assert len(workbench.snapshots) == 0


def test_a_snapshot_needs_a_reason(workbench: Workbench) -> None:
    with pytest.raises(RunError, match="say why"):
        workbench.snapshots.create("ohne", reason=" ")
