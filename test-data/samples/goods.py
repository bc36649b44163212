"""What the companies sell: name, unit, and a usual price in cents, from `goods.csv`."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

Good = tuple[str, str, int]

_LIST = Path(__file__).with_name("goods.csv")


@cache
def _all() -> dict[tuple[str, str], tuple[Good, ...]]:
    goods: dict[tuple[str, str], tuple[Good, ...]] = {}
    with _LIST.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = row["language"], row["trade"]
            goods[key] = (*goods.get(key, ()), (row["name"], row["unit"], int(row["cents"])))
    return goods


def sold_by(trade: str, language: str) -> tuple[Good, ...]:
    """What a company of this trade sells; others, such as banks and persons, are treated as consultants."""
    return _all().get((language, trade), _all()[language, "consulting"])
