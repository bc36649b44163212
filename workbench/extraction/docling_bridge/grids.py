"""Where are the tables of a page, and what are their cells?

Ruled tables are found by their lines, open ones by cells that stand in columns
over several rows. Pure geometry; no word of a table is left out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean

from workbench.extraction.docling_bridge.lines import Box, Line, around, rows, usual_height

_NUMERIC = re.compile(r"[\W\d_]*(?:eur|usd|chf|gbp|kg|st|stk|mwst|ust|%|m²|h)?[\W\d_]*", re.IGNORECASE)
# Longer texts than these, side by side, are columns of prose.
_CELL_LETTERS = 30.0
_PROSE_LINES = 5
_ENDS = re.compile(r"[.!?:]\W?\s*$")
_NEAR = 3.0
# Beyond these it is a drawing, and comparing its strokes would take seconds.
_MOST_RULES = 800
_MOST_CELLS = 4_000


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell; the rows and columns it covers are counted from 0, their ends not included."""

    row: int
    column: int
    row_end: int
    column_end: int
    lines: tuple[Line, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(line.text.strip() for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table; `is_headed` says that its first row names the columns."""

    box: Box
    row_count: int
    column_count: int
    cells: tuple[Cell, ...]
    is_headed: bool = False

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for cell in self.cells for line in cell.lines)


def grids(lines: Sequence[Line], rules: Sequence[Box]) -> list[Grid]:
    """Return the tables among the lines of a page.

    Parameters
    ----------
    rules : straight strokes and thin bars, level or upright
    """
    ruled = list(_ruled(lines, rules))
    taken = {id(line) for grid in ruled for line in grid.lines}
    free = [line for line in lines if id(line) not in taken and line.is_level]
    return [*ruled, *_open(free)]


def _ruled(lines: Sequence[Line], rules: Sequence[Box]) -> Iterator[Grid]:
    taken: set[int] = set()
    strokes = _merged(rules)
    for group in _connected(strokes if len(strokes) <= _MOST_RULES else []):
        level = [rule for rule in group if rule.width >= rule.height]
        upright = [rule for rule in group if rule.height > rule.width]
        tops, sides = _places(rule.middle for rule in level), _places((rule.left + rule.right) / 2 for rule in upright)
        places = max(len(tops) - 1, 0) * max(len(sides) - 1, 0)
        if not 4 <= places <= _MOST_CELLS:
            continue
        box = Box(left=sides[0], top=tops[0], right=sides[-1], bottom=tops[-1])
        inside = [line for line in lines if id(line) not in taken and box.holds(line)]
        grid = _of_rules(box, tops, sides, level, upright, inside)
        if grid is not None:
            taken.update(id(line) for line in inside)
            yield grid


def _merged(rules: Sequence[Box]) -> list[Box]:
    """Join strokes that continue each other: many programs draw the border of each cell by itself."""
    level = _continued((rule.middle, rule.left, rule.right) for rule in rules if rule.width >= rule.height)
    upright = _continued(
        ((rule.left + rule.right) / 2, rule.top, rule.bottom) for rule in rules if rule.height > rule.width
    )
    return [
        *(Box(left=start, top=place, right=end, bottom=place) for place, start, end in level),
        *(Box(left=place, top=start, right=place, bottom=end) for place, start, end in upright),
    ]


def _continued(strokes: Iterable[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    found: list[tuple[float, float, float]] = []
    for place, start, end in sorted(strokes, key=lambda stroke: (round(stroke[0]), stroke[1])):
        before = found[-1] if found else None
        if before is not None and abs(before[0] - place) <= 1 and start <= before[2] + _NEAR:
            found[-1] = (before[0], before[1], max(before[2], end))
        elif end - start > _NEAR:
            found.append((place, start, end))
    return found


def _connected(rules: Sequence[Box]) -> list[list[Box]]:
    """Group rules that touch each other."""
    groups: list[tuple[Box, list[Box]]] = []
    for rule in sorted(rules, key=lambda rule: rule.top):
        touching = [group for group in groups if any(_touch(rule, other) for other in _close(group, rule))]
        joined = [rule, *(each for _, group in touching for each in group)]
        groups = [group for group in groups if not any(group is each for each in touching)]
        groups.append((around(joined), joined))
    return [group for _, group in groups]


def _close(group: tuple[Box, list[Box]], rule: Box) -> list[Box]:
    return group[1] if _touch(group[0], rule) else []


def _touch(one: Box, other: Box) -> bool:
    return (
        one.left <= other.right + _NEAR
        and other.left <= one.right + _NEAR
        and one.top <= other.bottom + _NEAR
        and other.top <= one.bottom + _NEAR
    )


def _places(values: Iterable[float]) -> list[float]:
    """Return distinct places, those nearer than the width of a line taken as one."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found


def _of_rules(
    box: Box, tops: list[float], sides: list[float], level: list[Box], upright: list[Box], lines: Sequence[Line]
) -> Grid | None:
    row_count, column_count = len(tops) - 1, len(sides) - 1
    held: dict[tuple[int, int], list[Line]] = {}
    spans = list(_spans(tops, sides, level, upright))
    owner = {
        (row, column): span for span in spans for row in range(span[0], span[2]) for column in range(span[1], span[3])
    }
    for line in lines:
        place = (_index(tops, line.middle), _index(sides, (line.left + line.right) / 2))
        held.setdefault(owner[place][:2], []).append(line)
    if len(held) < 3 or len({column for _, column in held}) < 2:
        return None
    cells = tuple(
        Cell(row=top, column=left, row_end=end, column_end=right, lines=_in_order(held.get((top, left), ())))
        for top, left, end, right in spans
    )
    return Grid(box=box, row_count=row_count, column_count=column_count, cells=cells, is_headed=_is_headed(cells))


def _index(edges: Sequence[float], value: float) -> int:
    """Return the interval between edges in which a value lies, the nearest where it lies outside."""
    return sum(value >= edge for edge in edges[1:-1])


def _spans(
    tops: list[float], sides: list[float], level: list[Box], upright: list[Box]
) -> Iterator[tuple[int, int, int, int]]:
    """Give the cells as row, column and their ends: cells without a rule between are one."""
    taken: set[tuple[int, int]] = set()
    for row in range(len(tops) - 1):
        for column in range(len(sides) - 1):
            if (row, column) in taken:
                continue
            right, bottom = column + 1, row + 1
            while (
                right < len(sides) - 1
                and (row, right) not in taken
                and not _parted(upright, sides[right], (tops[row] + tops[bottom]) / 2, is_upright=True)
            ):
                right += 1
            while bottom < len(tops) - 1 and not any(
                _parted(level, tops[bottom], (sides[each] + sides[each + 1]) / 2, is_upright=False)
                or (bottom, each) in taken
                for each in range(column, right)
            ):
                bottom += 1
            taken.update((each, other) for each in range(row, bottom) for other in range(column, right))
            yield row, column, bottom, right


def _parted(rules: Sequence[Box], place: float, at: float, *, is_upright: bool) -> bool:
    """Does a rule at `place` pass by `at`?"""
    if is_upright:
        return any(abs(rule.left - place) <= _NEAR and rule.top <= at <= rule.bottom for rule in rules)
    return any(abs(rule.top - place) <= _NEAR and rule.left <= at <= rule.right for rule in rules)


def _in_order(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple(line for row in rows(lines) for line in row)


def _is_headed(cells: Sequence[Cell]) -> bool:
    """Does the first row hold words only, and a later one numbers?"""
    first = [cell.text for cell in cells if cell.row == 0 and cell.text]
    later = [cell.text for cell in cells if cell.row > 0 and cell.text]
    return bool(first) and not any(map(_is_numeric, first)) and any(map(_is_numeric, later))


def _is_numeric(text: str) -> bool:
    return any(character.isdigit() for character in text) and bool(_NUMERIC.fullmatch(text))


def _open(lines: Sequence[Line]) -> list[Grid]:
    # Cells of one row are apart already; between those of several rows less is left.
    gutter = max(2.5, 0.25 * usual_height(lines))
    found: list[Grid] = []
    run: list[list[Line]] = []
    for row in rows(lines):
        if run and not _goes_on(run, row, gutter):
            found += _of_run(run, gutter)
            run = []
        if run or len(row) > 1:
            run.append(row)
    return found + _of_run(run, gutter)


def _goes_on(run: Sequence[Sequence[Line]], row: Sequence[Line], gutter: float) -> bool:
    """Does the row stand close below the run, in its columns?"""
    above = run[-1]
    if min(line.top for line in row) - max(line.bottom for line in above) > 2.5 * max(line.height for line in row):
        return False
    before = _edges((line for each in run for line in each), gutter)
    after = _edges((line for each in (*run, row) for line in each), gutter)
    return len(after) >= max(2, len(before) if len(row) == 1 else len(before) - 1)


def _edges(lines: Iterable[Line], gutter: float) -> list[tuple[float, float]]:
    edges: list[tuple[float, float]] = []
    for left, right in sorted((line.left, line.right) for line in lines):
        if edges and left - edges[-1][1] < gutter:
            edges[-1] = (edges[-1][0], max(edges[-1][1], right))
        else:
            edges.append((left, right))
    return edges


def _of_run(run: Sequence[Sequence[Line]], gutter: float) -> list[Grid]:
    held = list(run)
    while held and len(held[-1]) < 2:
        held.pop()
    columns = _edges((line for row in held for line in row), gutter)
    if len(held) < 2 or not _is_tabular(held, columns):
        return []
    cells = _cells(held, columns)
    box = around(line for row in held for line in row)
    return [
        Grid(
            box=box,
            row_count=max(cell.row_end for cell in cells),
            column_count=len(columns),
            cells=cells,
            is_headed=_is_headed(cells),
        )
    ]


def _is_tabular(run: Sequence[Sequence[Line]], columns: Sequence[tuple[float, float]]) -> bool:
    parted = [row for row in run if len(row) > 1]
    texts: list[list[str]] = [[] for _ in columns]
    for row in run:
        for line in row:
            texts[_column(columns, line)].append(line.text)
    numeric = sum(sum(map(_is_numeric, column)) >= 0.5 * len(column) for column in texts)
    if all(map(_is_prose, texts)):
        return False
    if len(columns) >= 3:
        short = mean(len(line.text) for row in run for line in row) < _CELL_LETTERS
        return short and len(parted) >= (2 if numeric else 3)
    # Two columns may as well be two columns of text, or numbered paragraphs.
    is_numbered = bool(texts[0]) and mean(map(len, texts[0])) < 6
    return len(columns) == 2 and len(parted) >= 3 and numeric > 0 and not is_numbered


def _is_prose(lines: Sequence[str]) -> bool:
    """Do many of these lines go on with what the line above began?"""
    going_on = sum(line[:1].islower() and not _ENDS.search(above) for above, line in pairwise(lines))
    return len(lines) >= _PROSE_LINES and mean(map(len, lines)) >= 15 and going_on >= 0.3 * len(lines)


def _column(columns: Sequence[tuple[float, float]], line: Line) -> int:
    middle = (line.left + line.right) / 2
    return max((number for number, (left, _) in enumerate(columns) if left <= middle), default=0)


def _cells(run: Sequence[Sequence[Line]], columns: Sequence[tuple[float, float]]) -> tuple[Cell, ...]:
    held: dict[tuple[int, int], list[Line]] = {}
    number = -1
    for row in run:
        places = [_column(columns, line) for line in row]
        if number < 0 or not _continues(held, number, places):
            number += 1
        for place, line in zip(places, row, strict=True):
            held.setdefault((number, place), []).append(line)
    return tuple(
        Cell(row=row, column=column, row_end=row + 1, column_end=column + 1, lines=tuple(held.get((row, column), ())))
        for row in range(number + 1)
        for column in range(len(columns))
    )


def _continues(held: dict[tuple[int, int], list[Line]], number: int, places: Sequence[int]) -> bool:
    """Is the row a second line of a cell above?"""
    return len(places) == 1 and places[0] > 0 and (number, places[0]) in held
