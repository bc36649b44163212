"""What arrives becomes blobs, arrivals and documents, in whatever order and portions it comes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalog.shelf import Shelf, digest_of, taken
from workbench.catalog import canonical, deciding, taking
from workbench.catalog.deciding import Decided
from workbench.catalog.taking import Taken
from workbench.database import Transaction
from workbench.records import Decision, Label

PLACES = ["/a.txt", "/b.txt", "/sub/a.txt", "/sub/deeper/c.txt", "/Ä.txt", "/ä.txt", "/z z.txt", "/0.txt"]

some_arrivals = st.lists(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(["one", "two", "three"])),
    min_size=1,
    max_size=8,
    unique_by=lambda pair: pair[0],
)


class _Undone(Exception):
    """Ends a transaction without a trace."""


def digest_after(shelf: Shelf, work: Callable[[Transaction], None]) -> str:
    """The canonical digest after some work, which is then undone."""
    found = ""
    try:
        with shelf.database.transaction(run=shelf.run) as tx:
            work(tx)
            found = canonical.digest(tx)
            raise _Undone
    except _Undone:
        return found


def places(shelf: Shelf) -> list[tuple[str, str]]:
    with shelf.database.transaction() as tx:
        return [(row[0], row[1]) for row in tx.tuples("SELECT locator, state FROM arrivals ORDER BY locator, id")]


def names(shelf: Shelf) -> list[str]:
    with shelf.database.transaction() as tx:
        return [row[0] for row in tx.tuples('SELECT locator FROM documents ORDER BY locator COLLATE "C"')]


@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), pairs=some_arrivals)
def test_order_and_portions_of_arrivals_do_not_matter(shelf: Shelf, data: st.DataObject, pairs: list[object]) -> None:
    arrivals = [taken(place, content) for place, content in pairs]  # type: ignore[misc]  # pairs of text
    shuffled = data.draw(st.permutations(arrivals))
    portions = data.draw(st.lists(st.integers(1, 4), min_size=1))

    def at_once(tx: Transaction) -> None:
        taking.take(tx, run=shelf.run, wave=0, taken=arrivals)

    def bit_by_bit(tx: Transaction) -> None:
        rest: Sequence[Taken] = shuffled
        while rest:
            size = portions[len(rest) % len(portions)]
            taking.take(tx, run=shelf.run, wave=0, taken=rest[:size])
            rest = rest[size:]

    assert digest_after(shelf, at_once) == digest_after(shelf, bit_by_bit)


@settings(max_examples=20, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=some_arrivals)
def test_taking_the_same_again_changes_nothing(shelf: Shelf, pairs: list[object]) -> None:
    arrivals = [taken(place, content) for place, content in pairs]  # type: ignore[misc]  # pairs of text

    def once(tx: Transaction) -> None:
        taking.take(tx, run=shelf.run, wave=0, taken=arrivals)

    def twice(tx: Transaction) -> None:
        once(tx)
        once(tx)

    assert digest_after(shelf, once) == digest_after(shelf, twice)


def test_equal_bytes_are_one_document_named_by_the_shortest_place(shelf: Shelf) -> None:
    shelf.take(taken("/archiv/2024/rechnung.txt", "R"), taken("/z.txt", "R"), taken("/a.txt", "R"))
    assert names(shelf) == ["/a.txt"]
    assert places(shelf) == [("/a.txt", "present"), ("/archiv/2024/rechnung.txt", "present"), ("/z.txt", "present")]


def test_a_document_is_renamed_when_a_better_place_is_found(shelf: Shelf) -> None:
    shelf.take(taken("/archiv/2024/rechnung.txt", "R"))
    shelf.take(taken("/rechnung.txt", "R"))
    shelf.take(taken("/archiv/rechnung.txt", "R"))
    assert names(shelf) == ["/rechnung.txt"]


def test_a_place_of_its_own_is_better_than_one_in_a_container(shelf: Shelf) -> None:
    shelf.take(taken("/z.zip", "Z"), taken("/z.zip!/r.txt", "R", depth=1, parent="Z", source="container"))
    shelf.take(taken("/a very long way to/the same file/rechnung.txt", "R"))
    assert names(shelf) == ["/a very long way to/the same file/rechnung.txt", "/z.zip"]


def test_what_a_person_said_stays_when_a_document_is_renamed(shelf: Shelf) -> None:
    number = shelf.put("archiv/2024/rechnung.txt", "R", category=None)
    with shelf.database.transaction(run=shelf.run) as tx:
        deciding.label(tx, Label(document_id=number, category="invoice", actor="anna"))
    shelf.take(taken("/rechnung.txt", "R"))
    with shelf.database.transaction(run=shelf.run) as tx:
        for waiting, _ in deciding.texts(tx, [digest_of("R")]):
            deciding.keep(
                tx,
                [
                    Decided(
                        document_id=waiting, opinions=(), decision=Decision.NEEDS_REVIEW, category=None,
                        confidence=0.0, decided_by=None, reason="",
                    )
                ],
            )  # fmt: skip
        rows = tx.tuples("SELECT locator, decision, category, decided_by FROM documents")
    assert rows == [("/rechnung.txt", "classified", "invoice", "person")]


def test_an_edited_file_supersedes_what_lay_there(shelf: Shelf) -> None:
    shelf.take(taken("/a.txt", "one", version=1))
    shelf.take(taken("/a.txt", "two", version=2))
    assert places(shelf) == [("/a.txt", "superseded"), ("/a.txt", "present")]


def test_of_two_versions_of_a_file_in_one_portion_the_newer_is_present(shelf: Shelf) -> None:
    # A run that was killed between two scans holds both.
    versions = [
        replace(one, arrival=replace(one.arrival, modified_at=datetime(2026, 3, day, tzinfo=UTC)))
        for day, one in ((2, taken("/a.txt", "two", version=2)), (1, taken("/a.txt", "one", version=1)))
    ]
    shelf.take(*versions)
    with shelf.database.transaction() as tx:
        rows = tx.tuples("SELECT external_id, state FROM arrivals ORDER BY external_id")
    assert rows == [("/a.txt|1", "superseded"), ("/a.txt|2", "present")]


def test_a_touched_file_is_known_by_its_new_id(shelf: Shelf) -> None:
    shelf.take(taken("/a.txt", "one", version=1))
    shelf.take(taken("/a.txt", "one", version=2))
    with shelf.database.transaction() as tx:
        assert tx.tuples("SELECT external_id, state FROM arrivals") == [("/a.txt|2", "present")]
        assert taking.unknown(tx, "folder", ["/a.txt|1", "/a.txt|2", "/b.txt|1"]) == {"/a.txt|1", "/b.txt|1"}


def test_what_vanished_is_unknown_and_present_again_when_it_is_back(shelf: Shelf) -> None:
    shelf.take(taken("/a.txt", "one"))
    vanish(shelf, "/a.txt")
    assert places(shelf) == [("/a.txt", "vanished")]
    with shelf.database.transaction() as tx:
        assert taking.unknown(tx, "folder", ["/a.txt|1"]) == {"/a.txt|1"}
    shelf.take(taken("/a.txt", "one"))
    assert places(shelf) == [("/a.txt", "present")]


def test_what_vanished_and_arrives_elsewhere_has_moved(shelf: Shelf) -> None:
    shelf.take(taken("/a.txt", "one"), taken("/b.txt", "two"))
    vanish(shelf, "/a.txt", "/b.txt")
    shelf.take(taken("/new/a.txt", "one"), taken("/c.txt", "three"))
    assert places(shelf) == [
        ("/a.txt", "moved"),
        ("/b.txt", "vanished"),
        ("/c.txt", "present"),
        ("/new/a.txt", "present"),
    ]


def test_one_new_place_explains_one_that_vanished(shelf: Shelf) -> None:
    shelf.take(taken("/a.txt", "one"), taken("/b.txt", "one"))
    vanish(shelf, "/a.txt", "/b.txt")
    shelf.take(taken("/c.txt", "one"))
    assert [state for _, state in places(shelf)] == ["moved", "vanished", "present"]


def test_members_follow_their_containers_all_the_way_down(shelf: Shelf) -> None:
    outer = taken("/o.zip", "O")
    inner = taken("/o.zip!/i.zip", "I", depth=1, parent="O", source="container")
    member = taken("/o.zip!/i.zip!/m.txt", "M", depth=2, parent="I", source="container")
    for one in (outer, inner, member):
        shelf.take(one)
    vanish(shelf, "/o.zip")
    assert {state for _, state in places(shelf)} == {"vanished", "superseded"}
    shelf.take(taken("/copy.zip", "O"))
    shelf.take(inner)
    shelf.take(member)
    assert dict(places(shelf)) == {
        "/o.zip": "moved",
        "/copy.zip": "present",
        "/o.zip!/i.zip": "present",
        "/o.zip!/i.zip!/m.txt": "present",
    }


def test_members_stay_as_long_as_one_copy_of_their_container_is_there(shelf: Shelf) -> None:
    shelf.take(taken("/a.zip", "Z"), taken("/b.zip", "Z"))
    shelf.take(taken("/a.zip!/m.txt", "M", depth=1, parent="Z", source="container"))
    vanish(shelf, "/a.zip")
    assert dict(places(shelf))["/a.zip!/m.txt"] == "present"


def test_new_documents_wait_to_be_read_and_known_ones_do_not(shelf: Shelf) -> None:
    shelf.put("known.txt", "K")
    with shelf.database.transaction(run=shelf.run) as tx:
        tx.run("UPDATE documents SET decision = 'classified'")
        before = tx.value("SELECT max(id) FROM items")
    shelf.take(taken("/new.txt", "N"), taken("/sub/known.txt", "K"))
    with shelf.database.transaction() as tx:
        rows = tx.tuples("SELECT stage, key FROM items WHERE id > %s", [before])
    assert rows == [("read", digest_of("N"))]


@pytest.mark.parametrize("root", ["/srv/post", "/srv/post/"])
def test_places_below_a_root_are_those_of_its_own(shelf: Shelf, root: str) -> None:
    for place in ("/srv/post/a.txt", "/srv/post/100%/_.txt", "/srv/post-alt/b.txt", "/srv/postamt.txt"):
        shelf.take(taken(place, place))
    with shelf.database.transaction() as tx:
        below = {place for _, place in taking.places_below(tx, "folder", root)}
        assert below == {"/srv/post/a.txt", "/srv/post/100%/_.txt"}
        assert {place for _, place in taking.places_below(tx, "folder", "/")} >= below
        assert list(taking.places_below(tx, "imap", root)) == []


def test_a_very_long_place_is_taken(shelf: Shelf) -> None:
    place = "/" + "/".join("ä" * 100 for _ in range(18)) + "/a.txt"
    shelf.take(taken(place, "one"))
    assert places(shelf) == [(place, "present")]


def test_taking_nothing_is_no_error(shelf: Shelf) -> None:
    shelf.take()
    assert places(shelf) == []


def vanish(shelf: Shelf, *gone: str) -> None:
    with shelf.database.transaction(run=shelf.run) as tx:
        ids = [row[0] for row in tx.tuples("SELECT id FROM arrivals WHERE locator = ANY(%s)", [list(gone)])]
        taking.mark_vanished(tx, ids)
