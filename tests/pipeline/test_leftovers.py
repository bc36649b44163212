"""What interrupted runs leave in the store, and items whose documents are gone meanwhile."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workbench import Workbench
from workbench.journal import orphans
from workbench.records import Arrival, RunState
from workbench.sources import FolderSource

LETTER = "Rechnung\n\nRechnungsnummer: {0}\nBitte überweisen Sie den Rechnungsbetrag von {0},00 EUR.\n"


@pytest.fixture
def post(tmp_path: Path) -> Path:
    place = tmp_path / "post"
    place.mkdir()
    for number in range(3):
        (place / f"{number}.txt").write_text(LETTER.format(number + 4711), encoding="utf-8")
    return place


def interrupted(workbench: Workbench, post: Path, monkeypatch: pytest.MonkeyPatch, *, taken: bool) -> None:
    """Ingest until everything is stored, and recorded as taken or not."""

    def stop(_job: object, _workers: object, incoming: Iterator[int]) -> None:
        list(incoming)
        raise KeyboardInterrupt

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("workbench.pipeline.running.read", stop)
        if not taken:
            patched.setattr("workbench.pipeline.taking._record", die)
        with pytest.raises(KeyboardInterrupt):
            workbench.ingest(post)


def stored(workbench: Workbench) -> int:
    return len(list(workbench.store.digests()))


def test_what_a_run_had_stored_of_a_file_that_vanished_since_is_removed_when_it_goes_on(
    workbench: Workbench, post: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(workbench, post, monkeypatch, taken=False)
    assert stored(workbench) == 3
    (post / "0.txt").unlink()
    report = workbench.ingest(post)
    assert (report.run.attempts, report.counts["arrivals"], stored(workbench)) == (2, 2, 2)


def test_blobs_are_left_alone_while_another_run_is_storing(
    workbench: Workbench, post: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(workbench, post, monkeypatch, taken=False)
    (post / "0.txt").unlink()
    with orphans.storing(workbench.database):
        assert workbench.ingest(post).run.state == RunState.FINISHED
    assert stored(workbench) == 3
    # The one that ended last sweeps for both.
    since = orphans.due_since(workbench.database, workbench.runs[1].id)
    assert since is not None
    assert orphans.remove_orphans(workbench.database, workbench.store, since=since) == 1


def test_blobs_of_another_catalogue_are_not_touched_by_a_run_that_goes_on(
    workbench: Workbench, post: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = workbench.store.put(io.BytesIO(b"stored long ago")).digest
    long_ago = datetime.now(UTC) - timedelta(days=30)
    monkeypatch.setattr(type(workbench.store), "stored_at", lambda self, d: long_ago if d == digest else _now())
    interrupted(workbench, post, monkeypatch, taken=False)
    workbench.ingest(post)
    assert digest in set(workbench.store.digests())
    assert stored(workbench) == 4


def _now() -> datetime:
    return datetime.now(UTC)


def test_a_file_that_changed_while_it_was_stored_leaves_nothing_behind(
    workbench: Workbench, post: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changes(_: FolderSource, arrival: Arrival) -> bool:
        return not arrival.name.startswith("1")

    monkeypatch.setattr(FolderSource, "is_unchanged", changes)
    report = workbench.ingest(post)
    assert (report.counts["arrivals"], len(report.problems), stored(workbench)) == (2, 1, 2)


def test_a_document_that_was_taken_back_meanwhile_is_passed_over(
    workbench: Workbench, post: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(workbench, post, monkeypatch, taken=True)
    (post / "0.txt").unlink()
    with workbench.database.transaction(run=1) as tx:
        gone = "WITH gone AS (DELETE FROM documents WHERE name = '0.txt' RETURNING arrival_id) "
        tx.run(f"{gone} DELETE FROM arrivals AS a USING gone WHERE a.id = gone.arrival_id")
    report = workbench.ingest(post)
    assert (report.problems, report.counts["documents"]) == ([], 2)
    with workbench.database.transaction() as tx:
        assert tx.tuples("SELECT stage, state FROM items WHERE outcome = 'gone'") == [("read", "done")]
