"""What a run changed, row by row: before, and after as the next change found it."""

from collections.abc import Sequence

import pytest

from tests.integrity.conftest import Shelf, ingested, shelf
from workbench.database import Database
from workbench.errors import RunError
from workbench.journal import reading
from workbench.records import Change

__all__ = ["ingested", "shelf"]


@pytest.fixture
def other_run(database: Database) -> int:
    with database.transaction() as tx:
        return int(tx.value("INSERT INTO runs (kind, job, actor) VALUES ('test', 'other', 'ben') RETURNING id"))


def _title(database: Database, run: int, title: str) -> None:
    with database.transaction(run=run) as tx:
        tx.run(
            "INSERT INTO categories (id, title_en) VALUES ('invoice', %s) "
            "ON CONFLICT (id) DO UPDATE SET title_en = excluded.title_en",
            [title],
        )


def _changes(database: Database, run: int, *, most: int | None = None) -> Sequence[Change]:
    with database.transaction() as tx:
        return list(reading.changes_of(tx, run, most=most))


def test_after_is_what_the_next_change_found_or_the_row_now(database: Database, run: int, other_run: int) -> None:
    _title(database, run, "Invoice")
    _title(database, other_run, "Bill")
    _title(database, run, "Receipt")
    inserted, updated = _changes(database, run)
    assert (inserted.operation, inserted.before) == ("insert", None)
    assert inserted.after is not None
    assert updated.after is not None
    assert (inserted.after["title_en"], updated.after["title_en"]) == ("Invoice", "Receipt")
    (between,) = _changes(database, other_run)
    assert [(f.name, f.before, f.after) for f in reading.fields(between)] == [("title_en", "Invoice", "Bill")]


def test_a_row_that_went_has_no_after(database: Database, run: int, other_run: int) -> None:
    _title(database, run, "Invoice")
    with database.transaction(run=run) as tx:
        tx.run("DELETE FROM categories")
    _title(database, other_run, "Invoice again")
    assert [change.after is None for change in _changes(database, run)] == [False, True]


def test_rows_with_two_columns_as_key_are_found(shelf: Shelf) -> None:
    run = shelf.wb.runs()[0].id
    with shelf.wb.database.transaction(run=run) as tx:
        first, second = [row[0] for row in tx.tuples("SELECT id FROM documents ORDER BY id LIMIT 2")]
        tx.run(
            "INSERT INTO near_duplicates (document_id, kind, original_id, score, difference) "
            "VALUES (%s, 'text', %s, 0.9, 'wording')",
            [first, second],
        )
    last = shelf.wb.journal.of_run(run)[-1]
    assert (last.relation, last.after and last.after["original_id"]) == ("near_duplicates", second)


def test_long_runs_are_read_page_by_page(database: Database, run: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.transaction(run=run) as tx:
        tx.run("INSERT INTO categories (id) SELECT 'c' || n FROM generate_series(1, 25) AS n")
    monkeypatch.setattr(reading, "PAGE", 10)
    for most, expected in ((None, 25), (7, 7), (10, 10), (20, 20), (99, 25)):
        found = _changes(database, run, most=most)
        assert (len(found), len({change.id for change in found})) == (expected, expected)
        assert all(change.after for change in found)


def test_a_run_displays_what_it_did(shelf: Shelf) -> None:
    run = shelf.wb.runs()[0].id
    found = shelf.wb.journal.of_run(run)
    assert len(found) == shelf.wb.runs[run].changes
    assert "reason: nothing → " in repr(found)
    assert "brief.txt" in repr(found)
    assert "→" in found._repr_html_()
    assert repr(shelf.wb.journal.of_run(run, most=1)).count("\n") == 1


def test_a_run_that_is_not_there_is_named(shelf: Shelf) -> None:
    with pytest.raises(RunError, match="there is no run 4711"):
        shelf.wb.journal.of_run(4711)
