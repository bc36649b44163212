"""Looking things up in an invoice's XML by local names, whatever prefix or version its namespace has.

A path is "Party/Contact/Name"; of several paths the first that says something
is taken. Text is given without the white space around it.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache

from lxml.etree import _Element as Node

__all__ = [
    "Node",
    "attribute",
    "by_currency",
    "iso_date",
    "node",
    "nodes",
    "own_text",
    "text",
    "texts",
]


@lru_cache(maxsize=512)
def _pattern(path: str) -> str:
    return "/".join(f"{{*}}{step}" for step in path.split("/"))


def node(parent: Node | None, *paths: str) -> Node | None:
    """Return the first element at the first path that has one."""
    if parent is None:
        return None
    for path in paths:
        found = parent.find(_pattern(path))
        if found is not None:
            return found
    return None


def nodes(parent: Node | None, *paths: str) -> Iterator[Node]:
    """Give the elements at all these paths."""
    if parent is None:
        return
    for path in paths:
        yield from parent.iterfind(_pattern(path))


def text(parent: Node | None, *paths: str) -> str:
    """Return the first text that is not empty at these paths, tried in this order."""
    for path in paths:
        for found in nodes(parent, path):
            if said := own_text(found):
                return said
    return ""


def texts(parent: Node | None, *paths: str) -> tuple[str, ...]:
    """Return every text at these paths that is not empty."""
    return tuple(said for found in nodes(parent, *paths) if (said := own_text(found)))


def own_text(element: Node) -> str:
    """Return an element's own characters, without what comments or entities cut them into."""
    if not len(element):
        return (element.text or "").strip()
    return "".join((element.text or "", *(child.tail or "" for child in element))).strip()


def attribute(element: Node | None, name: str) -> str:
    """Return an attribute, "" where it is missing."""
    return "" if element is None else (element.get(name) or "").strip()


def by_currency(amounts: Iterable[Node], currency: str) -> tuple[str, str]:
    """Return the amount in the document's currency and that in another one, which the tax authority wants."""
    own = other = ""
    for amount in amounts:
        if not currency or attribute(amount, "currencyID") in {currency, ""}:
            own = own or own_text(amount)
        else:
            other = other or own_text(amount)
    return own, other


_DIGITS = re.compile(r"\d+\Z")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?\Z")
# Formats 102, 203 and 204 of UNTDID 2379: to the day, the minute, the second.
_LENGTHS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


def iso_date(said: str) -> str:
    """Return a date in ISO 8601, what is no date as it stands."""
    if match := _ISO.match(said):
        return match.group(1)
    pattern = _LENGTHS.get(len(said))
    if pattern is None or not _DIGITS.match(said):
        return _of_moment(said)
    try:
        moment = datetime.strptime(said, pattern)
    except ValueError:
        return said
    return moment.date().isoformat() if len(said) == 8 else moment.isoformat(timespec="minutes")


def _of_moment(said: str) -> str:
    """Return the day of an XML moment such as 2016-02-01T00:00:00Z."""
    day = said[:10]
    if said[10:11] != "T":
        return said
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        return said
