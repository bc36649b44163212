"""What are the blocks of a page? Headings, paragraphs, list items, captions, headers and footers.

Takes lines in points from the top left and gives blocks in reading order.
Sizes, weights, gaps and indents decide; nothing is learnt. Pure functions.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median

from workbench.extraction.docling_bridge.columns import regions
from workbench.extraction.docling_bridge.lines import Box, Line, around, rows, usual_height, whole_row

_BULLET = re.compile(r"[•‣◦⁃∙▪▫●○·*+►▶▸➤➢✓✔✗✘–-]\s+\S|[•●▪◦]")
_NUMBER = re.compile(
    r"(?:\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})\)|\d{1,3}(?:\.\d{1,3}){0,4}\.?|[a-zA-Z]\.|[IVX]{1,5}\.)\s+\S"
)
# What docling takes for the mark of a list; other marks in a list it would number itself.
_ITEM = re.compile(
    r"(?:\(\d{1,3}\)|(?:\d{1,3}|[a-zA-Z])\)|\d{1,3}(?:\.\d{1,3}){0,4}\.|\d{1,3}(?:\.\d{1,3}){1,4}|[a-zA-Z]\."
    r"|[ivxlcdm]+\.|[IVXLCDM]+\.)\s\S"
)
_CAPTION = re.compile(r"(?:abb(?:ildung|\.)|tab(?:elle|le|\.)|fig(?:ure|\.)|bild|diagramm|chart)\s*\d", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:seite|page|blatt|s\.|p\.)\s*)?\d{1,4}(?:\s*(?:/|von|of|-)\s*\d{1,4})?\W*", re.IGNORECASE
)
_ENDS = re.compile(r"[.!?:;]\W?$")

_MARGIN = 0.08
_HEADING_SIZE = 1.15
_LONGEST_HEADING = 160


class Role(StrEnum):
    """What a block is to its reader."""

    TEXT = "text"
    HEADING = "heading"
    ITEM = "item"
    CAPTION = "caption"
    FOOTNOTE = "footnote"
    HEADER = "header"
    FOOTER = "footer"
    TABLE = "table"
    PICTURE = "picture"


@dataclass(frozen=True, kw_only=True)
class Block:
    """Lines that belong together; `box` may be larger than they are."""

    role: Role
    box: Box
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Style:
    """The height of a document's running text, and whether that is bold."""

    height: float
    is_bold: bool

    @classmethod
    def of(cls, lines: Sequence[Line]) -> "Style":
        """Return the style in which most letters are set."""
        letters: Counter[tuple[float, bool]] = Counter()
        for line in lines:
            letters[(round(line.size, 0), line.is_bold)] += len(line.text)
        if not letters:
            return cls(height=10.0, is_bold=False)
        (height, is_bold), _ = letters.most_common(1)[0]
        return cls(height=max(height, 1.0), is_bold=is_bold)


def repeated(pages: Iterable[tuple[float, Sequence[Line]]]) -> frozenset[str]:
    """Return what stands at the top or bottom of several pages, its numbers as zeros.

    Parameters
    ----------
    pages : the height of each and its lines
    """
    seen: Counter[str] = Counter()
    for height, lines in pages:
        seen.update({_key(line.text) for line in lines if _is_marginal(line, height)})
    return frozenset(key for key, count in seen.items() if count > 1 and key)


def _key(text: str) -> str:
    return re.sub(r"\d+", "0", " ".join(text.split())).casefold()


def _is_marginal(box: Box, height: float) -> bool:
    return box.bottom < _MARGIN * height or box.top > (1 - _MARGIN) * height


def blocks(
    lines: Sequence[Line],
    *,
    height: float,
    style: Style,
    margins: frozenset[str] = frozenset(),
    fixed: Sequence[Block] = (),
) -> list[Block]:
    """Group the lines of a page into blocks, in reading order.

    Parameters
    ----------
    height : of the page
    style : of the document
    margins : what `repeated` found
    fixed : tables and pictures, which keep their lines and take part in the order
    """
    taken = {id(line) for block in fixed for line in block.lines}
    free = [line for line in lines if id(line) not in taken]
    above, below = _margins(free, height, margins)
    aside = {id(line) for line in (*above, *below)}
    body = [line for line in free if id(line) not in aside and line.is_level]
    turned = _turned([line for line in free if id(line) not in aside and not line.is_level], style)
    places = {id(block.box): block for block in fixed}
    parts = regions([*body, *(block.box for block in fixed)])
    found = [block for part in parts for block in _in_region(part, places, style)]
    found = [_with_role(block, found, number, height, style) for number, block in enumerate(found)]
    is_sideways = _letters(turned) > _letters(found)
    ordered = [*turned, *found] if is_sideways else [*found, *turned]
    return [*_as_blocks(above, Role.HEADER), *ordered, *_as_blocks(below, Role.FOOTER)]


def _turned(lines: Sequence[Line], style: Style) -> list[Block]:
    """Group lines that run up, down or upside down, as they are read when the page is turned."""
    found: list[Block] = []
    for turn in (1, 2, 3):
        straight = [line.turned(turn) for line in lines if line.turn == turn]
        for block in (block for part in regions(straight) for block in _in_region(part, {}, style)):
            back = tuple(line.turned(-turn) for line in block.lines)
            found.append(Block(role=block.role, box=around(back), lines=back))
    return found


def _letters(held: Iterable[Block]) -> int:
    return sum(len(line.text) for block in held for line in block.lines)


def _margins(lines: Sequence[Line], height: float, margins: frozenset[str]) -> tuple[list[Line], list[Line]]:
    """Find header and footer: lines at the edges that come again or hold the page's number."""
    is_furniture = [line for line in lines if _is_marginal(line, height) and _comes_again(line, margins)]
    return (
        [line for line in is_furniture if line.middle < height / 2],
        [line for line in is_furniture if line.middle >= height / 2],
    )


def _comes_again(line: Line, margins: frozenset[str]) -> bool:
    return _key(line.text) in margins or bool(_PAGE_NUMBER.fullmatch(line.text.strip()))


def _as_blocks(lines: Sequence[Line], role: Role) -> list[Block]:
    return [Block(role=role, box=around(row), lines=(whole_row(row),)) for row in rows(lines)]


def _in_region(region: Sequence[Box], places: dict[int, Block], style: Style) -> list[Block]:
    found: list[Block] = []
    run: list[Line] = []
    for box in region:
        if isinstance(box, Line):
            run.append(box)
            continue
        found += _paragraphs(run, style)
        found.append(places[id(box)])
        run = []
    return found + _paragraphs(run, style)


def _paragraphs(lines: Sequence[Line], style: Style) -> list[Block]:
    level = [whole_row(row) for row in rows(lines)]
    groups: list[list[Line]] = []
    if level:
        region = around(level)
        usual_gap = _usual_gap(level)
        for line in level:
            if groups and not _begins(line, groups[-1], region, usual_gap):
                groups[-1].append(line)
            else:
                groups.append([line])
    return [_paragraph(group, style) for group in groups]


def _usual_gap(lines: Sequence[Line]) -> float:
    gaps = [below.top - above.bottom for above, below in pairwise(lines)]
    near = [gap for gap, line in zip(gaps, lines, strict=False) if gap < 1.2 * line.height]
    return median(near) if near else 0.3 * usual_height(lines)


def _begins(line: Line, group: Sequence[Line], region: Box, usual_gap: float) -> bool:
    """Does a new paragraph begin with this line?"""
    before, first = group[-1], group[0]
    gap = line.top - before.bottom
    if gap > max(usual_gap, 0) + 0.45 * line.height or gap < -0.8 * line.height:
        return True
    if abs(line.height - before.height) > 0.22 * max(line.height, before.height):
        return True
    if line.is_bold != before.is_bold and (len(group) == 1 or all(each.is_bold != line.is_bold for each in group)):
        return True
    if _is_marked(line.text):
        return True
    ends_short = before.right < region.right - 0.15 * region.width
    if ends_short and _ENDS.search(before.text.rstrip()) is not None:
        return True
    is_indented = line.left > before.left + 0.8 * line.height and not _is_marked(first.text)
    return is_indented and len(group) > 1


def _is_marked(text: str) -> bool:
    return bool(_BULLET.match(text) or _NUMBER.match(text))


def _paragraph(lines: Sequence[Line], style: Style) -> Block:
    text = " ".join(line.text for line in lines)
    role = Role.TEXT
    if _is_heading(lines, text, style):
        role = Role.HEADING
    elif _BULLET.match(text) or _ITEM.match(text):
        role = Role.ITEM
    elif _CAPTION.match(text) and len(lines) <= 4:
        role = Role.CAPTION
    return Block(role=role, box=around(lines), lines=tuple(lines))


def _is_heading(lines: Sequence[Line], text: str, style: Style) -> bool:
    letters = sum(character.isalpha() for character in text)
    if len(lines) > 3 or len(text) > _LONGEST_HEADING or _BULLET.match(text):
        return False
    if letters < 3 or letters < 0.5 * len(text.replace(" ", "")):
        return False
    if min(line.height for line in lines) > _HEADING_SIZE * style.height and not text.rstrip().endswith((".", ",")):
        return True
    stands_out = all(line.is_bold for line in lines) and not style.is_bold
    return stands_out and _ENDS.search(text.rstrip()) is None and not text.rstrip().endswith(",") and letters > 3


def _with_role(block: Block, page: Sequence[Block], number: int, height: float, style: Style) -> Block:
    """Return the block with the role that its place on the page gives it."""
    is_last = all(after.box.top >= block.box.top for after in page[number + 1 :])
    is_small = bool(block.lines) and max(line.size for line in block.lines) < 0.9 * style.height
    if block.role in {Role.TEXT, Role.ITEM} and is_small and block.box.top > 0.6 * height and is_last:
        marked = re.match(r"[\d*†‡¹²³⁴-⁹]{1,3}\)?\s*\S", block.lines[0].text)
        if marked:
            return Block(role=Role.FOOTNOTE, box=block.box, lines=block.lines)
    return block
