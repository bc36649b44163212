"""Full-text search in German and English: word forms, umlauts, phrases, exclusions, beginnings, rank, rights."""

import unicodedata
from collections.abc import Iterator

import pytest

from tests.catalog.shelf import Shelf, taken
from tests.conftest import Catalogue, cloned
from workbench.catalog import browsing, deciding
from workbench.catalog.deciding import Category
from workbench.database import Database
from workbench.database.embedded import Server


@pytest.fixture(scope="module")
def library(server: Server, template: str) -> Iterator[Shelf]:
    """A few documents that are told apart by their words, to be looked at only."""
    for catalogue in cloned(server, template):
        with Database(catalogue.conninfo("app"), actor="anna") as database:
            with database.transaction() as tx:
                run = tx.value("INSERT INTO runs (kind, job, actor) VALUES ('test', 'test', 'anna') RETURNING id")
            yield _filled(Shelf(database, run))


def _filled(shelf: Shelf) -> Shelf:
    shelf.put("bescheid.txt", "Die Rechnungen wurden am Montag von Herrn Müller bezahlt. Straße und Maße stimmen.")
    shelf.put("mahnung.txt", "Letzte Mahnung: die Rechnung ist offen. Bitte zahlen Sie umgehend.")
    shelf.put("lieferschein.txt", "Wir liefern zwölf Kühlschränke. Die offene Rechnung folgt mit der Post.")
    shelf.put("reminder.txt", "The invoices were paid by Mr Mueller. Deliveries are running late.", language="en")
    shelf.put("offer.txt", "We are offering twelve refrigerators, delivered to your door.", language="en")
    return shelf


def found(shelf: Shelf, question: str, **options: int) -> list[str]:
    with shelf.database.transaction() as tx:
        return [hit.name for hit in browsing.search(tx, question, **options)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Rechnung", {"bescheid.txt", "mahnung.txt", "lieferschein.txt"}),
        ("RECHNUNGEN", {"bescheid.txt", "mahnung.txt", "lieferschein.txt"}),
        ("zahlen", {"mahnung.txt"}),
        ("Kühlschrank", {"lieferschein.txt"}),
        ("Kuhlschrank", {"lieferschein.txt"}),
        ("invoice", {"reminder.txt"}),
        ("delivery", {"reminder.txt"}),
        ("delivering", {"offer.txt"}),
        ("doors", {"offer.txt"}),
        ("refrigerator", {"offer.txt"}),
        ("Traktor", set()),
    ],
)
def test_words_are_found_in_all_their_forms(library: Shelf, question: str, expected: set[str]) -> None:
    assert set(found(library, question)) == expected


@pytest.mark.parametrize("question", ["Müller", "müller", "Mueller", "MUELLER", unicodedata.normalize("NFD", "Müller")])
def test_a_name_is_found_with_its_umlaut_however_it_is_written(library: Shelf, question: str) -> None:
    assert "bescheid.txt" in found(library, question)


@pytest.mark.parametrize("question", ["Straße", "Strasse", "STRASSE", "Maße", "Masse"])
def test_sharp_s_and_double_s_are_the_same(library: Shelf, question: str) -> None:
    assert found(library, question) == ["bescheid.txt"]


def test_all_words_must_be_there(library: Shelf) -> None:
    assert found(library, "Rechnung Mahnung") == ["mahnung.txt"]


def test_or_finds_either(library: Shelf) -> None:
    assert set(found(library, "Mahnung or Kühlschränke")) == {"mahnung.txt", "lieferschein.txt"}


def test_a_phrase_is_found_in_its_order_only(library: Shelf) -> None:
    assert found(library, '"offene Rechnung"') == ["lieferschein.txt"]
    assert set(found(library, "offene Rechnung")) == {"lieferschein.txt", "mahnung.txt"}


def test_a_word_with_a_minus_must_not_be_there(library: Shelf) -> None:
    assert set(found(library, "Rechnung -Mahnung")) == {"bescheid.txt", "lieferschein.txt"}
    assert set(found(library, 'Rechnung -"offene Rechnung"')) == {"bescheid.txt", "mahnung.txt"}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("rechn*", {"bescheid.txt", "mahnung.txt", "lieferschein.txt"}),
        ("Kühl*", {"lieferschein.txt"}),
        ("stra*", {"bescheid.txt"}),
        ("straß*", {"bescheid.txt"}),
        ("refrig*", {"offer.txt"}),
        ("rechn* mahn*", {"mahnung.txt"}),
        ("rechn* -Mahnung", {"bescheid.txt", "lieferschein.txt"}),
        ("Rechnung -mahn*", {"bescheid.txt", "lieferschein.txt"}),
        ("mahn* or kühl*", {"mahnung.txt", "lieferschein.txt"}),
        ("Mahnung or kühl*", {"mahnung.txt", "lieferschein.txt"}),
        ('"offene rechn*"', {"lieferschein.txt"}),
        ("*", set()),
        ("-*", set()),
    ],
)
def test_a_star_asks_for_words_that_begin_so(library: Shelf, question: str, expected: set[str]) -> None:
    assert set(found(library, question)) == expected


@pytest.mark.parametrize(
    "question", ["", "   ", "und", "the of", "!", "&|!()<->:*", "'", "\\", "a:*b", '"', "%", "'; --", "-"]
)
def test_a_question_of_nothing_or_of_signs_finds_nothing_and_is_no_error(library: Shelf, question: str) -> None:
    assert found(library, question) == []


def test_names_are_searched_too_and_their_signs_part_words(shelf: Shelf) -> None:
    shelf.put("Kündigung_Mietvertrag-2026.txt", "Sehr geehrte Damen und Herren")
    assert found(shelf, "Mietvertrag") == found(shelf, "Kündigung 2026") == ["Kündigung_Mietvertrag-2026.txt"]


def test_a_title_weighs_more_than_a_body(shelf: Shelf) -> None:
    shelf.put("a.txt", "Ein Brief. Am Ende steht das Wort Gutachten nur einmal.")
    shelf.put("b.txt", "Ein Brief, der davon gar nicht spricht, jedenfalls nicht im Text.", title="Gutachten Vordach")
    assert found(shelf, "Gutachten") == ["b.txt", "a.txt"]


def test_words_that_stand_together_weigh_more(shelf: Shelf) -> None:
    filler = " Dies ist ein Satz über etwas ganz anderes." * 30
    shelf.put("apart.txt", f"Die Kündigung.{filler} Der Vertrag.")
    shelf.put("together.txt", f"{filler} Die Kündigung des Vertrags.")
    assert found(shelf, "Kündigung Vertrag") == ["together.txt", "apart.txt"]


def test_pages_of_hits_neither_repeat_nor_leave_out(shelf: Shelf) -> None:
    for number in range(7):
        shelf.put(f"{number}.txt", f"Rechnung Nummer {number}")
    pages = [found(shelf, "Rechnung", most=3, skip=skip) for skip in (0, 3, 6)]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len({name for page in pages for name in page}) == 7


def test_a_snippet_shows_the_words_marked(library: Shelf) -> None:
    with library.database.transaction() as tx:
        (hit,) = browsing.search(tx, "Kühlschrank")
    assert "«Kühlschränke»" in hit.snippet
    assert hit.rank > 0


def test_a_snippet_comes_from_the_place_that_matches(shelf: Shelf) -> None:
    shelf.put(
        "lang.txt", "Nichts von Belang steht hier. " * 200 + "Der Traktor ist rot. " + "Und weiter geht es. " * 200
    )
    with shelf.database.transaction() as tx:
        (hit,) = browsing.search(tx, "Traktor")
    assert "«Traktor»" in hit.snippet
    assert len(hit.snippet) < 500


def test_hidden_categories_are_neither_found_nor_counted(shelf: Shelf, catalogue: Catalogue) -> None:
    shelf.put("lohn.txt", "Das Gehalt von Erika Mustermann", category="payslip")
    shelf.put("brief.txt", "Das Gehalt wird im Brief erwähnt", category="other")
    with shelf.database.transaction(run=shelf.run) as tx:
        deciding.keep_categories(
            tx, [Category(id="payslip", sensitive=True, roles=("personnel",)), Category(id="other")]
        )
    seen = {}
    for role in ("reviewer", "personnel"):
        with Database(catalogue.conninfo("app"), roles=(role,)) as database, database.transaction() as tx:
            seen[role] = {hit.name for hit in browsing.search(tx, "Gehalt")}
            totals = {row[0] for row in tx.tuples("SELECT total FROM search_documents('Gehalt', 1, 0)")}
            assert totals == {len(seen[role])}
            assert tx.value("SELECT count(*) FROM search_documents('Mustermann', 9, 0)") == (role == "personnel")
    assert seen == {"reviewer": {"brief.txt"}, "personnel": {"brief.txt", "lohn.txt"}}


def test_a_text_of_five_megabytes_is_indexed_from_its_beginning(shelf: Shelf) -> None:
    words = " ".join(f"wort{number:07}" for number in range(420_000))
    assert len(words) > 5_000_000
    shelf.put("gross.txt", f"Anfang {words}")
    assert found(shelf, "Anfang") == found(shelf, "wort0000042") == ["gross.txt"]


def test_five_megabytes_without_a_single_blank_are_no_obstacle(shelf: Shelf) -> None:
    shelf.put("base64.txt", "Kopf " + "QUJD" * 1_250_000)
    assert found(shelf, "Kopf") == ["base64.txt"]


@pytest.mark.parametrize(
    "odd",
    [
        "😀 👩‍👩‍👧 zero\u200bwidth \u202eRTL\u202c", "שלום עולם مرحبا 你好",
        "\x01\x02\x1f\x7f\x80", "\ufffe\uffff\U0010ffff", "e\u0301" * 50,
    ],
)  # fmt: skip
def test_odd_characters_are_kept_and_searched_around(shelf: Shelf, odd: str) -> None:
    number = shelf.put("odd.txt", f"Rechnung {odd} Mahnung")
    assert found(shelf, "Rechnung Mahnung") == ["odd.txt"]
    with shelf.database.transaction() as tx:
        assert browsing.text(tx, number) == f"Rechnung {odd} Mahnung"


def test_the_index_follows_a_document_that_is_renamed(shelf: Shelf) -> None:
    shelf.put("alt/ganz/tief/Vorgang.txt", "Inhalt")
    shelf.take(taken("/Aktenzeichen.txt", "Inhalt"))
    assert found(shelf, "Aktenzeichen") == ["Aktenzeichen.txt"]
    assert found(shelf, "Vorgang") == []


def test_a_text_in_no_known_language_is_found_by_its_words(shelf: Shelf) -> None:
    for language in (None, "fr"):
        shelf.put(f"{language}.txt", f"Bordereau {language}", language=language)
    assert len(found(shelf, "Bordereau")) == 2
