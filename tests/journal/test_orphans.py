"""Blobs that nothing names are removed, and never one that somebody is about to name."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workbench.database import Database
from workbench.journal import orphans
from workbench.records import Digest
from workbench.store import LocalStore


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "objects")


def put(store: LocalStore, content: bytes) -> Digest:
    return store.put(io.BytesIO(content)).digest


def name(database: Database, run: int, digest: Digest) -> None:
    with database.transaction(run=run) as tx:
        tx.run("INSERT INTO blobs (digest, size, stored_digest) VALUES (%s, 1, %s)", [digest, digest])


def test_what_nothing_names_goes_and_what_is_named_stays(database: Database, run: int, store: LocalStore) -> None:
    named, _ = put(store, b"named"), put(store, b"orphan")
    name(database, run, named)
    assert orphans.remove_orphans(database, store) == 1
    assert list(store.digests()) == [named]


def test_what_only_the_journal_names_stays(database: Database, run: int, store: LocalStore) -> None:
    digest = put(store, b"was taken back")
    name(database, run, digest)
    with database.transaction(run=run) as tx:
        tx.run("DELETE FROM blobs")
    assert orphans.remove_orphans(database, store) == 0


def test_while_others_store_nothing_is_removed(database: Database, store: LocalStore) -> None:
    put(store, b"not committed yet")
    with orphans.storing(database), orphans.storing(database):
        assert orphans.remove_orphans(database, store) is None
        assert len(list(store.digests())) == 1
    assert orphans.remove_orphans(database, store) == 1


def test_what_was_stored_before_is_left_to_others(database: Database, store: LocalStore) -> None:
    put(store, b"another catalogue's")
    now = datetime.now(UTC)
    assert orphans.remove_orphans(database, store, since=now + 2 * orphans.SKEW) == 0
    assert orphans.remove_orphans(database, store, since=now - timedelta(minutes=1)) == 1


def test_a_sweep_is_due_for_a_run_that_went_on_and_for_one_that_ran_beside_it(database: Database, run: int) -> None:
    assert orphans.due_since(database, run) is None
    with database.transaction() as tx:
        tx.run(
            "INSERT INTO runs (kind, job, actor, attempts, started_at, finished_at) VALUES "
            "('ingest', 'x', 'anna', 2, now() - interval '2 days', now() - interval '1 day')"
        )
    assert orphans.due_since(database, run) is None
    with database.transaction() as tx:
        tx.run("UPDATE runs SET finished_at = now() + interval '1 minute' WHERE attempts > 1")
        began = tx.value("SELECT started_at FROM runs WHERE attempts > 1")
    assert orphans.due_since(database, run) == began
