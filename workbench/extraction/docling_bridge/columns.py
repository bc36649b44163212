"""In which order is a page read? Columns from left to right, each from the top down.

The page is cut into bands where white runs across it, and bands that share a
gutter into columns, again and again. Pure geometry over boxes.
"""

from collections.abc import Iterable, Sequence

from workbench.extraction.docling_bridge.lines import Box, Line, usual_height

_DEEPEST = 6
_Span = tuple[float, float]
# Letters: shorter lines on the left are numbers or names of what stands beside them.
_MARKER = 8.0
# And shorter ones on either side, on the same base lines, are amounts beside what they are for.
_AMOUNT = 12.0


def regions(boxes: Sequence[Box]) -> list[list[Box]]:
    """Group boxes into regions that are read one after the other, each from the top down."""
    return _cut(list(boxes), max(4.0, 0.45 * usual_height(boxes)), 0)


def _cut(boxes: list[Box], gutter: float, depth: int) -> list[list[Box]]:
    if len(boxes) < 2 or depth > _DEEPEST:
        return [_downward(boxes)] if boxes else []
    found: list[list[Box]] = []
    for group in _groups(_bands(boxes), gutter):
        columns = _columns(group, gutter)
        if len(columns) < 2 or not _are_read_apart(columns):
            found.append(_downward(group))
        else:
            found += [region for column in columns for region in _cut(column, gutter, depth + 1)]
    return found


def _downward(boxes: Sequence[Box]) -> list[Box]:
    return sorted(boxes, key=lambda box: (box.top, box.left))


def _bands(boxes: Sequence[Box]) -> list[list[Box]]:
    """Part boxes where a white strip runs across all of them."""
    bands: list[list[Box]] = []
    lowest = float("-inf")
    for box in _downward(boxes):
        # Descenders of one line reach into the next without being on it.
        if box.top + 0.25 * box.height >= lowest:
            bands.append([])
        bands[-1].append(box)
        lowest = max(lowest, box.bottom - 0.25 * box.height)
    return bands


def _groups(bands: Sequence[list[Box]], gutter: float) -> list[list[Box]]:
    """Join bands as long as the same gutters run through them."""
    groups: list[list[Box]] = []
    covered: list[_Span] = []
    for band in bands:
        own = _spans(((box.left, box.right) for box in band), gutter)
        together = _spans((*covered, *own), gutter)
        if groups and (len(together) > 1 or len(covered) == len(own) == 1):
            groups[-1] += band
            covered = together
        else:
            groups.append(list(band))
            covered = own
    return groups


def _spans(pieces: Iterable[_Span], gutter: float) -> list[_Span]:
    """Join what lies less than a gutter apart."""
    spans: list[_Span] = []
    for left, right in sorted(pieces):
        if spans and left - spans[-1][1] < gutter:
            spans[-1] = (spans[-1][0], max(spans[-1][1], right))
        else:
            spans.append((left, right))
    return spans


def _columns(boxes: Sequence[Box], gutter: float) -> list[list[Box]]:
    """Part boxes where a white strip runs down between all of them."""
    columns: list[list[Box]] = []
    furthest = float("-inf")
    for box in sorted(boxes, key=lambda box: box.left):
        if not columns or box.left - furthest >= gutter:
            columns.append([])
        columns[-1].append(box)
        furthest = max(furthest, box.right)
    return columns


def _are_read_apart(columns: Sequence[Sequence[Box]]) -> bool:
    """Are they columns of text, and not numbers and names beside what they belong to?"""
    first, second = columns[0], columns[1]
    top, bottom = max(box.top for box in (_first(first), _first(second))), min(_lowest(first), _lowest(second))
    if bottom - top < 0.5 * min(_extent(first), _extent(second)) or bottom <= top:
        return False
    texts = [_letters(column) for column in (first, second)]
    named = sum(box.text.rstrip().endswith(":") for box in first if isinstance(box, Line))
    if texts[0] <= _MARKER or named >= 0.5 * len(first):
        return False
    return min(texts) > _AMOUNT or not _are_level(first, second)


def _letters(column: Sequence[Box]) -> float:
    """Return how many letters its lines have on average; what is no line counts as long."""
    return sum(len(box.text) if isinstance(box, Line) else 100 for box in column) / len(column)


def _are_level(first: Sequence[Box], second: Sequence[Box]) -> bool:
    """Does most of the shorter column stand beside lines of the other?"""
    fewer, more = sorted((first, second), key=len)
    places = [box.middle for box in more]
    level = sum(min(abs(place - box.middle) for place in places) < 0.3 * box.height for box in fewer)
    return level >= 0.6 * len(fewer)


def _first(boxes: Sequence[Box]) -> Box:
    return min(boxes, key=lambda box: box.top)


def _lowest(boxes: Sequence[Box]) -> float:
    return max(box.bottom for box in boxes)


def _extent(boxes: Sequence[Box]) -> float:
    return _lowest(boxes) - _first(boxes).top
