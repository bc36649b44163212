"""Where a document came from, what it is called and what was decided, told in sentences."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from workbench.catalog.explaining.explanation import Event
from workbench.catalog.explaining.gathering import Facts, Touched
from workbench.records import Decision, Json

SOURCES = {"folder": "a folder", "imap": "the mailbox", "otrs": "the ticket", "upload": "an upload"}

_DECISION = ("decision", "category", "confidence", "decided_by", "reason")
_NAMING = ("name", "locator", "arrival_id")
# Facts of the extraction, which is told by itself.
_QUIET = ("extraction_id", "id", "digest", "taken_at", *_DECISION, *_NAMING)


def arrival(facts: Facts, row: Touched) -> Iterator[Event]:
    """Tell how an arrival came, and what became of it."""
    if came := row.created:
        details = [f"there {came['state']}"] if came["state"] != "present" else []
        yield _event(row, "came from", _origin(facts, came), *details, *_sender(came))
        if came["state"] == "present":
            return
    if row.before and row.after:
        for told in _moved(facts, row.before, row.after):
            yield _event(row, "place", told)
    elif row.removed:
        yield _event(row, "taken back", f"its arrival from {row.removed['locator']} was taken away")


def document(facts: Facts, row: Touched) -> Iterator[Event]:
    """Tell how the document was made, named, changed, decided and taken out."""
    if taken := row.created:
        size = f"{taken['size']:,} bytes"
        first = row.entries[0].after or taken
        why = _why_named(facts, first, row.entries[0].run_id)
        yield _event(row, "taken", f"as {first['name']}: {first['media_type']}, {size}", *why)
        yield from _decision(facts, row, {}, taken)
    elif row.removed:
        yield _event(row, "taken back", "taken out of the catalogue")
    elif row.before and row.after:
        if row.before["name"] != row.after["name"] or row.before["locator"] != row.after["locator"]:
            yield _renamed(facts, row, row.before, row.after)
        yield from _facts(row, row.before, row.after)
        yield from _decision(facts, row, row.before, row.after)


def decided(body: Json) -> str:
    """What was decided, in words."""
    if body["decision"] != Decision.CLASSIFIED:
        return str(body["decision"]).replace("_", " ") + (f": {body['reason']}" if body["reason"] else "")
    by = "a person" if body["decided_by"] == "person" else body["decided_by"]
    sure = "" if body["decided_by"] == "person" or body["confidence"] is None else f", {body['confidence']:.2f} sure"
    return f"{body['category']} by {by}{sure}" + (f": {body['reason']}" if body["reason"] else "")


def arrow(before: object, after: object) -> str:
    """One value becoming another."""
    return f"{_value(before)} → {_value(after)}"


def _origin(facts: Facts, came: Json) -> str:
    if came.get("parent"):
        return f"inside of {facts.called(came['parent'])}: {came['locator']}"
    kind, _, name = str(came["source"]).partition(":")
    return f"{SOURCES.get(kind, f'the source {kind}')}{f' {name}' if name else ''}: {came['locator']}"


def _sender(came: Json) -> Iterator[str]:
    told = came.get("metadata") or {}
    if sender := told.get("sender") or told.get("from"):
        yield f"sent by {sender}"


def _moved(facts: Facts, before: Json, after: Json) -> Iterator[str]:
    where = before["locator"]
    if before["locator"] != after["locator"]:
        yield f"what was {where} is {after['locator']} now, as its container is called by another place"
    if before["state"] == after["state"]:
        if before["external_id"] != after["external_id"] and before["locator"] == after["locator"]:
            yield f"{where} was saved again with the same content"
        return
    place = facts.places.get(after["successor_id"]) if after["successor_id"] else None
    newer = f" by {place.locator} (document {place.document_id})" if place and place.document_id else ""
    yield {
        "present": f"{where} is back",
        "superseded": f"{where} was superseded{newer}",
        "moved": f"{where} was moved to {place.locator if place else 'another place'}",
        "vanished": f"{where} is no longer there",
    }[str(after["state"])]


def _why_named(facts: Facts, body: Json, run_id: int) -> Iterator[str]:
    known = {a["id"]: a for a in facts.rows("arrivals") if a["run_id"] <= run_id}
    chosen = known.pop(body["arrival_id"], None)
    if chosen and known:
        better = _better(chosen, list(known.values()))
        yield f"named by {chosen['locator']}, since that {better} of {len(known) + 1} places"


def _better(chosen: Json, others: list[Json]) -> str:
    if all(chosen["depth"] < other["depth"] for other in others):
        return "lies in the fewest containers"
    if all(len(chosen["locator"]) < len(other["locator"]) for other in others if other["depth"] == chosen["depth"]):
        return "is the shortest"
    return "comes first by depth, length and alphabet"


def _renamed(facts: Facts, row: Touched, before: Json, after: Json) -> Event:
    details = _why_named(facts, after, row.entries[-1].run_id) if before["arrival_id"] != after["arrival_id"] else ()
    field = "name" if before["name"] != after["name"] else "locator"
    return _event(row, "named", f"{field}: {arrow(before[field], after[field])}", *details)


def _facts(row: Touched, before: Json, after: Json) -> Iterator[Event]:
    differing = [name for name in after if name not in _QUIET and before.get(name) != after[name]]
    if differing:
        told = "; ".join(f"{name.replace('_', ' ')}: {arrow(before.get(name), after[name])}" for name in differing)
        yield _event(row, "changed", told)


def _decision(
    facts: Facts, row: Touched, before: Mapping[str, Any], after: Json
) -> Iterator[Event]:  # Any: columns of a row
    said = _said(facts, after)
    first, last = [before.get(name) for name in _DECISION], [after[name] for name in _DECISION]
    if first == last:
        if any(e.before and e.before["decision"] != after["decision"] for e in row.entries):
            yield _event(row, "decided", f"asked again, with the same result: {said}", at=facts.until(row))
        return
    if not before:
        if after["decision"] != Decision.PENDING:
            yield _event(row, "decided", said, at=facts.until(row))
        return
    changed = [
        f"{name.replace('_', ' ')}: {arrow(before[name], after[name])}"
        for name in _DECISION
        if before[name] != after[name] and name != "reason"
    ]
    why = f"since: {after['reason']}" if after["reason"] and not _is_told(facts, after) else ""
    yield _event(
        row, "decided", "; ".join(changed) or f"as before, for another reason: {said}", why, at=facts.until(row)
    )


def _said(facts: Facts, body: Json) -> str:
    if not _is_told(facts, body):
        return decided(body)
    return decided({**body, "reason": "" if body["category"] else "no classifier was sure enough"})


def _is_told(facts: Facts, body: Json) -> bool:
    """Is the reason that of an opinion, which is told by itself?"""
    return any(said["reason"] and said["reason"] in body["reason"] for said in facts.rows("opinions"))


def _event(row: Touched, what: str, told: str, *details: str, at: datetime | None = None) -> Event:
    return Event(at=at or row.at, what=what, told=told, details=tuple(d for d in details if d), changes=row.numbers)


def _value(value: object) -> str:
    if value is None or value in ("", []):
        return "none"
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = str(value)
    return text.replace("_", " ") if text in list(Decision) else text
