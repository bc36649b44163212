"""What a run did to the rows of a document, told in sentences.

Pure. Several changes of a row within one run become one sentence; the entries
themselves are kept beside it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from workbench.catalog.explaining import documents, reading, saying
from workbench.catalog.explaining.explanation import Doing, Event
from workbench.catalog.explaining.gathering import Facts, Touched
from workbench.records import Json

UNDOING = ("rollback", "restore")

_TELLERS: dict[str, Callable[[Facts, Touched], Iterator[Event]]] = {
    "arrivals": documents.arrival,
    "documents": documents.document,
    "blobs": reading.blob,
    "extractions": reading.extraction,
    "near_duplicates": saying.likeness,
    "opinions": saying.opinion,
    "labels": saying.label,
    "problems": saying.problem,
    "holds": saying.hold,
}
# What came at the same moment is told in this order.
_ORDER = ("came from", "taken", "named", "read", "tried", "like", "asked", "said", "changed", "decided")

_NOUNS = {
    "arrivals": "arrival",
    "extractions": "extraction",
    "opinions": "opinion",
    "labels": "label",
    "problems": "problem",
    "near_duplicates": "near duplicate",
}


def events(facts: Facts, run: Doing, touched: Sequence[Touched]) -> tuple[Event, ...]:
    """What a run did, oldest first."""
    if run.kind in UNDOING:
        return tuple(_undone(facts, touched))
    told = [event for row in touched for event in _TELLERS[row.relation](facts, row)]
    told += reading.strikes(facts, run, touched)
    return tuple(sorted(told, key=lambda event: (event.at, _place(event.what))))


def _place(what: str) -> int:
    return _ORDER.index(what) if what in _ORDER else len(_ORDER)


def _undone(facts: Facts, touched: Sequence[Touched]) -> Iterator[Event]:
    """Tell a rollback: what it took out, what it put back, what it returned to how it was."""
    rows = {row.relation: row for row in touched}
    rest = [row for row in touched if row.relation in _NOUNS]
    at, numbers = touched[0].at, tuple(number for row in touched for number in row.numbers)
    document = rows.get("documents")
    removed = [row for row in rest if row.removed]
    back = [row for row in rest if row.created]
    if document and document.removed:
        told = "taken out of the catalogue" + _with(", and with it", removed)
        yield Event(at=at, what="taken back", told=told, details=_said(removed), changes=numbers)
    elif document and document.created:
        told = "put back into the catalogue" + _with(", and with it", back)
        yield Event(at=at, what="put back", told=told, details=_said(back), changes=numbers)
    else:
        if removed:
            told = _with("taken away:", removed)
            yield Event(at=at, what="taken back", told=told.strip(), details=_said(removed), changes=numbers)
        if back:
            told = _with("there again:", back)
            yield Event(at=at, what="put back", told=told.strip(), details=_said(back), changes=numbers)
        for row in touched:
            if row.relation in {"documents", "arrivals"} and row.before and row.after:
                yield from _TELLERS[row.relation](facts, row)
    for row in touched:
        if row.relation == "holds":
            yield from saying.hold(facts, row)


def _with(words: str, rows: Sequence[Touched]) -> str:
    counts = Counter(row.relation for row in rows)
    if not counts:
        return ""
    listed = [f"{n} {_NOUNS[relation]}{'s' * (n != 1)}" for relation, n in counts.items()]
    return f"{words} {', '.join(listed)}"


def _said(rows: Sequence[Touched]) -> tuple[str, ...]:
    """Say what was lost or won of that which people would miss."""
    bodies = [(row.relation, row.removed or row.created or {}) for row in rows]
    return tuple(line for relation, body in bodies if (line := _line(relation, body)))


def _line(relation: str, body: Json) -> str:
    if relation == "arrivals":
        return f"from {body['locator']}"
    if relation == "labels":
        return f"{body['actor']} had said {body['category']}"
    return ""
