"""The text that a page carries itself, and whether it means anything.

Fonts without a map to Unicode give private, replacement and control characters,
or letters that are none of those one sees. Such a page is better recognised.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.extraction.cleaning import tidy

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

# PDFium writes U+FFFE (older versions U+0002) for a hyphen at the end of a line, but leaves U+2010 and U+00AD.
_HYPHEN = re.compile("(?:[\ufffe\x02]\r?\n?|[\u2010\u00ad][ \t]*\r?\n)(?=([^\\W\\d_])?)")
_STRANGE = re.compile("[\x00-\x08\x0e-\x1f\x80-\x9f\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]+")
_CODES = re.compile(r"\(cid:\d+\)")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+")
# Bullets and logos in private characters are common; more than this share of a page are not.
_TOO_STRANGE = 0.3
_SAMPLE = 40
_FEWEST = 20
_RIGHT_TO_LEFT_SHARE = 0.3
_VOWELS = frozenset("aeiouyäöüáàâéèêíìîóòôúùûAEIOUÄÖÜ")


@dataclass(frozen=True, kw_only=True)
class Layer:
    """The text of a page, and whether it is gibberish."""

    text: str
    is_garbage: bool = False


def text_layer(page: "PdfPage") -> Layer:
    """Read the text layer of a page, in the order of its content."""
    layer = page.get_textpage()
    try:
        # A page of no or negative size bounds nothing.
        raw = layer.get_text_bounded() or layer.get_text_range()
        garbage = len(raw) >= _FEWEST and (is_strange(raw) or (_is_unmapped(layer) and not is_natural(raw)))
    finally:
        layer.close()
    return Layer(text=joined(raw), is_garbage=garbage)


def joined(raw: str) -> str:
    """Return a page's text as it is read: words that a line's end broke joined, gaps bounded."""
    return tidy(_HYPHEN.sub(_whole_word, raw))


def is_strange(text: str) -> bool:
    """Does a text consist of characters that mean nothing outside of its font?"""
    if text.isascii() and "(cid:" not in text and text.isprintable():
        return False
    visible = sum(map(len, text.split()))
    # The hyphen of older PDFium versions counts as a control character; it never makes up a third.
    strange = sum(map(len, _STRANGE.findall(text))) + sum(map(len, _CODES.findall(text)))
    return strange > _TOO_STRANGE * max(visible, 1)


def is_natural(text: str) -> bool:
    """Is this plain prose in Latin letters? Old fonts without a map use the codes of ASCII all the same."""
    letters = [letter for letter in text if letter.isalpha()]
    small = sum(map(str.islower, letters))
    vowels = sum(letter in _VOWELS for letter in letters)
    visible = sum(map(len, text.split()))
    return len(letters) > 0.7 * visible and small > 0.6 * len(letters) and 0.25 < vowels / len(letters) < 0.6


def is_right_to_left(text: str) -> bool:
    """Is this mostly Arabic, Hebrew or another writing from right to left?"""
    if text.isascii():
        return False
    letters = sum(map(str.isalpha, text))
    return sum(map(len, _RIGHT_TO_LEFT.findall(text))) > _RIGHT_TO_LEFT_SHARE * max(letters, 1)


def _is_unmapped(layer: "PdfTextPage") -> bool:
    """Does PDFium only guess what the characters mean? Asked of a sample: each question costs time."""
    import pypdfium2.raw as pdfium

    count = layer.count_chars()
    asked = range(0, count, max(1, count // _SAMPLE))
    guessed = sum(int(pdfium.FPDFText_HasUnicodeMapError(layer, index) == 1) for index in asked)
    return 2 * guessed > len(asked)


def _whole_word(match: re.Match[str]) -> str:
    """Join a word broken at a line's end; before a capital the hyphen belongs to it (E-Mail)."""
    following = match.group(1) or ""
    return "" if following.islower() else "-"
