"""What is old enough goes from the journal, with all that only it named; the rest can still be taken back."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import PROJECT
from tests.integrity.conftest import Shelf, ingested, shelf
from workbench import runs
from workbench.errors import ConfigError, RunError, RunHeld, StoreError
from workbench.journal import pruning, reading
from workbench.journal.pruning import Span, cut
from workbench.journal.store_target import StoreTarget, removal
from workbench.records import Digest, RunState
from workbench.runs import Order

__all__ = ["ingested", "shelf"]

MONTHS = "90d"


def _age(shelf: Shelf, *run_ids: int, days: int = 100) -> None:
    """Let runs have ended long ago."""
    for run_id in run_ids:
        shelf.behind_its_back(
            f"UPDATE runs SET started_at = started_at - interval '{days} days', "
            f"heartbeat_at = heartbeat_at - interval '{days} days', "
            f"finished_at = finished_at - interval '{days} days' WHERE id = {run_id}"
        )


def _count(shelf: Shelf, question: str) -> int:
    with shelf.wb.database.transaction() as tx:
        return int(tx.value(question))


def _in(shelf: Shelf, name: str, text: str) -> int:
    """Ingest one more document; the run's number."""
    place = shelf.store.folder.parent.parent / "more"
    place.mkdir(exist_ok=True)
    (place / name).write_text(text, encoding="utf-8")
    return shelf.wb.ingest(place / name).run.id


@pytest.fixture
def taken_back(shelf: Shelf) -> tuple[int, int]:
    """An old run that was taken back, and the rollback, which is as old."""
    first = shelf.wb.runs()[0].id
    undone = shelf.wb.rollback(first).by
    assert undone is not None
    _age(shelf, first, undone)
    return first, undone


def test_the_dry_run_gives_the_numbers_of_the_real_one_and_writes_nothing(
    shelf: Shelf, taken_back: tuple[int, int]
) -> None:
    before = _count(shelf, "SELECT count(*) FROM changes")
    planned = shelf.wb.journal.prune(MONTHS, dry_run=True)
    assert (planned.what.runs, planned.what.changes, planned.what.blobs) == (2, before, 3)
    assert planned.what.texts >= 3
    assert planned.what.size == sum(place.stat().st_size for place in shelf.store.folder.rglob("?" * 64))
    assert [run.kind for run in shelf.wb.runs()] == ["rollback", "ingest"]
    assert _count(shelf, "SELECT count(*) FROM changes") == before
    done = shelf.wb.journal.prune(MONTHS)
    assert done.what == planned.what
    assert done.run is not None
    assert (done.run.kind, done.run.state, done.run.counts["removed"]) == ("prune", RunState.FINISHED, 3)
    assert "can no longer be taken back" in str(done)


def test_what_nothing_names_any_more_is_gone_and_all_else_is_there(shelf: Shelf, taken_back: tuple[int, int]) -> None:
    kept = _in(shelf, "offer.txt", "Unser Angebot über zwölf Stühle gilt bis Ende März.\n")
    digest = shelf.wb.document("offer.txt").digest
    assert shelf.wb.check().is_well
    shelf.wb.journal.prune(MONTHS)
    assert list(shelf.store.digests()) == [digest]
    assert _count(shelf, "SELECT count(*) FROM texts") == 1
    assert shelf.wb.text("offer.txt").startswith("Unser Angebot")
    assert shelf.wb.check().is_well
    assert len(shelf.wb.journal.of_run(kept)) > 0
    shelf.wb.rollback(kept)
    assert shelf.wb.documents() == []


def test_what_is_pruned_cannot_be_taken_back_and_says_so(shelf: Shelf) -> None:
    first = shelf.wb.runs()[0].id
    _age(shelf, first)
    shelf.wb.journal.prune(MONTHS)
    with shelf.wb.database.transaction() as tx:
        assert reading.is_pruned(tx, first)
    with pytest.raises(RunError, match=r"can no longer be taken back"):
        shelf.wb.rollback(first)
    assert "pruned by run" in repr(shelf.wb.journal.of_run(first))
    assert shelf.wb.runs[first].pruned_by == shelf.wb.runs()[0].id
    assert "finished, pruned" in repr(shelf.wb.runs)
    assert len(shelf.wb.documents()) == 3


def test_documents_that_stay_keep_their_bytes_texts_and_explanation(shelf: Shelf) -> None:
    _age(shelf, shelf.wb.runs()[0].id)
    before = shelf.wb.canonical_digest()
    done = shelf.wb.journal.prune(MONTHS)
    assert (done.what.blobs, done.what.texts, done.what.pictures) == (0, 0, 0)
    assert done.what.changes > 0
    assert shelf.wb.canonical_digest() == before
    assert shelf.wb.check().is_well


def test_a_row_smuggled_in_after_a_pruning_is_still_found(shelf: Shelf) -> None:
    _age(shelf, shelf.wb.runs()[0].id)
    shelf.wb.journal.prune(MONTHS)
    later = _in(shelf, "later.txt", "Kündigung des Vertrags zum 31.12.2026\n")
    shelf.behind_its_back(f"DELETE FROM changes WHERE relation = 'opinions' AND run_id = {later}")
    kinds = {finding.what.split()[0] for finding in shelf.wb.check().findings}
    assert kinds == {"opinions", "run"}


def test_there_is_nothing_to_prune_where_all_is_young(shelf: Shelf) -> None:
    done = shelf.wb.journal.prune(MONTHS)
    assert done.run is None
    assert "nothing is pruned" in str(done)
    assert [run.kind for run in shelf.wb.runs()] == ["ingest"]


def test_snapshots_before_the_cut_say_that_they_are_lost(shelf: Shelf) -> None:
    shelf.behind_its_back("INSERT INTO snapshots VALUES ('before all', 0, 'why not', 'anna')")
    shelf.behind_its_back("INSERT INTO snapshots VALUES ('by itself', 0, '', 'anna', now(), NULL, true)")
    shelf.wb.snapshots.create("after", reason="to return to")
    _age(shelf, shelf.wb.runs()[0].id)
    planned = shelf.wb.journal.prune(MONTHS, dry_run=True)
    assert (planned.what.snapshots, planned.what.automatic_snapshots) == (("before all",), 1)
    assert "'before all'" in str(planned)
    shelf.wb.journal.prune(MONTHS)
    with pytest.raises(RunError, match="can no longer be returned to"):
        shelf.wb.snapshots.restore("before all")
    assert {snapshot.name for snapshot in shelf.wb.snapshots} == {"before all", "after"}
    assert "the journal since then is pruned" in repr(shelf.wb.snapshots)
    assert shelf.wb.check().findings == []


def test_an_interrupted_run_counts_as_ended_when_it_was_last_heard_of(shelf: Shelf) -> None:
    first = shelf.wb.runs()[0].id
    shelf.behind_its_back(f"UPDATE runs SET state = 'running', finished_at = NULL WHERE id = {first}")
    assert not shelf.wb.journal.prune(MONTHS, dry_run=True).what.up_to
    _age(shelf, first)
    assert shelf.wb.journal.prune(MONTHS, dry_run=True).what.runs == 1


def test_nothing_is_pruned_while_another_run_is_at_work(shelf: Shelf, taken_back: tuple[int, int]) -> None:
    with runs.begin(shelf.wb.database, Order(kind="ingest", job="/elsewhere")), pytest.raises(RunHeld):
        shelf.wb.journal.prune(MONTHS)


PRUNE = """
import os, signal
from workbench import cli
from workbench.journal import effects

def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)

effects.settle = die
cli.main()
"""


def test_killed_between_commit_and_removal_the_same_command_goes_on(shelf: Shelf, taken_back: tuple[int, int]) -> None:
    environment = {
        **os.environ,
        "WORKBENCH_HOME": str(shelf.store.folder.parent),
        "WORKBENCH_CONFIG": str(PROJECT / "config"),
        "WORKBENCH_DATABASE_URL": shelf.catalogue.conninfo("admin"),
    }
    command = ["journal", "prune", "--older-than", MONTHS]
    killed = subprocess.run([sys.executable, "-c", PRUNE, *command], env=environment, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(shelf.store.digests())) == 3
    assert _count(shelf, "SELECT count(*) FROM changes") == 0
    end = time.monotonic() + 20
    while shelf.wb.runs()[0].state != RunState.INTERRUPTED:
        assert time.monotonic() < end
    again, *_ = shelf.store.digests()
    with (
        runs.begin(shelf.wb.database, Order(kind="review", job="anna")) as (review, _),
        shelf.wb.database.transaction(run=review.id) as tx,
    ):
        tx.run(
            "INSERT INTO blobs (digest, size, stored_digest) VALUES (%s, %s, %s)",
            [again, shelf.store.size(again), again],
        )
    done = shelf.wb.journal.prune(MONTHS)
    assert list(shelf.store.digests()) == [again]
    assert done.run is not None
    assert (done.run.attempts, done.run.state, done.run.counts["removed"]) == (2, RunState.FINISHED, 3)
    assert done.run.counts["runs"] == 2
    assert shelf.wb.check().is_well


def test_bytes_that_came_again_are_not_removed(shelf: Shelf, taken_back: tuple[int, int]) -> None:
    digest = next(iter(shelf.store.digests()))
    target = StoreTarget(shelf.wb.database, shelf.store)
    assert "named again" in target.perform(removal(1, digest))
    unknown = shelf.store.put(io.BytesIO(b"nobody names me")).digest
    assert (target.perform(removal(1, unknown)), target.perform(removal(1, unknown))) == ("", "")
    assert unknown not in set(shelf.store.digests())


def test_what_was_removed_cannot_be_brought_back_and_says_so(shelf: Shelf) -> None:
    with pytest.raises(StoreError, match="only a backup has it"):
        StoreTarget(shelf.wb.database, shelf.store).undo(removal(7, Digest("0" * 64)))


def test_a_removal_that_fails_is_a_problem_and_is_tried_again(shelf: Shelf, taken_back: tuple[int, int]) -> None:
    place = next(shelf.store.folder.rglob("?" * 64))
    content = place.read_bytes()
    place.unlink()
    place.mkdir()  # what cannot be unlinked, even by root
    done = shelf.wb.journal.prune(MONTHS)
    assert done.run is not None
    assert (done.failed, done.run.state) == (1, RunState.FINISHED_WITH_PROBLEMS)
    assert f"'workbench runs resume {done.run.id}' tries again" in str(done)
    place.rmdir()
    place.write_bytes(content)
    shelf.wb.runs.resume(done.run.id)
    assert list(shelf.store.digests()) == []


@pytest.mark.parametrize(("given", "hours"), [("90d", 2160), ("12h", 12), ("6w", 1008), ("0d", 0), (" 7 d ", 168)])
def test_a_length_of_time_has_a_unit(given: str, hours: int) -> None:
    assert pruning.age(given) == timedelta(hours=hours)


@pytest.mark.parametrize("given", ["90", "d", "", "three days", "-1d", "1.5d", "99999w", "90m", timedelta(-1)])
def test_what_is_no_length_of_time_is_refused_with_a_sentence(given: str | timedelta) -> None:
    with pytest.raises(ConfigError, match=r"for example 12h, 90d or 6w|between 0d and"):
        pruning.age(given)


spans = st.lists(
    st.tuples(st.integers(1, 30), st.integers(0, 10), st.booleans()).map(
        lambda t: Span(run_id=t[0], first=t[0], last=t[0] + t[1], is_kept=t[2])
    ),
    max_size=8,
)


@given(spans)
def test_the_cut_goes_through_no_run_and_touches_none_that_is_kept(found: Sequence[Span]) -> None:
    limit = cut(found)
    assert not any(span.first <= limit and (span.is_kept or span.last > limit) for span in found)
    # And there is no later place where it could be.
    for later in {span.last for span in found if span.last > limit}:
        assert any(span.first <= later and (span.is_kept or span.last > later) for span in found)
