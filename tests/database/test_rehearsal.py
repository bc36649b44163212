"""A database to rehearse on: it answers as if all were written, and writes nothing."""

import threading
from collections.abc import Iterator

import psycopg
import pytest

from tests.conftest import Catalogue
from workbench.database import Database
from workbench.database.rehearsal import Rehearsal
from workbench.errors import DatabaseError, RunHeld

BLOB = "INSERT INTO blobs (digest, size, stored_digest) VALUES (%s, 1, %s)"
ARRIVAL = "INSERT INTO arrivals (source, external_id, locator, name, digest) VALUES ('x', %s, 'x', 'x', %s)"
A, B = "a" * 64, "b" * 64


@pytest.fixture
def rehearsal(catalogue: Catalogue) -> Iterator[Rehearsal]:
    with Rehearsal(catalogue.conninfo("app"), actor="anna") as opened:
        yield opened


def _blobs(database: Database) -> int:
    with database.transaction() as tx:
        return int(tx.value("SELECT count(*) FROM blobs"))


def test_what_is_written_is_read_again_and_forgotten_at_the_end(
    rehearsal: Rehearsal, database: Database, run: int
) -> None:
    with rehearsal.transaction(run=run) as tx:
        tx.run(BLOB, [A, A])
    assert (_blobs(rehearsal), _blobs(database)) == (1, 0)
    rehearsal.close()
    assert _blobs(database) == 0
    with database.transaction() as tx:
        assert tx.value("SELECT count(*) FROM changes") == 0


def test_a_step_that_fails_takes_back_only_itself(rehearsal: Rehearsal, run: int) -> None:
    with rehearsal.transaction(run=run) as tx:
        tx.run(BLOB, [A, A])
    twice = "INSERT INTO blobs (digest, size, stored_digest) SELECT d, 1, d FROM unnest(%s::text[]) AS d"
    with pytest.raises(psycopg.errors.UniqueViolation), rehearsal.transaction(run=run) as tx:
        tx.run(twice, [[B, A]])
    assert _blobs(rehearsal) == 1


def test_the_checks_of_a_commit_are_made_at_the_end_of_each_step(rehearsal: Rehearsal, run: int) -> None:
    for _ in range(2):  # also after they were made once
        with pytest.raises(psycopg.errors.ForeignKeyViolation), rehearsal.transaction(run=run) as tx:
            tx.run(ARRIVAL, ["1", A])
    with rehearsal.transaction(run=run) as tx:
        tx.run(ARRIVAL, ["1", A])
        tx.run(BLOB, [A, A])


def test_the_catalogue_is_not_written_outside_a_run(rehearsal: Rehearsal) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), rehearsal.transaction() as tx:
        tx.run(BLOB, [A, A])


def test_a_transaction_inside_of_another_leaves_that_its_run(rehearsal: Rehearsal, run: int) -> None:
    with rehearsal.transaction(run=run) as tx:
        with rehearsal.transaction() as inner:
            inner.value("SELECT 1")
        tx.run(BLOB, [A, A])
    assert _blobs(rehearsal) == 1


def test_threads_speak_one_at_a_time(rehearsal: Rehearsal, run: int) -> None:
    def write(digit: str) -> None:
        for number in range(20):
            digest = f"{digit}{number:063}"
            with rehearsal.transaction(run=run) as tx:
                tx.run(BLOB, [digest, digest])

    threads = [threading.Thread(target=write, args=(digit,)) for digit in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _blobs(rehearsal) == 60


def test_temporary_tables_serve_many_steps_without_piling_up_locks(rehearsal: Rehearsal) -> None:
    create = "CREATE TEMPORARY TABLE held (number integer, words text) ON COMMIT DROP"
    for number in range(10):
        with rehearsal.transaction() as tx, tx.staged(create, "held", [(number, "x")]):
            assert tx.tuples("SELECT number FROM held") == [(number,)]
            if number == 2:
                locks = tx.value("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()")
    with rehearsal.transaction() as tx:
        assert tx.value("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()") <= locks


def test_a_temporary_table_that_a_commit_drops_is_dropped(rehearsal: Rehearsal) -> None:
    for _ in range(2):
        with rehearsal.transaction() as tx:
            tx.run("CREATE TEMPORARY TABLE once (number integer) ON COMMIT DROP")


def test_two_rehearsals_of_the_same_do_not_end_each_other(
    rehearsal: Rehearsal, catalogue: Catalogue, run: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.database.rehearsal.WAIT_S", 1)
    with rehearsal.transaction(run=run) as tx:
        tx.run(BLOB, [A, A])
    other = Rehearsal(catalogue.conninfo("app"))
    with other, pytest.raises(RunHeld, match="rehearse again"), other.transaction(run=run) as tx:
        tx.run(BLOB, [A, A])
    assert _blobs(rehearsal) == 1


def test_it_gives_way_to_real_work_within_a_second(rehearsal: Rehearsal, database: Database, run: int) -> None:
    with rehearsal.transaction(run=run) as tx:
        tx.run(BLOB, [A, A])
    with database.transaction(run=run) as tx:
        tx.run("SET LOCAL lock_timeout = '10s'")
        tx.run(BLOB, [A, A])
    assert _blobs(database) == 1
    with pytest.raises(RunHeld, match="gave way"), rehearsal.transaction() as tx:
        tx.value("SELECT 1")


def test_it_does_not_keep_a_run_from_beginning(rehearsal: Rehearsal, database: Database, run: int) -> None:
    with rehearsal.transaction(run=run) as tx:
        tx.run(BLOB, [A, A])
        tx.value("SELECT journal_point()")
    with database.transaction(run=run) as tx:
        tx.run(BLOB, [B, B])
        tx.value("SELECT journal_point()")
    assert _blobs(rehearsal) == 2


def test_a_server_that_is_gone_is_told_with_what_to_do(rehearsal: Rehearsal, catalogue: Catalogue) -> None:
    with rehearsal.transaction() as tx:
        pid = tx.value("SELECT pg_backend_pid()")
    with psycopg.connect(catalogue.conninfo("admin"), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", [pid])
    for _ in range(2):
        with pytest.raises(DatabaseError, match="nothing was written, start it again"), rehearsal.transaction() as tx:
            tx.value("SELECT 1")
