"""Amounts and dates in German and English spellings are one fact."""

import pytest

from workbench.dedup.facts import Fact, FactKind, agree, plain_number, scan


def only_fact(text: str) -> Fact:
    facts, _ = scan(text)
    assert len(facts) == 1, facts
    return next(iter(facts))


@pytest.mark.parametrize(
    "written",
    [
        "1.234,56 €",
        "1,234.56 EUR",
        "EUR 1.234,56",
        "€1,234.56",
        "1 234,56 Euro",
        "1234,56 EUR",
        "€ 1234.56",
        "1'234.56 €",
    ],
)
def test_an_amount_is_the_same_in_every_spelling(written: str) -> None:
    assert only_fact(f"Summe: {written}.") == Fact(FactKind.AMOUNT, "1234.56", "EUR")


@pytest.mark.parametrize(
    "written",
    [
        "3. März 2026",
        "03.03.2026",
        "3.3.2026",
        "03. 03. 2026",
        "3.3.26",
        "2026-03-03",
        "March 3, 2026",
        "3 March 2026",
        "3rd March 2026",
        "3rd of March 2026",
        "Mar 3, 2026",
        "03/03/2026",
        "3. Maerz 2026",
    ],
)
def test_a_day_is_the_same_in_every_spelling(written: str) -> None:
    fact = only_fact(f"vom {written} an")
    assert (fact.kind, fact.value, fact.alternative) == (FactKind.DATE, "2026-03-03", "")


def test_a_date_with_slashes_agrees_with_either_reading() -> None:
    ambiguous = only_fact("on 03/04/2026")
    assert agree(ambiguous, only_fact("am 3. April 2026"))
    assert agree(ambiguous, only_fact("on March 4, 2026"))
    assert not agree(ambiguous, only_fact("on March 5, 2026"))
    assert only_fact("on 12/31/2026").value == "2026-12-31"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1.234", "1234"),
        ("1,234", "1234"),
        ("1.5", "1.5"),
        ("1,50", "1.5"),
        ("0,125", "0.125"),
        ("12.345.678,90", "12345678.9"),
        ("1,234,567", "1234567"),
        ("100", "100"),
    ],
)
def test_numbers_lose_their_language(written: str, number: str) -> None:
    assert plain_number(written) == number


def test_identifiers_and_accounts_are_kept_whole() -> None:
    facts, rest = scan("Rechnung RE-2026-0815, IBAN DE02 1203 0000 0000 2020 51, Kunde 4711/22")
    assert [fact.value for fact in facts] == ["RE-2026-0815", "DE02120300000000202051", "4711/22"]
    assert rest.split() == ["Rechnung", ",", "IBAN", ",", "Kunde"]


def test_an_impossible_date_is_no_date() -> None:
    assert only_fact("am 47.10.2018 um").kind is FactKind.IDENTIFIER


def test_facts_keep_the_spelling_in_which_they_came_first() -> None:
    facts, _ = scan("am 3. März 2026, also 03.03.2026")
    assert list(facts.values()) == ["3. März 2026"]


def test_a_negative_amount_differs_from_a_positive_one() -> None:
    assert only_fact("Betrag -5,00 €").value == "-5"


def test_percent_is_not_money() -> None:
    assert only_fact("zzgl. 19 % MwSt") == Fact(FactKind.NUMBER, "19", "%")
