"""From what a rule's author wrote to what is searched for.

The `regex` module is the reference: whatever a faster scanner proposes, it decides.
Every span is one of the text as written, never of a lower-cased or normalised copy,
in which ß, İ or a decomposed ü would have shifted what follows.

A literal that a pattern cannot do without is sought first, in a folded copy, and its first
four characters among all that the copy holds: two thousand patterns are dismissed in half a millisecond.
"""

import fnmatch
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

from workbench.classification.ruleset import Condition, Heading

FLAGS = regex.IGNORECASE
"""Not FULLCASE: with it `regex` 2026.11 searches for ever for "ssf" among ligatures. ß is spelled out below."""

HEADING_LENGTH = 70
"""A headline is short: "Rechnung Nr. 2026-0815 vom 3. März 2026" is one, a sentence about a Rechnung is not."""

SENTENCE_WORDS = 5
"""A short line of at least so many words that ends like a sentence is one: "Report faults to the caretaker."."""

TAIL = 500
"""What begins within the first so many characters may end this far beyond them."""

ANCHOR = 4

GAP_WORDS = 6
"""How many words `…` may skip: enough for German word order, too few to join two sentences."""

_LETTER = r"[^\W_]"
_BEFORE = rf"(?<!{_LETTER})"
_AFTER = rf"(?!{_LETTER})"
_BETWEEN = r"""[\s,;:"'„“”*_|–-]{1,8}"""
# Possessive, and words do not begin with a hyphen: a row of dashes can be read in one way only.
_GAP = rf"(?:\W{{1,8}}+\w++(?:-\w++)*+){{0,{GAP_WORDS}}}?\W{{1,8}}"

# Mail programs and forms write "ue" for "ü", and capitals have long had no ß.
_SPELLED = {"ä": ("ae",), "ö": ("oe",), "ü": ("ue",), "ß": ("ss", "ẞ"), "ss": ("ß", "ẞ")}

# What may stand before a headline on its line: markup, "Betreff:", "2." of "2. Mahnung".
_LEAD = regex.compile(
    r"[\W_]*(?:(?:betreff|betr|subject|re|aw|wg|fwd?|titel|title|thema)\.?\s*:[\W_]*){0,3}(?:\d{1,2}[.)])?[\W_]*",
    regex.IGNORECASE,
)
# "Rechnung: RE-2026-7396" and "Bestellung:" name other documents; "Minutes: Steering group" is a headline.
# OCR reads the colon as ; or >.
_REFERENCE = regex.compile(r"[ \t]*[:;>][ \t]*(?:(?=\S*\d)\S|\r?\n|\Z)")
_CELL_BREAK = regex.compile(r"[\n\r\f\v\x1c-\x1e\x85\u2028\u2029|]|\t|\s{3,}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One thing to search for.

    Parameters
    ----------
    literal : folded text that every match contains; empty where nothing is certain
    anchor : its first characters, to be looked up among `grams`; empty where it is too short
    is_timed : may backtrack, so it gets no more than the time that is left
    """

    compiled: regex.Pattern[str]
    literal: str
    anchor: str
    is_timed: bool
    within: int | None
    heading: Heading

    def matches(self, text: str, *, timeout_s: float | None) -> Iterator[tuple[int, int]]:
        """Spans of the text as written, first to last.

        Raises
        ------
        TimeoutError
            The search took longer than `timeout_s`.
        """
        for match in self.compiled.finditer(text, timeout=timeout_s):
            start, end = match.span()
            if self.within is not None and start >= self.within:
                return
            if end > start and (not self.heading or is_heading(text, start, end, sort=self.heading)):
                yield start, end


def reach(text: str, within: int) -> int:
    """Where the search for what begins in the first `within` characters may stop: at white space, so no word is cut."""
    if len(text) <= within + TAIL:
        return len(text)
    blank = regex.search(r"\s", text, pos=within + TAIL)
    return blank.start() if blank else len(text)


def patterns(condition: Condition) -> tuple[Pattern, ...]:
    """The searches of a condition, any of which satisfies it; none for ranges."""
    made = [
        *(_pattern(_keyword(word), literal_of(word), is_timed="*" in word) for word in condition.keyword),
        *(_pattern(_phrase(words), literal_of(words), is_timed=True) for words in condition.phrase),
        *(_pattern(written, literal_in(written), is_timed=True) for written in condition.regex),
        *(_pattern(rf"\A(?:{fnmatch.translate(written)})", "") for written in condition.glob),
    ]
    return tuple(
        Pattern(compiled, literal, _anchor(literal), is_timed, condition.within, condition.heading)
        for compiled, literal, is_timed in made
    )


def fold(text: str) -> str:
    """A copy in which literals are sought; its positions are not those of the text.

    The Turkish letters are replaced first, as Python folds them to something else than `regex` does.
    """
    return (text if text.isascii() else text.replace("İ", "i").replace("ı", "i")).casefold()


def grams(folded: str) -> set[str]:
    """Every run of `ANCHOR` characters, and the empty string, which stands for "look yourself"."""
    found = {folded[start : start + ANCHOR] for start in range(len(folded) - ANCHOR + 1)}
    found.add("")
    return found


def _anchor(literal: str) -> str:
    return literal[:ANCHOR] if len(literal) >= ANCHOR else ""


def literal_of(written: str) -> str:
    """The longest run of plain letters and figures in a keyword or phrase, folded.

    Umlauts end a run, as they have several spellings; so does a hyphen, which may be missing.
    """
    runs = regex.findall(r"[a-z0-9]+", _plain(written))
    return max(runs, key=len, default="")


def literal_in(expression: str) -> str:
    """A literal that every match of a regular expression contains, folded; empty where that is not plain to see.

    Only what stands outside groups, sets and alternatives counts, less what a quantifier makes optional.
    """
    if "(?x" in expression or regex.search(r"\(\?\w*[x-]", expression):
        return ""
    outside = regex.sub(r"\\.", "\0", expression)
    outside = regex.sub(r"\[[^\]]*\]", "\0", outside)
    while (without := regex.sub(r"\([^()]*\)", "\0", outside)) != outside:
        outside = without
    if "|" in outside or "(" in outside or "[" in outside:
        return ""
    return literal_of(regex.sub(r".[?*{][^a-z]*", "\0", outside))


def is_heading(text: str, start: int, end: int, *, sort: Heading = True) -> bool:
    """Is the span the beginning of a headline: a short line, or cell of a table?

    It begins the line, but for markup, numbering or "Betreff:". A label with a number behind it, as letters
    refer to other documents, is none. By `sort` "anywhere" it may also end or stand inside what looks like a
    title: "Software License Agreement", not "of this Agreement."; by "section" it may be a label: "Teilnehmer:".
    """
    before = text[max(0, start - HEADING_LENGTH) : start]
    breaks = list(_CELL_BREAK.finditer(before))
    if (not breaks and start > HEADING_LENGTH) or (sort != "section" and _REFERENCE.match(text, end)):
        return False
    lead = before[breaks[-1].end() :] if breaks else before
    stop = _CELL_BREAK.search(text, end)
    cell = lead + text[start : stop.start() if stop else len(text)]
    if len(cell) > HEADING_LENGTH or _is_sentence(cell):
        return False
    if _LEAD.fullmatch(lead):
        return True
    return sort == "anywhere" and (text[start].isupper() or lead.lstrip().startswith("#")) and _is_title(cell)


def _is_sentence(cell: str) -> bool:
    return cell.rstrip()[-1:] in {".", ",", ";"} and len(cell.split()) >= SENTENCE_WORDS


def _is_title(cell: str) -> bool:
    first = next(filter(str.isalpha, cell), "")
    return first.isupper() and cell.rstrip()[-1:] not in {".", ",", ";", ":"}


def _plain(written: str) -> str:
    """Folded, with every character that may be spelled otherwise replaced by a blank."""
    composed = unicodedata.normalize("NFC", written)
    return "".join(folded if (folded := fold(character)).isascii() else " " for character in composed)


def _keyword(written: str) -> str:
    return _bounded(written, r"\s+".join(_word(word) for word in written.split()))


def _phrase(written: str) -> str:
    parts = [part.split() for part in written.replace("...", "…").split("…")]
    joined = [_BETWEEN.join(_word(word) for word in words) for words in parts if words]
    return _bounded(written, _GAP.join(joined))


def _bounded(written: str, pattern: str) -> str:
    """Whole words only; next to punctuation there is no word to be whole."""
    stripped = written.strip()
    before = _BEFORE if stripped[:1].isalnum() or stripped[:1] == "*" else ""
    after = _AFTER if stripped[-1:].isalnum() or stripped[-1:] == "*" else ""
    return f"{before}{pattern}{after}"


def _word(word: str) -> str:
    single = regex.sub(r"\*+", "*", unicodedata.normalize("NFC", word))
    return "".join(_character(part) for part in regex.findall(r"(?i)ss|(?s:.)", single))


def _character(character: str) -> str:
    if character == "*":
        return rf"{_LETTER}*"
    if character == "-":
        return r"[-‐‑–\s]?"
    decomposed = unicodedata.normalize("NFD", character)
    spellings = dict.fromkeys((character, decomposed, *_SPELLED.get(character.lower(), ())))
    if len(spellings) == 1:
        return regex.escape(character)
    return f"(?:{'|'.join(map(regex.escape, spellings))})"


@lru_cache(maxsize=4096)
def _pattern(written: str, literal: str, *, is_timed: bool = False) -> tuple[regex.Pattern[str], str, bool]:
    return regex.compile(written, FLAGS), literal, is_timed
