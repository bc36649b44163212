"""What is held back is not taken, whatever way it comes."""

from dataclasses import replace

import pytest

from tests.catalog.shelf import Shelf, digest_of, taken
from workbench.catalog import holding, taking
from workbench.catalog.taking import Taken

HELD = taken("/post/a.txt", "Brief")


@pytest.fixture
def shelf(shelf: Shelf) -> Shelf:
    """A catalogue in which one arrival was taken back."""
    with shelf.database.transaction(run=shelf.run) as tx:
        tx.run(
            "INSERT INTO holds (source, external_id, locator, digest, of_run) VALUES ('folder', %s, %s, %s, %s)",
            [HELD.arrival.external_id, HELD.arrival.locator, HELD.blob.digest, shelf.run],
        )
    return shelf


def _take(shelf: Shelf, *arrivals: Taken) -> dict[str, int]:
    with shelf.database.transaction(run=shelf.run) as tx:
        return dict(taking.take(tx, run=shelf.run, wave=0, taken=arrivals))


def _known(shelf: Shelf, column: str, table: str) -> list[str]:
    with shelf.database.transaction() as tx:
        return [row[0] for row in tx.tuples(f"SELECT {column} FROM {table} ORDER BY 1")]


def test_it_is_neither_unknown_nor_taken(shelf: Shelf) -> None:
    with shelf.database.transaction() as tx:
        assert taking.unknown(tx, "folder", [HELD.arrival.external_id, "/post/b.txt|1"]) == {"/post/b.txt|1"}
        assert holding.among(tx, "folder", [HELD.arrival.external_id, "/post/b.txt|1"]) == {shelf.run: 1}
        assert holding.among(tx, "mail", [HELD.arrival.external_id]) == {}
    assert _take(shelf, HELD, taken("/post/b.txt", "anderer")) == {HELD.arrival.external_id: shelf.run}
    assert _known(shelf, "locator", "arrivals") == ["/post/b.txt"]
    assert _known(shelf, "digest", "blobs") == [digest_of("anderer")]


def test_touched_it_is_held_on_by_its_newest_id(shelf: Shelf) -> None:
    newest = taken("/post/a.txt", "Brief", version=3)
    assert set(_take(shelf, taken("/post/a.txt", "Brief", version=2), newest)) == {"/post/a.txt|2", "/post/a.txt|3"}
    assert _known(shelf, "external_id", "holds") == [newest.arrival.external_id]
    assert _known(shelf, "locator", "arrivals") == []


@pytest.mark.parametrize(
    "other",
    [
        taken("/post/a.txt", "Brief, bearbeitet", version=2),
        taken("/post/kopie.txt", "Brief"),
        replace(HELD, arrival=replace(HELD.arrival, source="mail")),
    ],
    ids=["edited", "copied", "from elsewhere"],
)
def test_what_is_something_else_is_taken(shelf: Shelf, other: Taken) -> None:
    assert _take(shelf, other) == {}
    assert _known(shelf, "locator", "arrivals") == [other.arrival.locator]
    assert _known(shelf, "external_id", "holds") == [HELD.arrival.external_id]


def test_released_it_is_taken(shelf: Shelf) -> None:
    with shelf.database.transaction(run=shelf.run) as tx:
        assert [hold.locator for hold in holding.of_run(tx, shelf.run)] == ["/post/a.txt"]
        holding.release(tx, shelf.run)
    assert _take(shelf, HELD) == {}
    assert _known(shelf, "locator", "arrivals") == ["/post/a.txt"]
