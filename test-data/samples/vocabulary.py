"""Words that make two letters of one template differ: projects, jobs, machines, places, dishes.

They stand in `vocabulary.<language>.txt`, one kind to a line.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

_HERE = Path(__file__).parent


@cache
def words(language: str) -> dict[str, tuple[str, ...]]:
    """All words by kind."""
    lines = (_HERE / f"vocabulary.{language}.txt").read_text("utf-8").splitlines()
    pairs = (line.split(": ", 1) for line in lines)
    return {kind: tuple(choices.split(" | ")) for kind, choices in pairs}


def draw(language: str, dice: Random) -> dict[str, str]:
    """One word of each kind; names that end in 2 or 3 give other words of the same kind."""
    drawn = {}
    for kind, choices in words(language).items():
        first, second, third = dice.sample(choices, 3)
        drawn[kind] = first
        drawn.setdefault(f"{kind}2", second)
        drawn[f"{kind}3"] = third
    return drawn
