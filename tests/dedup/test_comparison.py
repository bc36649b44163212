"""What tells two near duplicates apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.dedup import Comparison, compare
from workbench.records import Difference

INVOICE = """Nordwind Handel GmbH
Rechnung Nr. RE-2026-0815 vom 3. März 2026
Sehr geehrte Damen und Herren,
für unsere Lieferung berechnen wir Ihnen wie vereinbart:
12 Stück Schreibtischlampen zu je 49,90 €
Gesamtbetrag 1.234,56 €
Bitte überweisen Sie den Betrag bis zum 17.03.2026 auf unser Konto DE02 1203 0000 0000 2020 51.
Mit freundlichen Grüßen
"""


def difference(a: str, b: str, *, scanned: bool = False) -> Difference:
    return compare(a, b, b_from_ocr=scanned).difference


def test_the_same_text_differs_by_nothing() -> None:
    comparison = compare(INVOICE, INVOICE.replace("\n", "\r\n"))
    assert comparison == Comparison(score=1.0, threshold=comparison.threshold, difference=Difference.NONE)
    assert comparison.is_near


def test_other_line_breaks_and_order_are_layout() -> None:
    lines = INVOICE.splitlines()
    assert difference(INVOICE, "\n".join(reversed(lines))) is Difference.LAYOUT
    assert difference(INVOICE, INVOICE.replace("\n", "  ")) is Difference.LAYOUT


def test_dates_and_amounts_in_another_spelling_are_layout() -> None:
    other = INVOICE.replace("3. März 2026", "03.03.2026").replace("1.234,56 €", "EUR 1,234.56")
    assert difference(INVOICE, other) is Difference.LAYOUT


def test_page_numbers_and_repeated_letterheads_are_layout() -> None:
    paged = INVOICE.replace("Gesamtbetrag", "Seite 1 von 2\nNordwind Handel GmbH\nGesamtbetrag")
    assert difference(INVOICE, paged) is Difference.LAYOUT


def test_numbered_lists_that_only_the_pdf_prints_are_layout() -> None:
    assert difference(INVOICE, INVOICE.replace("Sehr", "1. Sehr").replace("Bitte", "2. Bitte")) is Difference.LAYOUT


def test_another_word_is_wording() -> None:
    comparison = compare(INVOICE, INVOICE.replace("Lieferung", "Beratung"))
    assert comparison.difference is Difference.WORDING
    assert comparison.details == {"words_only_in_a": ["lieferung"], "words_only_in_b": ["beratung"]}


@pytest.mark.parametrize(
    ("old", "new"),
    [("0815", "0816"), ("3. März", "4. März"), ("1.234,56", "1.243,56"), ("17.03.2026", "18.03.2026"), ("€", "$")],
)
def test_a_templated_letter_with_other_numbers_is_another_transaction(old: str, new: str) -> None:
    comparison = compare(INVOICE, INVOICE.replace(old, new))
    assert comparison.difference is Difference.NUMBERS
    assert comparison.details["only_in_a"]
    assert comparison.details["only_in_b"]


def test_details_name_the_numbers_as_written() -> None:
    comparison = compare(INVOICE, INVOICE.replace("RE-2026-0815", "RE-2026-0900").replace("3. März", "9. März"))
    assert comparison.details["only_in_a"] == ["RE-2026-0815", "3. März 2026"]
    assert comparison.details["only_in_b"] == ["RE-2026-0900", "9. März 2026"]


def test_details_are_bounded() -> None:
    many = INVOICE + " ".join(f"X-{number:05d}" for number in range(500))
    assert all(len(values) <= 10 for values in compare(INVOICE, many).details.values())


def test_misread_letters_are_the_scanner() -> None:
    scan = (
        INVOICE.replace("für", "fur").replace("Schreibtischlampen", "Schreibtischlarnpen").replace("Grüßen", "GruBen")
    )
    assert difference(INVOICE, scan, scanned=True) is Difference.SCAN
    assert difference(INVOICE, scan) is Difference.WORDING


@pytest.mark.parametrize(
    ("old", "misread"),
    [
        ("0815", "O815"),
        ("0815", "08l5"),
        ("1.234,56", "1.234.56"),
        ("DE02 1203", "DEO2 1203"),
        ("17.03.2026", "47.13.2026"),
    ],
)
def test_misread_figures_are_not_another_transaction(old: str, misread: str) -> None:
    scan = INVOICE.replace(old, misread).replace("für", "fur")
    assert difference(INVOICE, scan, scanned=True) is Difference.SCAN


@pytest.mark.parametrize(("old", "new"), [("0815", "0816"), ("17.03.2026", "18.03.2026"), ("1.234,56", "1.334,56")])
def test_a_scan_of_another_invoice_is_another_transaction(old: str, new: str) -> None:
    scan = INVOICE.replace(old, new).replace("für", "fur")
    assert difference(INVOICE, scan, scanned=True) is Difference.NUMBERS


def test_a_changed_clause_in_a_scan_is_wording() -> None:
    scan = INVOICE.replace("wie vereinbart", "unter dem Vorbehalt einer späteren Prüfung").replace("für", "fur")
    assert difference(INVOICE, scan, scanned=True) is Difference.WORDING


def test_unrelated_texts_are_not_near() -> None:
    other = (
        "The committee met on Tuesday and agreed to postpone the vote until all members had read the revised proposal."
    )
    assert not compare(INVOICE, other).is_near
    assert not compare(INVOICE, other, a_from_ocr=True).is_near


def test_empty_texts_can_be_compared() -> None:
    assert compare("", "").difference is Difference.NONE
    assert compare("", INVOICE).score == 0.0


_PIECES = st.lists(
    st.sampled_from(
        [
            "Rechnung",
            "Mahnung",
            "3. März 2026",
            "03/04/2026",
            "1.234,56 €",
            "EUR 5",
            "RE-1",
            "0815",
            "O815",
            "\n",
            "zahlen",
            "-\n",
        ]
    ),
    max_size=12,
).map(" ".join)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(a=_PIECES, b=_PIECES, scanned=st.booleans())
def test_comparing_the_other_way_round_is_the_mirror_image(a: str, b: str, scanned: bool) -> None:
    there = compare(a, b, a_from_ocr=scanned, b_from_ocr=False)
    back = compare(b, a, a_from_ocr=False, b_from_ocr=scanned)
    mirrored = {key[:-1] + {"a": "b", "b": "a"}[key[-1]]: value for key, value in back.details.items()}
    assert (there.score, there.difference, there.details) == (back.score, back.difference, mirrored)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(text=st.text(max_size=200), scanned=st.booleans())
def test_a_text_never_differs_from_itself(text: str, scanned: bool) -> None:
    assert compare(text, text, a_from_ocr=scanned).difference is Difference.NONE
