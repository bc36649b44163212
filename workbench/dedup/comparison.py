"""What tells two likely duplicates apart: nothing, layout, wording, numbers or the scanner.

Exact where signatures estimate. Templated letters look alike and are different
transactions, so facts decide before words do. The answer for (b, a) is the
mirror image of the answer for (a, b).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import regex

from workbench.dedup import misread
from workbench.dedup.facts import Fact, agree, scan
from workbench.dedup.shingles import Hashes, character_shingles, normalise, word_shingles
from workbench.records import Difference, Json

NEAR_BORN_DIGITAL = 0.5
"""Share of equal word-3 shingles from which two born-digital texts are near duplicates: 5 % edited words
leave .75, 10 % leave .57; unrelated court decisions, contracts and minutes measured at most .17."""

NEAR_SCAN = 0.5
"""Share of equal character shingles where one text was read by OCR: 4 % misread letters leave .65,
6 % leave .53; unrelated texts of one kind measured at most .17."""

SHOWN = 10
"""Differences listed per side: enough to judge by, small enough to keep for every pair."""

MAX_SHINGLES = 1_000_000
"""Texts with more are compared by a sample chosen by hash value, the same for both sides."""

_LARGE = 1_000_000
_PAGE_LINE = regex.compile(
    r"""(?xim) ^[ \t]* (?:
        [-–—][ \t]*\d{1,4}[ \t]*[-–—]
      | (?:seite|page|blatt|s\.|p\.)[ \t]*\d{1,4}(?:[ \t]*(?:von|of|/)[ \t]*\d{1,4})?
    ) [ \t]*$"""
)
_WORD = regex.compile(r"[^\W\d_]+")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How alike two texts are, and what differs.

    Parameters
    ----------
    score : exact share of equal shingles, 0 to 1
    threshold : the score from which such a pair counts as near duplicates
    details : `only_in_a`, `only_in_b` (amounts, dates, numbers, identifiers as written),
        `words_only_in_a`, `words_only_in_b`; at most `SHOWN` each, absent where empty
    """

    score: float
    threshold: float
    difference: Difference
    details: Json = field(default_factory=dict)

    @property
    def is_near(self) -> bool:
        """Near enough to be called a duplicate."""
        return self.score >= self.threshold


def compare(text_a: str, text_b: str, *, a_from_ocr: bool = False, b_from_ocr: bool = False) -> Comparison:
    """Compare two texts exactly and say what tells them apart.

    Parameters
    ----------
    a_from_ocr, b_from_ocr : whether misread letters may account for differences
    """
    scanned = a_from_ocr or b_from_ocr
    text_a, text_b = normalise(text_a), normalise(text_b)
    return _told_apart(text_a, text_b, _likeness(text_a, text_b, scanned=scanned), scanned=scanned)


def near(text_a: str, text_b: str, *, a_from_ocr: bool = False, b_from_ocr: bool = False) -> Comparison | None:
    """`compare` for near duplicates only: None for others, which costs a fifth, as no facts are sought in them."""
    scanned = a_from_ocr or b_from_ocr
    text_a, text_b = normalise(text_a), normalise(text_b)
    score = _likeness(text_a, text_b, scanned=scanned)
    return None if score < _threshold(scanned) else _told_apart(text_a, text_b, score, scanned=scanned)


def _threshold(scanned: bool) -> float:
    return NEAR_SCAN if scanned else NEAR_BORN_DIGITAL


def _likeness(text_a: str, text_b: str, *, scanned: bool) -> float:
    return 1.0 if _lines(text_a) == _lines(text_b) else _score(text_a, text_b, scanned=scanned)


def _told_apart(text_a: str, text_b: str, score: float, *, scanned: bool) -> Comparison:
    threshold = _threshold(scanned)
    if _lines(text_a) == _lines(text_b):
        return Comparison(score=1.0, threshold=threshold, difference=Difference.NONE)
    a, b = _Content.of(text_a), _Content.of(text_b)
    difference = _difference(a, b, scanned=scanned)
    details = {} if difference is Difference.LAYOUT else _details(a, b)
    return Comparison(score=score, threshold=threshold, difference=difference, details=details)


@dataclass(frozen=True, kw_only=True)
class _Content:
    """A text taken apart: what it states and with which words."""

    facts: Mapping[Fact, str]
    words: Counter[str]

    @classmethod
    def of(cls, text: str) -> "_Content":
        """Page numbers and repeated lines (the letterhead on every page of a PDF) count as layout."""
        facts, rest = scan(_PAGE_LINE.sub("", text))
        lines = dict.fromkeys(" ".join(line.split()) for line in rest.splitlines())
        words: Counter[str] = Counter()
        for line in lines:
            words.update(_WORD.findall(line.casefold()))
        return cls(facts=facts, words=words)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def _difference(a: _Content, b: _Content, *, scanned: bool) -> Difference:
    only_a, only_b = _only_in(a.facts, b.facts), _only_in(b.facts, a.facts)
    if scanned:
        only_a, only_b = misread.unexplained(only_a, only_b), misread.unexplained(only_b, only_a)
    if _are_other_numbers(only_a, only_b, scanned=scanned):
        return Difference.NUMBERS
    words_a, words_b = a.words - b.words, b.words - a.words
    facts_differ = bool(_only_in(a.facts, b.facts) or _only_in(b.facts, a.facts))
    if not words_a and not words_b and not (scanned and facts_differ):
        return Difference.LAYOUT
    if scanned and misread.are_misread(words_a, words_b, words=max(a.words.total(), b.words.total())):
        return Difference.SCAN
    return Difference.WORDING


def _are_other_numbers(only_a: list[Fact], only_b: list[Fact], *, scanned: bool) -> bool:
    if scanned:
        return misread.are_replaced(only_a, only_b)
    if not (only_a and only_b) and _is_numbering([*only_a, *only_b]):
        return False
    return bool(only_a or only_b) and not _are_only_spaced(only_a, only_b)


def _only_in(own: Mapping[Fact, str], other: Mapping[Fact, str]) -> list[Fact]:
    """Facts of `own` that no fact of `other` equals or agrees with."""
    missing = [fact for fact in own if fact not in other]
    if not missing:
        return []
    by_value: dict[str, list[Fact]] = {}
    for fact in other:
        for value in {fact.value, fact.alternative} - {""}:
            by_value.setdefault(value, []).append(fact)
    return [
        fact
        for fact in missing
        if not any(agree(fact, twin) for value in (fact.value, fact.alternative) for twin in by_value.get(value, ()))
    ]


def _is_numbering(facts: Iterable[Fact]) -> bool:
    """Small whole numbers that only one side has: numbered lists, which DOCX computes and PDF prints."""
    return all(len(fact.value) <= 2 and fact.value.isdigit() and not fact.unit for fact in facts)


def _are_only_spaced(a: list[Fact], b: list[Fact]) -> bool:
    """The same figures, grouped otherwise: "030/123456" and "030 123456". Never said of money or days."""
    if not a or not b or any(fact.unit or fact.alternative or "." in fact.value for fact in (*a, *b)):
        return False
    dates = any(fact.kind.value == "date" for fact in (*a, *b))
    return not dates and "".join(fact.digits for fact in a) == "".join(fact.digits for fact in b)


def _details(a: _Content, b: _Content) -> dict[str, list[str]]:
    found = {
        "only_in_a": [a.facts[fact] for fact in _only_in(a.facts, b.facts)],
        "only_in_b": [b.facts[fact] for fact in _only_in(b.facts, a.facts)],
        "words_only_in_a": list(a.words - b.words),
        "words_only_in_b": list(b.words - a.words),
    }
    return {key: [value[:80] for value in values[:SHOWN]] for key, values in found.items() if values}


def _score(text_a: str, text_b: str, *, scanned: bool) -> float:
    """Jaccard index of the shingle sets; of a sample of them where texts are huge."""
    # About one shingle a character or one every six characters.
    expected = max(len(text_a), len(text_b)) // (1 if scanned else 6)
    sampled = max(0, (expected // MAX_SHINGLES).bit_length())
    read = character_shingles if scanned else word_shingles
    set_a, set_b = _distinct(read(text_a), sampled), _distinct(read(text_b), sampled)
    common = len(np.intersect1d(set_a, set_b, assume_unique=True))
    union = len(set_a) + len(set_b) - common
    return common / union if union else float(text_a == text_b)


def _distinct(chunks: Iterator[Hashes], sampled: int) -> Hashes:
    """Distinct hashes; with `sampled` = n only those whose lowest n bits are zero, one in 2^n."""
    mask = np.uint64((1 << sampled) - 1)
    kept = [np.unique(hashes[(hashes & mask) == 0]) for hashes in chunks]
    return np.unique(np.concatenate(kept)) if kept else np.empty(0, dtype=np.uint64)
