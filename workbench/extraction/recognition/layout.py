"""From Tesseract's table of words to text in reading order.

Tesseract sets blocks one below the other, which tears invoices apart: all
names first, then all amounts. Here what stands side by side is one line, but
for columns of prose, which are read one after the other. Pure functions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from workbench.records import Word

# Lines of prose are longer than the cells of most tables.
_PROSE_WORDS, _PROSE_LETTERS = 4, 25
_FEW_ROWS = 5
_MOST_CELL = 10_000


@dataclass(frozen=True, kw_only=True)
class Line:
    """Words that Tesseract set in one line; boxes are in pixels.

    Parameters
    ----------
    place : block and paragraph it belongs to
    """

    place: tuple[str, str]
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def top(self) -> float:
        return min(word.box[1] for word in self.words)

    @property
    def bottom(self) -> float:
        return max(word.box[3] for word in self.words)

    @property
    def left(self) -> float:
        return min(word.box[0] for word in self.words)

    @property
    def is_prose(self) -> bool:
        return len(self.words) >= _PROSE_WORDS and len(self.text) >= _PROSE_LETTERS


def lines_of(table: str) -> tuple[Line, ...]:
    """Read Tesseract's TSV: rows of level 5 are words."""
    lines: dict[tuple[str, str, str], list[Word]] = {}
    for row in table.split("\n")[1:]:
        cells = row.rstrip("\r").split("\t", 11)
        if len(cells) < 12 or cells[0] != "5" or not (text := cells[11][:_MOST_CELL].strip()):
            continue
        try:
            left, top, width, height = (float(cell) for cell in cells[6:10])
            confidence = min(100.0, max(0.0, float(cells[10])))
        except ValueError:
            continue
        word = Word(text=text, confidence=confidence, box=(left, top, left + width, top + height))
        lines.setdefault((cells[2], cells[3], cells[4]), []).append(word)
    return tuple(Line(place=place[:2], words=tuple(words)) for place, words in lines.items())


def ordered(lines: Sequence[Line]) -> tuple[tuple[Line, ...], ...]:
    """Return rows of lines from top to bottom, each from left to right; columns of prose as Tesseract has them."""
    rows = tuple(_rows(lines))
    beside = [row for row in rows if len(row) > 1]
    prose = [row for row in beside if sum(line.is_prose for line in row) > 1]
    if len(prose) >= _FEW_ROWS and len(prose) * 2 > len(beside):
        return tuple((line,) for line in lines)
    return rows


def joined(rows: Sequence[Sequence[Line]]) -> str:
    """Return rows as text, with a blank line where there is a gap on the page or a new paragraph begins."""
    if not rows:
        return ""
    height = median(line.bottom - line.top for row in rows for line in row)
    pieces = [_row_text(rows[0])]
    for before, row in pairwise(rows):
        gap = min(line.top for line in row) - max(line.bottom for line in before)
        is_apart = gap > height or gap < -height
        pieces.append(("\n\n" if is_apart else "\n") + _row_text(row))
    return "".join(pieces)


def confidence(words: Sequence[Word]) -> float:
    """Return the mean over all letters, 0 to 100."""
    letters = sum(len(word.text) for word in words)
    return round(sum(word.confidence * len(word.text) for word in words) / letters, 1) if letters else 0.0


def _row_text(row: Sequence[Line]) -> str:
    return " ".join(line.text for line in row)


def _rows(lines: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    """Put lines that overlap by half their height side by side."""
    row: list[Line] = []
    for line in sorted(lines, key=lambda line: line.top + line.bottom):
        if row and not _is_beside(row[0], line):
            yield tuple(sorted(row, key=lambda line: line.left))
            row = []
        row.append(line)
    if row:
        yield tuple(sorted(row, key=lambda line: line.left))


def _is_beside(one: Line, other: Line) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.5 * min(one.bottom - one.top, other.bottom - other.top)
