"""The same letter with a few words changed, as when somebody sends a corrected version."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from samples.model import Block, Bullets, Letter, Paragraph

_SYNONYMS = {
    "de": (
        (" bitte ", " freundlicherweise "),
        ("innerhalb von", "binnen"),
        (" sowie ", " und auch "),
        ("Vielen Dank", "Besten Dank"),
        (" spätestens ", " allerspätestens "),
        (" sind ", " sind derzeit "),
        (" ist ", " ist weiterhin "),
        (" und ", " sowie "),
    ),
    "en": (
        (" please ", " kindly "),
        ("Please ", "Kindly "),
        (" within ", " in no more than "),
        (" will be ", " is going to be "),
        ("Thank you", "Many thanks"),
        (" should ", " ought to "),
        (" has been ", " was "),
        (" and ", " as well as "),
    ),
}
_ADDED = {
    "de": ("Dieses Schreiben ersetzt unsere Fassung von gestern.", "Wir haben eine Angabe berichtigt."),
    "en": ("This replaces the version we sent yesterday.", "One statement has been corrected."),
}
_MOST = 5


def reworded(letter: Letter, seed: str) -> Letter:
    """Change up to five words and add a sentence."""
    dice = Random(seed)
    pairs = list(_SYNONYMS[letter.language])
    dice.shuffle(pairs)
    blocks, left = [], _MOST
    for block in letter.blocks:
        changed, left = _changed(block, pairs, left)
        blocks.append(changed)
    return replace(letter, blocks=(*blocks, Paragraph(dice.choice(_ADDED[letter.language]))))


def _changed(block: Block, pairs: list[tuple[str, str]], left: int) -> tuple[Block, int]:
    if isinstance(block, Paragraph):
        text, left = _swapped(block.text, pairs, left)
        return Paragraph(text), left
    if isinstance(block, Bullets):
        items = []
        for item in block.items:
            text, left = _swapped(item, pairs, left)
            items.append(text)
        return Bullets(tuple(items)), left
    return block, left


def _swapped(text: str, pairs: list[tuple[str, str]], left: int) -> tuple[str, int]:
    """At most one swap in a paragraph."""
    for old, new in pairs:
        if left and old in text:
            return text.replace(old, new, 1), left - 1
    return text, left
