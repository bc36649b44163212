"""Words at the seams between formats: docling parts some there, and glues others together.

It writes each run of one format by itself, with a blank between (`**stark** e`),
and some marks of notes without one (`Wort1`). The direct reader's text says
which words there are and beside which others they stand.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

_WORD = re.compile(r"[^\W_]+")
_SEAM = re.compile(r"(?P<closing>[*~`\]]*) ?(?P<opening>[*~`\[]*)")
_MOST_RUNS = 20
_LONGEST = 80


def mended(text: str, lines: Iterable[str]) -> str:
    """Return docling's text with the words of the direct reader's lines where both differ by blanks only."""
    words = [word for line in lines for word in _WORD.findall(line.replace("\xad", ""))]
    if not words:
        return text
    lacking = Counter(words) - Counter(_WORD.findall(text))
    lacking = Counter({word: count for word, count in lacking.items() if len(word) <= _LONGEST})
    if not lacking:
        return text
    text = _joined(text, words, lacking)
    return _parted(text, words)


def _joined(text: str, words: Sequence[str], lacking: Counter[str]) -> str:
    starts = {word[:length] for word in lacking for length in range(1, len(word))}
    neighbours = _neighbours(words, lacking)
    found = list(_WORD.finditer(text))
    pieces: list[str] = []
    done, number, before = 0, 0, ""
    while number < len(found):
        last, whole = _last_run(text, found, number, lacking, starts)
        after = found[last + 1][0] if last + 1 < len(found) else ""
        if last > number and _stands_there(whole, before, after, neighbours):
            opening, closing = _marks(text, found[number : last + 1])
            pieces += [text[done : found[number].start()], opening, whole, closing]
            done = found[last].end()
            lacking[whole] -= 1
        else:
            last, whole = number, found[number][0]
        before, number = whole, last + 1
    return "".join((*pieces, text[done:]))


def _last_run(
    text: str, found: Sequence[re.Match[str]], first: int, lacking: Counter[str], starts: set[str]
) -> tuple[int, str]:
    """Return the longest lacking word that runs from the first on make, and the last of them."""
    whole, best = found[first][0], (first, found[first][0])
    for place in range(first + 1, min(len(found), first + _MOST_RUNS)):
        if whole not in starts or not _SEAM.fullmatch(text, found[place - 1].end(), found[place].start()):
            break
        whole += found[place][0]
        if lacking[whole] > 0:
            best = (place, whole)
    return best


def _neighbours(words: Sequence[str], wanted: Counter[str]) -> dict[str, set[tuple[str, str]]]:
    """Return the words before and after each place of the wanted ones."""
    around: dict[str, set[tuple[str, str]]] = {}
    for number, word in enumerate(words):
        if word in wanted:
            after = words[number + 1] if number + 1 < len(words) else ""
            around.setdefault(word, set()).add((words[number - 1] if number else "", after))
    return around


def _stands_there(word: str, before: str, after: str, neighbours: dict[str, set[tuple[str, str]]]) -> bool:
    # What follows may be parted itself.
    return any(before == left or (after and right.startswith(after)) for left, right in neighbours.get(word, ()))


def _marks(text: str, runs: Sequence[re.Match[str]]) -> tuple[str, str]:
    """Return what stands between runs: marks that open a format, and those that close one."""
    seams = [_SEAM.fullmatch(text, one.end(), other.start()) for one, other in pairwise(runs)]
    return (
        "".join(seam["opening"] for seam in seams if seam is not None),
        "".join(seam["closing"] for seam in seams if seam is not None),
    )


def _parted(text: str, words: Sequence[str]) -> str:
    own = Counter(_WORD.findall(text))
    lacking = Counter(words) - own
    glued = own - Counter(words)
    if not lacking or not glued:
        return text
    pairs = {
        one + other: f"{one} {other}"
        for one, other in pairwise(words)
        if (lacking[one] or lacking[other]) and one + other in glued
    }
    return _WORD.sub(lambda match: pairs.get(match[0], match[0]), text) if pairs else text
