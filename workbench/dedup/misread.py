"""Can a difference be a misread letter?

Only what OCR really does is forgiven: letters for figures and back, separators lost or
swapped, long identifiers torn apart, days that no calendar has. A figure read as another
figure is not forgiven, as 4711 and 4712 are two invoices until a person says otherwise.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping

from workbench.dedup.facts import Fact, FactKind

_LOOKALIKES = str.maketrans("OoQDIiLl|!SsBZzGgqb", "0000111111558226996")

MIN_TORN = 8
"""Only identifiers of at least this length are recognised in their pieces: 4711 is no piece of 14711."""

MIN_DIGITS = 3
"""Specks on a scan read as "1" or "4"; facts with fewer figures say nothing about a scanned text."""

LIKE_WORDS = 0.3
"""Share of letter triples that leftover words must have in common to be misreadings of each other.
On 26 scanned invoices, where both sides had words left, Tesseract's shared .34 to 1.0 with the truth (but one: .22);
those of another invoice in the same layout .24 to .54, so likeness alone never says "the same document"."""

FEW_MISSING = 0.05
"""What only one side has may be an unread stamp or margin up to this share of its words."""


def unexplained(own: Collection[Fact], other: Collection[Fact]) -> list[Fact]:
    """Those of `own` that no fact of `other`, misread, accounts for; trifling ones left out."""
    skeletons = {_skeleton(fact) for fact in other}
    telling = [fact for fact in own if len(fact.digits) >= MIN_DIGITS]
    return [fact for fact in telling if not _is_impossible(fact) and not _is_among(_skeleton(fact), skeletons)]


def are_replaced(own: Collection[Fact], other: Collection[Fact]) -> bool:
    """Does each side state something of one sort that the other does not?

    A fact that is merely missing was not read; a fact in place of another is another transaction.
    """
    return bool({_sort(fact) for fact in own} & {_sort(fact) for fact in other})


def are_misread(own: Mapping[str, int], other: Mapping[str, int], *, words: int) -> bool:
    """Are the words that only one side has misreadings of those that only the other has?

    Parameters
    ----------
    own, other : words left over on each side, with counts
    words : number of words in the longer text
    """
    if not own or not other:
        return sum(own.values()) + sum(other.values()) <= FEW_MISSING * words
    mine, theirs = _triples(own), _triples(other)
    common = sum((mine & theirs).values())
    fewer, more = sorted((mine.total(), theirs.total()))
    surplus = abs(sum(own.values()) - sum(other.values()))
    is_like = common >= LIKE_WORDS * max(1, fewer)
    return is_like and (common >= LIKE_WORDS * more or surplus <= FEW_MISSING * words)


def _sort(fact: Fact) -> str:
    if fact.kind is FactKind.DATE:
        return "date"
    return "identifier" if any(map(str.isalpha, fact.value)) else "number"


def _skeleton(fact: Fact) -> str:
    return "".join(filter(str.isalnum, fact.value.translate(_LOOKALIKES).upper()))


def _is_impossible(fact: Fact) -> bool:
    """A date that no calendar has: written like 47.10.2018."""
    day, _, rest = fact.value.partition(".")
    month, _, year = rest.partition(".")
    return fact.kind is FactKind.IDENTIFIER and all(map(str.isdigit, (day, month, year))) and len(year) == 4


def _is_among(skeleton: str, others: Collection[str]) -> bool:
    if skeleton in others:
        return True
    return any(
        max(len(skeleton), len(other)) >= MIN_TORN and (skeleton in other or other in skeleton)
        for other in others
        if len(other) >= MIN_DIGITS
    )


def _triples(words: Mapping[str, int]) -> Counter[str]:
    triples: Counter[str] = Counter()
    for word, count in words.items():
        bare = filter(str.isalnum, unicodedata.normalize("NFKD", word))
        folded = f" {''.join(bare).translate(_LOOKALIKES)} "
        for start in range(len(folded) - 2):
            triples[folded[start : start + 3]] += count
    return triples
