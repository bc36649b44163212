"""The texts, read from `texts/<category>.<language>.txt`.

A file holds several variants. Each begins with `=== name`, then header lines (`kind:`, `from:`, `to:`, `title:`,
`refs:`, `salutation:`, `closing:`), then blocks separated by blank lines:

    # Heading            ## Smaller heading
    Running text with {placeholders} and [one|another] wording; a choice may be empty: [at once |]
    @table items         a table, see `tables`
    @pick 3              three of the following `- ` lines as paragraphs, in the order of the dice
    @tell 3              the same, three to a paragraph
    @bullets 2           the same as a list; without a number all lines in the given order
    @maybe               the text on the next line appears in half of the letters
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

_TEXTS = Path(__file__).parent / "texts"
_CHOICE = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, kw_only=True)
class Template:
    """One variant of a category's wording, as written in the file."""

    name: str
    header: dict[str, str]
    blocks: tuple[str, ...]


@cache
def variants(category: str, language: str) -> tuple[Template, ...]:
    """All variants of a category in a language, in the order of the file."""
    text = (_TEXTS / f"{category}.{language}.txt").read_text("utf-8")
    return tuple(_parse(part) for part in re.split(r"^=== ", text, flags=re.MULTILINE)[1:])


def _parse(part: str) -> Template:
    head, *blocks = re.split(r"\n\s*\n", part.strip())
    name, *lines = head.split("\n")
    header = dict(re.split(r":\s*", line, maxsplit=1) for line in lines)
    return Template(name=name.strip(), header=header, blocks=tuple(blocks))


def worded(text: str, words: dict[str, str], dice: Random) -> str:
    """Choose among the wordings of `text`, innermost first, and fill its placeholders."""
    while "[" in text:
        text = _CHOICE.sub(lambda found: dice.choice(found.group(1).split("|")), text)
    filled = re.sub(r"  +", " ", text.format_map(words)).strip()
    # A sentence that opens with a placeholder opens with a capital, whatever the word.
    return filled[:1].upper() + filled[1:] if text.lstrip().startswith("{") else filled
