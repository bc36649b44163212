"""Lists, one document by any of its names, its whole life, and totals."""

import unicodedata

import pytest

from tests.catalog.shelf import Shelf, digest_of, taken
from workbench.catalog import browsing, outcomes, reading, relating
from workbench.catalog.browsing import Life
from workbench.records import Difference, Kind, NearDuplicate, Problem, Stage


def names(shelf: Shelf, **conditions: object) -> list[str]:
    with shelf.database.transaction() as tx:
        return [document.name for document in browsing.page(tx, **conditions)]  # type: ignore[arg-type]


def known_as(shelf: Shelf, key: str) -> list[str]:
    with shelf.database.transaction() as tx:
        return [document.locator for document in browsing.named(tx, key)]


def life(shelf: Shelf, content: str) -> Life:
    with shelf.database.transaction() as tx:
        (document,) = browsing.named(tx, digest_of(content))
        return browsing.life(tx, document)


def test_documents_are_listed_newest_first_and_page_by_page(shelf: Shelf) -> None:
    for number in range(5):
        shelf.put(f"{number}.txt", str(number))
    assert names(shelf) == ["4.txt", "3.txt", "2.txt", "1.txt", "0.txt"]
    assert names(shelf, most=2, skip=1) == ["3.txt", "2.txt"]


def test_documents_are_picked_by_category_decision_state_and_name(shelf: Shelf) -> None:
    shelf.put("Übersicht_1.txt", "a", category="report")
    shelf.put("Übersicht-2.txt", "b", category="invoice")
    shelf.take(taken("/100%.txt", "c"))
    assert names(shelf, category="report") == ["Übersicht_1.txt"]
    assert names(shelf, state="taken") == ["100%.txt"]
    assert len(names(shelf, decision="pending")) == 3
    assert names(shelf, category="invoice", name="übersicht") == ["Übersicht-2.txt"]
    assert names(shelf, category="invoice", state="taken") == []


@pytest.mark.parametrize(("part", "expected"), [("_", ["a_b.txt"]), ("%", ["100%.txt"]), ("\\", ["c\\d.txt"])])
def test_signs_in_a_name_are_taken_as_they_are(shelf: Shelf, part: str, expected: list[str]) -> None:
    for name in ("a_b.txt", "100%.txt", "c\\d.txt", "plain.txt"):
        shelf.put(name, name)
    assert names(shelf, name=part) == expected


def test_a_document_is_known_by_number_digest_name_and_every_place(shelf: Shelf) -> None:
    number = shelf.put("brief.txt", "B")
    shelf.take(taken("/kopien/Kopie von brief.txt", "B"))
    digest = digest_of("B")
    for key in (str(number), digest, digest[:6], digest[:12].upper(), "brief.txt", "Kopie von brief.txt",
                "/brief.txt", "/kopien/Kopie von brief.txt"):  # fmt: skip
        assert known_as(shelf, key) == ["/brief.txt"], key
    for key in (digest[:5], "brief", "4711", "", "²", "٣", "9" * 30, "-1"):
        assert known_as(shelf, key) == [], key


def test_a_name_is_known_with_its_umlauts_taken_apart(shelf: Shelf) -> None:
    shelf.put("Küchenübersicht.txt", "K")
    apart = unicodedata.normalize("NFD", "Küchenübersicht.txt")
    assert apart != "Küchenübersicht.txt"
    assert known_as(shelf, apart) == ["/Küchenübersicht.txt"]
    assert names(shelf, name=apart[:5]) == ["Küchenübersicht.txt"]


def test_a_name_that_several_have_gives_them_all(shelf: Shelf) -> None:
    shelf.put("a/brief.txt", "1")
    shelf.put("b/brief.txt", "2")
    assert known_as(shelf, "brief.txt") == ["/a/brief.txt", "/b/brief.txt"]


def test_a_file_named_by_digits_is_found_unless_a_document_has_that_number(shelf: Shelf) -> None:
    shelf.put("20250214", "B")
    assert known_as(shelf, "20250214") == ["/20250214"]


def test_the_life_of_a_document_holds_everything_about_it(shelf: Shelf) -> None:
    original = shelf.put("original.txt", "O")
    copy = shelf.put("copy.txt", "C")
    shelf.take(taken("/mail.eml", "M"), taken("/mail.eml!/copy.txt", "C", depth=1, parent="M", source="container"))
    with shelf.database.transaction(run=shelf.run) as tx:
        relating.keep(
            tx,
            NearDuplicate(
                document_id=copy, original_id=original, kind=Kind.TEXT, score=0.9, difference=Difference.WORDING
            ),
        )
        problem = Problem(stage=Stage.READ, kind="partial", message="half", advice="look", digest=digest_of("C"))
        reading.keep_problem(tx, problem)
    found = life(shelf, "C")
    assert [arrival["locator"] for arrival in found.arrivals] == ["/copy.txt", "/mail.eml!/copy.txt"]
    assert found.extraction
    assert (found.extraction["extractor"], found.extraction["length"]) == ("plain", 1)
    assert [(near["name"], near["is_copy"]) for near in found.near] == [("original.txt", True)]
    assert [(near["name"], near["is_copy"]) for near in life(shelf, "O").near] == [("copy.txt", False)]
    assert [member["name"] for member in life(shelf, "M").members] == ["copy.txt"]
    assert [p.message for p in found.problems] == ["half"]
    assert (found.opinions, found.labels) == ([], [])


def test_a_document_that_was_not_read_has_a_life_and_an_empty_text(shelf: Shelf) -> None:
    shelf.take(taken("/a.txt", "A"))
    found = life(shelf, "A")
    assert found.extraction is None
    with shelf.database.transaction() as tx:
        assert browsing.text(tx, found.document.id) == ""


def test_totals_count_the_catalogue(shelf: Shelf) -> None:
    shelf.put("a.txt", "A", category="invoice")
    shelf.take(taken("/b.txt", "BB"), taken("/c.txt", "BB"))
    with shelf.database.transaction() as tx:
        found = browsing.totals(tx)
    assert (found["documents"], found["arrivals"], found["present"], found["bytes"]) == (2, 3, 3, 3)
    assert found["by_state"] == [{"state": "ok", "documents": 1}, {"state": "taken", "documents": 1}]
    assert {row["category"] for row in found["by_category"]} == {"", "invoice"}


def test_totals_of_an_empty_catalogue_are_zero(shelf: Shelf) -> None:
    with shelf.database.transaction() as tx:
        found = browsing.totals(tx)
    assert {found[key] for key in ("documents", "arrivals", "present", "bytes", "problems", "labels")} == {0}


def test_what_a_run_did_is_told_the_same_after_a_later_run_found_a_better_place(shelf: Shelf) -> None:
    def told(run: int) -> tuple[int, ...]:
        with shelf.database.transaction() as tx:
            found = outcomes.counts(tx, run)
            categories = outcomes.categories(tx, run)
        return found["arrivals"], found["documents"], found["duplicates"], len(categories)

    shelf.put("archiv/2024/brief.txt", "B", category="invoice")
    with shelf.database.transaction(run=shelf.run) as tx:
        tx.run("UPDATE documents SET decision = 'classified', decided_by = 'person'")
    first = told(shelf.run)
    with shelf.database.transaction() as tx:
        later = tx.value("INSERT INTO runs (kind, job, actor) VALUES ('test', 'later', 'anna') RETURNING id")
    Shelf(shelf.database, later).take(taken("/brief.txt", "B"))
    assert first == told(shelf.run) == (1, 1, 0, 1)
    assert told(later) == (1, 0, 1, 0)


def test_a_problem_is_told_once_per_run(shelf: Shelf) -> None:
    with shelf.database.transaction(run=shelf.run) as tx:
        for _ in range(2):
            reading.keep_problem(tx, Problem(stage=Stage.SCAN, kind="not readable", message="no", locator="/a"))
        assert len(outcomes.problems(tx, shelf.run)) == 1
