"""The journal is written by the database itself, whatever code does."""

import hashlib

import psycopg
import pytest

from workbench.database import Database

DIGEST = hashlib.sha256(b"x").hexdigest()


def _blob(database: Database, run: int | None, digest: str = DIGEST) -> None:
    with database.transaction(run=run) as tx:
        tx.run("INSERT INTO blobs (digest, size, stored_digest) VALUES (%s, 1, %s)", [digest, digest])


def _category(database: Database, run: int, title: str) -> int:
    with database.transaction(run=run) as tx:
        return tx.run(
            "INSERT INTO categories (id, title_en) VALUES ('invoice', %s) "
            "ON CONFLICT (id) DO UPDATE SET title_en = excluded.title_en",
            [title],
        )


def _changes(database: Database) -> list[tuple[object, ...]]:
    with database.transaction() as tx:
        return tx.tuples("SELECT run_id, relation, operation, key, before, actor FROM changes ORDER BY id")


def test_an_insert_is_journaled_with_its_key_only(database: Database, run: int) -> None:
    _blob(database, run)
    assert _changes(database) == [(run, "blobs", "insert", {"digest": DIGEST}, None, "anna")]


def test_an_update_keeps_what_was_before(database: Database, run: int) -> None:
    _category(database, run, "Invoice")
    _category(database, run, "Bill")
    change = _changes(database)[-1]
    assert change[1:4] == ("categories", "update", {"id": "invoice"})
    assert change[4]["title_en"] == "Invoice"  # type: ignore[index]


def test_an_update_that_changes_nothing_leaves_no_trace(database: Database, run: int) -> None:
    _category(database, run, "Invoice")
    _category(database, run, "Invoice")
    assert len(_changes(database)) == 1


def test_a_delete_keeps_the_row(database: Database, run: int) -> None:
    _blob(database, run)
    with database.transaction(run=run) as tx:
        tx.run("DELETE FROM blobs")
    assert _changes(database)[-1][2] == "delete"
    assert _changes(database)[-1][4]["size"] == 1  # type: ignore[index]


def test_a_write_outside_a_run_is_refused(database: Database) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="outside a run"):
        _blob(database, None)


def test_a_run_does_not_leak_into_the_next_transaction_of_a_pooled_connection(database: Database, run: int) -> None:
    _blob(database, run)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _blob(database, None, hashlib.sha256(b"y").hexdigest())


def test_truncate_is_refused_even_to_the_owner(catalogue, run: int) -> None:  # type: ignore[no-untyped-def]
    with psycopg.connect(catalogue.conninfo("admin")) as connection:
        connection.execute("SET search_path TO workbench")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="pass by the journal"):
            connection.execute("TRUNCATE categories")


def test_a_primary_key_does_not_change(database: Database, run: int) -> None:
    _blob(database, run)
    with (
        pytest.raises(psycopg.errors.RaiseException, match="primary key of blobs does not change"),
        database.transaction(run=run) as tx,
    ):
        tx.run("UPDATE blobs SET digest = %s", [hashlib.sha256(b"y").hexdigest()])


@pytest.mark.parametrize("statement", ["UPDATE changes SET actor = 'nobody'", "DELETE FROM changes"])
def test_the_app_role_cannot_touch_the_journal(database: Database, run: int, statement: str) -> None:
    _blob(database, run)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.transaction(run=run) as tx:
        tx.run(statement)


def test_every_journaled_relation_has_all_four_triggers(database: Database) -> None:
    with database.transaction() as tx:
        rows = tx.tuples(
            "SELECT c.relname, array_agg(t.tgname::text ORDER BY t.tgname) FROM pg_trigger AS t "
            "JOIN pg_class AS c ON c.oid = t.tgrelid WHERE t.tgname LIKE 'journal\\_%' GROUP BY 1"
        )
    assert {row[0] for row in rows} == {
        "arrivals", "blobs", "categories", "documents", "extractions", "holds", "labels", "near_duplicates", "opinions",
        "problems", "rule_sets",
    }  # fmt: skip
    assert {tuple(row[1]) for row in rows} == {
        ("journal_delete", "journal_insert", "journal_truncate", "journal_update")
    }
