"""What keywords, phrases, headings and globs find, and where."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.classification.patterns import fold, grams, is_heading, literal_in, literal_of, patterns, reach
from workbench.classification.ruleset import Condition


def found(text: str, **condition: object) -> list[str]:
    """The words a condition finds."""
    searches = patterns(Condition.model_validate(condition))
    return [text[start:end] for search in searches for start, end in search.matches(text, timeout_s=None)]


@pytest.mark.parametrize(
    ("keyword", "text", "expected"),
    [
        ("Rechnung", "Ihre RECHNUNG, bitte", ["RECHNUNG"]),
        ("Rechnung", "Abrechnung und Rechnungen", []),
        ("Rechnung", "Rechnung_4711.pdf", ["Rechnung"]),
        ("Rechnung*", "Rechnungen und Abrechnung", ["Rechnungen"]),
        ("*rechnung", "Die Abrechnung.", ["Abrechnung"]),
        ("Rechnungs-Nr", "Rechnungs-Nr. RechnungsNr Rechnungs Nr", ["Rechnungs-Nr", "RechnungsNr", "Rechnungs Nr"]),
        ("Kündigung", "KUENDIGUNG Kündigung", ["KUENDIGUNG", "Kündigung"]),
        ("Straße", "STRASSE strasse Straße", ["STRASSE", "strasse", "Straße"]),
        ("übung", "die Übung", ["Übung"]),
        ("übung", "die Vorübung", []),
        ("Credit note", "credit\n  NOTE", ["credit\n  NOTE"]),
        ("Nr.", "Nr.4711", ["Nr."]),
        ("% Skonto", "2 % Skonto", ["% Skonto"]),
    ],
)
def test_keywords_find_whole_words(keyword: str, text: str, expected: list[str]) -> None:
    assert found(text, keyword=keyword) == expected


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("zahlbar bis", "zahlbar\nbis", ["zahlbar\nbis"]),
        ("zahlbar bis", "zahlbar, bis", ["zahlbar, bis"]),
        ("zahlbar bis", "zahlbar ist es bis", []),
        ("bieten wir … an", "bieten wir Ihnen gern folgendes an", ["bieten wir Ihnen gern folgendes an"]),
        ("bieten wir ... an", "bieten wir an", ["bieten wir an"]),
        ("bieten wir … an", "bieten wir eins zwei drei vier fünf sechs sieben an", []),
    ],
)
def test_phrases_bridge_white_space_and_gaps(phrase: str, text: str, expected: list[str]) -> None:
    assert found(text, phrase=phrase) == expected


def test_decomposed_umlauts_are_found_as_written() -> None:
    text = unicodedata.normalize("NFD", "Ihre Kündigung")
    assert found(text, keyword="Kündigung") == [unicodedata.normalize("NFD", "Kündigung")]


def test_ligatures_do_not_make_a_search_endless() -> None:
    """With full case folding `regex` 2026.11 never came back from this one."""
    assert found("ſäÄﬁä-aäÄüsf xssfx ẞÄüIß", keyword="*ssf*") == ["xssfx"]


def test_within_counts_from_the_beginning() -> None:
    text = "x " * 50 + "Rechnung"
    assert found(text, keyword="Rechnung", within=101) == ["Rechnung"]
    assert found(text, keyword="Rechnung", within=100) == []


def test_globs_match_whole_values() -> None:
    assert found("image/jpeg", **{"in": "media_type"}, glob="image/*") == ["image/jpeg"]
    assert found("x-image/jpeg", **{"in": "media_type"}, glob="image/*") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rechnung", True),
        ("Absender\n\n## Rechnung Nr. 4711\n", True),
        ("Betreff: Rechnung vom 3. März\n", True),
        ("ACME GmbH        Rechnung\n", True),
        ("| Rechnung | 4711 |", True),
        ("Rechnung: RE-4711\n", False),
        ("Rechnung:\n4711", False),
        ("Wir haben Ihre Rechnung erhalten.", False),
        ("Rechnung und Lieferschein gehen Ihnen getrennt zu, sobald die Ware unser Lager verlassen hat", False),
        ("Rechnung folgt in den nächsten Tagen.", False),
    ],
)
def test_a_heading_begins_a_short_line(text: str, expected: bool) -> None:
    start = text.index("Rechnung")
    assert is_heading(text, start, start + len("Rechnung")) is expected


def test_numbered_reminders_are_headings() -> None:
    assert found("2. Mahnung\n", keyword="Mahnung", heading=True) == ["Mahnung"]


def test_a_title_may_end_with_the_word() -> None:
    assert found("SOFTWARE LICENSE AGREEMENT\n", keyword="Agreement", heading="anywhere") == ["AGREEMENT"]
    assert found("under the terms of this Agreement.\n", keyword="Agreement", heading="anywhere") == []


def test_a_section_may_be_a_label() -> None:
    assert found("Teilnehmer:\nFrau Weiß", keyword="Teilnehmer", heading="section") == ["Teilnehmer"]


@pytest.mark.parametrize(
    ("expression", "literal"),
    [
        (r"\bTOP\s*\d{1,2}\b", "top"),
        (r"(?:foo|bar)baz", "baz"),
        (r"foo|bar", ""),
        (r"colou?r", "colo"),
        (r"[abc]def*", "de"),
        (r"(?x) a b c", ""),
        (r"rechnung\W{1,3}nr", "rechnung"),
        (r"ab{2}c", "a"),
    ],
)
def test_the_literal_of_an_expression_is_in_all_its_matches(expression: str, literal: str) -> None:
    assert literal_in(expression) == literal


def test_the_literal_of_a_keyword_avoids_what_has_several_spellings() -> None:
    assert literal_of("Kündigungs-frist") == "ndigungs"
    assert literal_of("Straße") == "strasse"


def test_reach_never_cuts_a_word() -> None:
    text = "wort " * 1000
    assert text[: reach(text, 10)].endswith("wort")
    assert reach("kurz", 10) == 4


_LETTERS = st.text(alphabet="aäAÄsßSẞıİiIkKſﬁfu\u0308ü -\n", max_size=40)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(keyword=st.from_regex(r"\*?[aäsßikfuü]{1,4}(-[ksü]{1,2})?\*?", fullmatch=True), around=_LETTERS, text=_LETTERS)
def test_a_match_always_contains_its_literal(keyword: str, around: str, text: str) -> None:
    """The quick way dismisses nothing that the reference finds."""
    text = f"{around} {keyword.replace('*', 'x')} {text}"
    for search in patterns(Condition(keyword=(keyword,))):
        for start, end in search.matches(text, timeout_s=None):
            assert search.literal in fold(text[start:end])
            assert search.anchor in grams(fold(text))
