"""From the pieces of text that a parser finds on a page to the lines that a person sees.

Fonts that change within a line cut it into pieces; here they are joined again,
with a blank only where there is one. Pure geometry in points, from the top left.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

_BOLD = re.compile(r"bold|black|heavy|semib|demi|[-,]bd", re.IGNORECASE)

# In heights of the text: a wider gap parts columns or cells, a narrower one than the second is no blank.
_APART = 0.9
_NO_BLANK = 0.12
# A strip of this width, free of words in so many rows, parts columns; blanks of justified text do not line up.
_STRIP = 0.45
_STRIP_ROWS = 6
_MOST_STRIPS = 60
# Height over the mean width of a letter.
_USUAL_SHAPE = 1.8
_LOWEST_SHAPE = 1.2
_FIRST_IDEOGRAPH = "\u2e80"


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A rectangle on the page."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """How far down its middle is."""
        return (self.top + self.bottom) / 2

    def holds(self, other: "Box") -> bool:
        """Is the middle of `other` inside?"""
        across = (other.left + other.right) / 2
        return self.left <= across <= self.right and self.top - 1 <= other.middle <= self.bottom + 1

    def beside(self, other: "Box") -> float:
        """Return which share of the lower of both heights they have in common."""
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        return shared / max(min(self.height, other.height), 0.1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line(Box):
    """Text on one base line.

    Parameters
    ----------
    font : its name, which tells bold from regular
    turn : quarters by which it is turned against the clock; 0 is written from side to side
    is_leftward : written from right to left
    """

    text: str
    font: str = ""
    turn: int = 0
    is_leftward: bool = False

    @property
    def is_level(self) -> bool:
        return self.turn == 0

    @property
    def size(self) -> float:
        """How high its letters are."""
        return self.width if self.turn % 2 else self.height

    def turned(self, quarters: int) -> "Line":
        """Return it as it stands when the page is turned by so many quarters with the clock."""
        left, top, right, bottom = self.left, self.top, self.right, self.bottom
        for _ in range(quarters % 4):
            left, top, right, bottom = -bottom, left, -top, right
        return replace(self, left=left, top=top, right=right, bottom=bottom)

    @property
    def is_bold(self) -> bool:
        return bool(_BOLD.search(self.font))


def around(boxes: Iterable[Box]) -> Box:
    """Return the smallest box that holds all of at least one."""
    held = list(boxes)
    return Box(
        left=min(box.left for box in held),
        top=min(box.top for box in held),
        right=max(box.right for box in held),
        bottom=max(box.bottom for box in held),
    )


def usual_height(lines: Sequence[Box]) -> float:
    """Return the height of most text, 10 points where there is none."""
    return median([line.height for line in lines if line.height > 0] or [10.0])


def rows(lines: Iterable[Line]) -> list[list[Line]]:
    """Sort lines into rows, each from left to right; rows come from the top down."""
    found: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.middle, line.left)):
        for row in reversed(found[-3:]):
            if row[0].beside(line) >= 0.5 and abs(row[0].middle - line.middle) < 0.6 * max(row[0].height, line.height):
                row.append(line)
                break
        else:
            found.append([line])
    return [sorted(row, key=lambda line: line.left) for row in found]


def grown(pieces: Sequence[Line]) -> list[Line]:
    """Return pieces as high as their letters: some fonts say that theirs have half their height, or none.

    Letters of an alphabet are about twice as high as wide, with what is above and below them.
    """
    slim: dict[str, list[float]] = {}
    for piece in pieces:
        if piece.is_level and len(piece.text) > 3 and max(piece.text) < _FIRST_IDEOGRAPH:
            slim.setdefault(piece.font, []).append(piece.height * len(piece.text) / max(piece.width, 0.1))
    low = {
        font: _USUAL_SHAPE / max(shape, 0.1) for font, each in slim.items() if (shape := median(each)) < _LOWEST_SHAPE
    }
    if not low:
        return list(pieces)
    return [_grown(piece, low.get(piece.font, 1.0)) if piece.is_level else piece for piece in pieces]


def _grown(piece: Line, factor: float) -> Line:
    more = (factor - 1) * piece.height / 2
    return replace(piece, top=piece.top - more, bottom=piece.bottom + more)


def joined(pieces: Iterable[Line], rules: Sequence[Box] = ()) -> list[Line]:
    """Join the pieces of each line; columns and cells stay apart.

    Parameters
    ----------
    rules : strokes of the page, of which the upright ones part cells
    """
    held = [piece for piece in pieces if piece.text.strip()]
    level = rows(piece for piece in held if piece.is_level)
    walls = [*(rule for rule in rules if rule.height > 2 * rule.width), *gutters(level)]
    lines = [line for row in level for line in _joined_row(row, walls)]
    for turn in (1, 2, 3):
        turned = rows(piece.turned(turn) for piece in held if piece.turn == turn)
        lines += [line.turned(-turn) for row in turned for line in _joined_row(row, ())]
    return lines


def gutters(level: Sequence[Sequence[Line]]) -> list[Box]:
    """Return white strips that run down between the words of many rows: columns may be nearer than blanks are wide."""
    found: list[Box] = []
    open_strips: list[tuple[Box, int]] = []
    for row in level:
        gaps = [
            Box(left=one.right, right=other.left, top=one.top, bottom=one.bottom)
            for one, other in pairwise(row)
            if other.left - one.right >= _STRIP * max(one.height, other.height)
        ]
        strips: list[tuple[Box, int]] = []
        for strip, count in open_strips:
            going_on = [both for gap in gaps if (both := _narrowed(strip, gap)) is not None]
            if going_on:
                strips.append((max(going_on, key=lambda both: both.width), count + 1))
            elif any(line.left < strip.right and line.right > strip.left for line in row):
                found += [strip] if count >= _STRIP_ROWS else []
            else:
                strips.append((strip, count))
        seen = [strip for strip, _ in strips]
        strips += [(gap, 1) for gap in gaps if not any(_narrowed(strip, gap) for strip in seen)]
        open_strips = strips[-_MOST_STRIPS:]
    return found + [strip for strip, count in open_strips if count >= _STRIP_ROWS]


def _narrowed(strip: Box, gap: Box) -> Box | None:
    """Return the strip with a gap below it, None where too little of it is left or it ended far above."""
    left, right = max(strip.left, gap.left), min(strip.right, gap.right)
    if right - left < _STRIP * gap.height or gap.top - strip.bottom > 3 * gap.height:
        return None
    return Box(left=left, right=right, top=min(strip.top, gap.top), bottom=max(strip.bottom, gap.bottom))


def _joined_row(row: Sequence[Line], walls: Sequence[Box]) -> list[Line]:
    lines: list[Line] = []
    for piece in row:
        before = lines[-1] if lines else None
        if before is not None and _repeats(before, piece):
            continue
        is_near = before is not None and piece.left - before.right <= _APART * max(before.height, piece.height)
        if before is not None and is_near and not _is_walled(before, piece, walls):
            lines[-1] = _join(before, piece)
        else:
            lines.append(piece)
    return lines


def _is_walled(before: Line, piece: Line, walls: Sequence[Box]) -> bool:
    """Does an upright stroke stand between them?"""
    return any(
        wall.top <= before.middle <= wall.bottom and before.right - 1 <= (wall.left + wall.right) / 2 <= piece.left + 1
        for wall in walls
    )


def _repeats(before: Line, piece: Line) -> bool:
    """Is it the same text printed again a hair aside, as some programs print bold?"""
    near = 0.25 * before.height
    return piece.text == before.text and abs(piece.left - before.left) < near and abs(piece.right - before.right) < near


def _join(before: Line, piece: Line) -> Line:
    gap = piece.left - before.right
    height = min(before.height, piece.height)
    # A piece within another was printed into a gap of it.
    blank = "" if -0.3 * height < gap < _NO_BLANK * height else " "
    first, second = (piece, before) if before.is_leftward and piece.is_leftward else (before, piece)
    text = f"{first.text.rstrip()} {second.text.lstrip()}" if blank else first.text + second.text
    return _as_one(before, piece, text)


def _as_one(before: Line, piece: Line, text: str) -> Line:
    """Return two pieces as one line: as high as the longer, as neither raised digits nor initials are; bold if both."""
    longer = before if len(before.text) >= len(piece.text) else piece
    lighter = before if not before.is_bold else piece
    return replace(
        longer,
        left=min(before.left, piece.left),
        right=max(before.right, piece.right),
        text=text,
        font=longer.font if lighter.is_bold else lighter.font,
    )


def whole_row(row: Sequence[Line]) -> Line:
    """Return the lines of a row as one, whatever lies between them."""
    line = row[0]
    for piece in row[1:]:
        line = _as_one(line, piece, f"{line.text} {piece.text}")
    return line
