"""Is there a scan on a page, of which the page's own text says nothing?

A court's header, a stamp or a few words laid below by a poor scanner do not tell
what the scan shows. Pure functions for both engines; boxes are left, top, right
and bottom in shares of the page as it is seen.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from workbench.records import Word

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[float, float, float, float]

# Fewer letters stand for nothing but a page number or a stamp; with more a page is one of text.
FEW_LETTERS = 20
MOST_LETTERS = 600
# Of the page: all pictures together, and each that counts. Logos are smaller.
LARGE = 0.2
_TOO_SMALL = 0.01
# Of the pictures' height: what lines of a header take up.
_WRITTEN_UPON = 0.15
_ROWS = 200
# Of the ink: frames, a signature and the edge of the sheet are no reason.
_UNTOLD = 0.3


def area(box: Box) -> float:
    left, top, right, bottom = box
    return max(0.0, min(right, 1.0) - max(left, 0.0)) * max(0.0, min(bottom, 1.0) - max(top, 0.0))


def are_large(pictures: Iterable[Box]) -> bool:
    """Do the pictures of a page, which may be the strips of one scan, cover much of it?"""
    return sum(share for box in pictures if (share := area(box)) >= _TOO_SMALL) >= LARGE


def is_scan(pictures: Sequence[Box], texts: Iterable[Box]) -> bool:
    """Do large pictures lie where there is hardly any text?"""
    if not are_large(pictures):
        return False
    shown = _rows(box for box in pictures if area(box) >= _TOO_SMALL)
    return (shown & _rows(texts)).bit_count() < _WRITTEN_UPON * shown.bit_count()


def _rows(boxes: Iterable[Box]) -> int:
    """Return the rows of a page that boxes touch, as bits of a number."""
    found = 0
    for _, top, _, bottom in boxes:
        first, last = (min(max(int(edge * _ROWS), 0), _ROWS - 1) for edge in (top, bottom))
        found |= (1 << last + 1) - (1 << min(first, last))
    return found


def is_told(image: "Image", texts: Iterable[Box]) -> bool:
    """Does the text lie on most of what is drawn on a grey page? Then it is a scan that was read already."""
    from workbench.extraction.recognition.coverage import unread

    width, height = image.size
    words = [
        Word(text="", confidence=0.0, box=(left * width, top * height, right * width, bottom * height))
        for left, top, right, bottom in texts
    ]
    return unread(image, words) < _UNTOLD


def with_own(own: str, found: str) -> str:
    """Put the lines of a page's own text that were not recognised on top of what was."""
    flat = " ".join(found.split())
    lines = [line for line in own.splitlines() if line.strip() and " ".join(line.split()) not in flat]
    return "\n".join((*lines, found)).strip()
