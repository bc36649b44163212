"""From Tesseract's table of words to text in reading order.

Tesseract sets blocks one below the other, which tears invoices apart: all
names first, then all amounts. Here what stands side by side is one line, but
for columns of prose and pages copied side by side: a white strip with prose on
both sides parts them, and they are read one after the other. Pure functions.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from statistics import median

from workbench.records import Word

# Lines of prose are longer than the cells of most tables.
_PROSE_WORDS, _PROSE_LETTERS = 4, 25
# Two blocks of an address are read row by row, as the cells of a table are.
_FEW_ROWS = 5
# Lines of prose run on to the edge of their column (0.8 to 1), entries of a form do not (0.3 to 0.6).
_FILLED = 0.7
_MOST_GUTTERS = 4
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

    @cached_property
    def top(self) -> float:
        return min(word.box[1] for word in self.words)

    @cached_property
    def bottom(self) -> float:
        return max(word.box[3] for word in self.words)

    @cached_property
    def left(self) -> float:
        return min(word.box[0] for word in self.words)

    @cached_property
    def right(self) -> float:
        return max(word.box[2] for word in self.words)

    @cached_property
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


@dataclass(frozen=True, kw_only=True)
class _Gutter:
    """A strip between columns, by where it stands and how far lines may reach into it, in pixels."""

    place: float
    slack: float

    def is_right_of(self, line: Line) -> bool:
        return line.right <= self.place + self.slack

    def is_left_of(self, line: Line) -> bool:
        return line.left >= self.place - self.slack

    def sides(self, band: Sequence[Line]) -> tuple[list[Line], list[Line]]:
        """Return the lines left and right of it; a line across it is on neither side."""
        left = [line for line in band if self.is_right_of(line)]
        return left, [line for line in band if self.is_left_of(line) and not self.is_right_of(line)]


def ordered(lines: Sequence[Line], *, depth: int = _MOST_GUTTERS) -> tuple[tuple[Line, ...], ...]:
    """Return rows of lines from top to bottom, each from left to right; of columns of prose the left one first.

    Parameters
    ----------
    depth : how often columns may still be parted into columns
    """
    gutter = _gutter(lines) if depth else None
    if gutter is None:
        return tuple(_rows(lines))
    rows: list[tuple[Line, ...]] = []
    whole: list[Line] = []
    for band in _bands(lines, gutter):
        left, right = gutter.sides(band)
        if _shared_prose(left, right):
            rows += [*_rows(whole), *ordered(left, depth=depth - 1), *ordered(right, depth=depth - 1)]
            whole = []
        else:
            whole += band
    return (*rows, *_rows(whole))


def joined(rows: Sequence[Sequence[Line]]) -> str:
    """Return rows as text, with a blank line where there is a gap on the page or a new paragraph begins."""
    if not rows:
        return ""
    height = _height([line for row in rows for line in row])
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


def _gutter(lines: Sequence[Line]) -> _Gutter | None:
    """Return the white strip from top to bottom that parts most prose, None where there is none."""
    best, found = 0, list[_Gutter]()
    for gutter in _possible(lines):
        parted = sum(_shared_prose(*gutter.sides(band)) for band in _bands(lines, gutter))
        if parted > best:
            best, found = parted, []
        if best and parted == best:
            found.append(gutter)
    return found[len(found) // 2] if found else None


def _possible(lines: Sequence[Line]) -> list[_Gutter]:
    """Return gutters at the edges of prose, a line's height apart, that have enough prose on both sides."""
    prose = [line for line in lines if line.is_prose]
    if len(prose) < 2 * _FEW_ROWS:
        return []
    height = max(1.0, _height(lines))
    starts, ends = sorted(line.left for line in prose), sorted(line.right for line in prose)
    edges = sorted({round(edge / height) * height for edge in (*starts, *ends)})
    return [
        _Gutter(place=edge, slack=height)
        for edge in edges
        if bisect_right(ends, edge + height) >= _FEW_ROWS <= len(starts) - bisect_left(starts, edge - height)
    ]


def _bands(lines: Sequence[Line], gutter: _Gutter) -> Iterator[list[Line]]:
    """Part a page into bands from top to bottom: lines that run across the gutter, as headlines do, and the others."""
    ranked = sorted(lines, key=lambda line: line.top + line.bottom)
    for _, band in groupby(ranked, key=lambda line: gutter.is_left_of(line) or gutter.is_right_of(line)):
        yield list(band)


def _shared_prose(left: Sequence[Line], right: Sequence[Line]) -> int:
    """Return how many lines of prose both sides have at least, 0 where they are no columns."""
    shared = min(sum(line.is_prose for line in side) for side in (left, right))
    return shared if shared >= _FEW_ROWS and max(_fill(left), _fill(right)) >= _FILLED else 0


def _fill(side: Sequence[Line]) -> float:
    """Return how much of a column's width its lines take, 0 to 1."""
    width = max(line.right for line in side) - min(line.left for line in side)
    return median(line.right - line.left for line in side) / width if width > 0 else 0.0


def _height(lines: Sequence[Line]) -> float:
    return median(line.bottom - line.top for line in lines)


def _rows(lines: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    """Put lines that overlap by half their height side by side, unless one is above the other."""
    row: list[Line] = []
    for line in sorted(lines, key=lambda line: line.top + line.bottom):
        if row and (not _is_beside(row[0], line) or any(_is_below(other, line) for other in row)):
            yield tuple(sorted(row, key=lambda line: line.left))
            row = []
        row.append(line)
    if row:
        yield tuple(sorted(row, key=lambda line: line.left))


def _is_beside(one: Line, other: Line) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.5 * min(one.bottom - one.top, other.bottom - other.top)


def _is_below(one: Line, other: Line) -> bool:
    """Lines that lean have high boxes, which overlap though the lines do not."""
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared > 0.5 * min(one.right - one.left, other.right - other.left)
