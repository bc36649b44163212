"""How a document's bytes were kept and read, told in sentences."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from workbench.catalog.explaining.explanation import Doing, Event
from workbench.catalog.explaining.gathering import Facts, Touched
from workbench.extraction import ExtractOptions
from workbench.extraction.auction import recorded
from workbench.records import Json

# Pictures for pages do not change what is read.
_NO_MATTER = ("thumbnails", "thumbnail_px")


def blob(facts: Facts, row: Touched) -> Iterator[Event]:
    """Tell when the bytes were sealed or opened again; that they were stored goes without saying."""
    if row.before and row.after and row.before["key_id"] != row.after["key_id"]:
        key = row.after["key_id"]
        told = f"its bytes were sealed with the key {key}" if key else "its bytes are no longer sealed"
        yield Event(at=row.at, what="changed", told=told, changes=row.numbers)


def extraction(facts: Facts, row: Touched) -> Iterator[Event]:
    """Tell who read it, with what options, what came of it and how long it took."""
    if found := row.created:
        yield Event(at=row.at, what="read", told=_read(found), details=tuple(_details(found)), changes=row.numbers)
    elif gone := row.removed:
        told = f"what {_reader(gone)} had read of it was replaced: it was read again"
        yield Event(at=row.at, what="read", told=told, changes=row.numbers)


def strikes(facts: Facts, run: Doing, touched: Sequence[Touched]) -> list[Event]:
    """Tell how often it ended or outlasted the worker that read it."""
    if run.id not in facts.strikes:
        return []
    count, state = facts.strikes[run.id]
    told = f"reading it ended or outlasted its worker {count} time{'s' * (count != 1)}"
    told += "; it is in quarantine" if state == "quarantined" else "; then it was read"
    return [Event(at=touched[-1].until, what="tried", told=told)]


def _reader(found: Json) -> str:
    return f"{found['extractor']} {found['version']}".strip() or "no extractor"


def _read(found: Json) -> str:
    facts = [f"by {_reader(found)} as {found['media_type']}: {str(found['state']).replace('_', ' ')}"]
    if pages := len(found["page_starts"]):
        facts.append(f"{pages} page{'s' * (pages != 1)}" + (", recognised" if found["from_ocr"] else ""))
    if children := found["children"]:
        facts.append(f"{children} document{'s' * (children != 1)} inside")
    if (seconds := found["seconds"].get("all", found["seconds"].get("read"))) is not None:
        facts.append(f"{seconds:.2f} s" if seconds >= 0.01 else "under 0.01 s")
    return ", ".join(facts)


def _details(found: Json) -> Iterator[str]:
    if found["message"]:
        yield str(found["message"])
    if asked := _asked(found["options"]):
        yield f"asked for {asked}"
    if found["next_page"]:
        yield f"pages from {found['next_page']} on wait to be recognised"
    yield from map(str, found["warnings"])


def _asked(options: Json) -> str:
    """Return the options that are not the usual ones, in words."""
    usual = recorded(ExtractOptions(scratch=Path()))
    differing = []
    for name, value in options.items():
        other = usual.get(name)
        if name in _NO_MATTER or _same(value, other):
            continue
        if isinstance(value, dict) and isinstance(other, dict):
            differing += [f"{name}.{inner}={v}" for inner, v in value.items() if not _same(v, other.get(inner))]
        else:
            differing.append(f"{name}={value}")
    return ", ".join(differing)


def _same(kept: object, usual: object) -> bool:
    # JSON knows lists where options have tuples.
    return kept == (list(usual) if isinstance(usual, tuple) else usual)
