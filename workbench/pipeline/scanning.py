"""First station: ask a source for everything, and note as items what is not known yet."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice

from workbench.catalog import holding, reading, taking
from workbench.database import Transaction
from workbench.errors import SourceError, StoreError
from workbench.pipeline import acknowledging
from workbench.pipeline.job import Job
from workbench.records import Arrival, Problem, Stage
from workbench.sources import Source

BATCH = 1000
# What must stay free on the disk beside what is about to be stored: room for the database and the texts.
SPARE_BYTES = 200 * 1024**2


def scan(job: Job, source: Source, *, allow_empty: bool = False) -> None:
    """Note what is to be taken, and mark what has vanished; a run that goes on looks again.

    Raises
    ------
    SourceError
        A place cannot be read at all, or is empty though it held files (a share that dropped its mount).
    StoreError
        The disk has no room for what is to be taken.
    """
    with job.timed(Stage.SCAN):
        open_before = job.items.open_keys(Stage.TAKE)
        seen: set[str] = set()
        needed = 0
        for batch in _batches(source.arrivals()):
            seen.update(arrival.locator for arrival in batch)
            open_before.difference_update(_key(arrival) for arrival in batch)
            needed += _note(job, source, batch)
            job.progress(Stage.SCAN, len(seen), len(seen))
        # What was noted before an interruption and is gone or changed since is no work and no problem.
        job.items.drop(Stage.TAKE, sorted(open_before))
        check_room(job, needed)
        gone = _gone(job, source, seen, allow_empty=allow_empty)
        with job.database.transaction(run=job.run_id) as tx:
            taking.mark_vanished(tx, gone)
            for problem in _problems(source):
                reading.keep_problem(tx, problem)


def to_payload(arrival: Arrival) -> str:
    """An arrival as an item keeps it."""
    fields = asdict(arrival)
    fields["modified_at"] = arrival.modified_at.isoformat() if arrival.modified_at else None
    return json.dumps(fields)


def _note(job: Job, source: Source, batch: list[Arrival]) -> int:
    with job.database.transaction() as tx:
        met = [arrival.external_id for arrival in batch]
        unknown = taking.unknown(tx, source.name, met)
        held = holding.among(tx, source.name, met)
        new = [arrival for arrival in batch if arrival.external_id in unknown]
        add(job, tx, new)
        # Also what is known already and lies there again, or still.
        acknowledging.intend(job, tx, source, [arrival for arrival in batch if arrival.external_id not in unknown])
    job.held.update(held)
    return sum(arrival.size or 0 for arrival in new)


def add(job: Job, tx: Transaction, arrivals: Sequence[Arrival]) -> None:
    """Note arrivals as what is to be taken."""
    payloads = [to_payload(arrival) for arrival in arrivals]
    job.items.add(tx, Stage.TAKE, wave=0, keys=[_key(arrival) for arrival in arrivals], payloads=payloads)


def _key(arrival: Arrival) -> str:
    return f"{arrival.source}\n{arrival.external_id}"


def _gone(job: Job, source: Source, seen: set[str], *, allow_empty: bool) -> list[int]:
    gone: list[int] = []
    for root in source.places:
        with job.database.transaction() as tx:
            known = list(taking.places_below(tx, source.name, root))
        missing = [number for number, locator in known if locator not in seen and source.is_gone(locator)]
        if missing and len(missing) == len(known) and not _any_below(root, seen) and not allow_empty:
            raise SourceError(
                f"{root} is empty, but held {len(known)} files the last time; is the share mounted? "
                "If they were really removed, say so with --allow-empty"
            )
        gone += missing
    return gone


def _any_below(root: str, seen: set[str]) -> bool:
    beginning = root.rstrip("/") + "/"
    return any(place == root or place.startswith(beginning) for place in seen)


def check_room(job: Job, needed: int) -> None:
    """Raise `StoreError` where the disk has no room for so many bytes and what must stay free beside them."""
    free = getattr(job.store, "free_bytes", None)  # only a local store knows
    if free is None or free() > needed + SPARE_BYTES:
        return
    raise StoreError(
        f"{needed / 1e6:,.0f} MB are to be stored and {SPARE_BYTES / 1e6:,.0f} MB should stay free, "
        f"but the disk has {free() / 1e6:,.0f} MB left; free some space and start again"
    )


def _problems(source: Source) -> Iterable[Problem]:
    return getattr(source, "problems", ())


def _batches(arrivals: Iterator[Arrival]) -> Iterator[list[Arrival]]:
    while batch := list(islice(arrivals, BATCH)):
        yield batch
