"""Second station: the bytes go into the store, the arrivals into the catalogue.

Taken in batches, on which the workers are reading while the next is stored.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from workbench import extraction
from workbench.catalog import reading, taking
from workbench.catalog.taking import Taken
from workbench.errors import SourceError
from workbench.pipeline import acknowledging
from workbench.pipeline.job import Job
from workbench.records import Arrival, Digest, Item, Problem, Stage
from workbench.runs.items import LATER, Done
from workbench.sources import Source

# Small enough that workers do not wait long for the next batch.
BATCH = 100
# Storing waits for the disk far more than for the processor.
THREADS = 8


def take(job: Job, source: Source) -> Iterator[int]:
    """Store and record what the scan noted, a batch in one transaction at each step; gives how many were taken."""
    with ThreadPoolExecutor(THREADS, thread_name_prefix="take") as threads:
        for batch in job.items.batches(Stage.TAKE, most=BATCH):
            with job.timed(Stage.TAKE):
                results = list(threads.map(lambda item: _store(job, source, item), batch))
                if any(isinstance(result, Problem) for result in results):
                    source.check()
                _record(job, source, batch, results)
                job.show(Stage.TAKE)
            yield len(batch)


def take_on(job: Job, source: Source) -> None:
    """Take on what another run that never ended left on its way, and what these options may open now."""
    digest, has_passwords = extraction.options_digest(job.options), bool(job.options.passwords)
    with job.database.transaction() as tx:
        for root in source.places:
            taking.add_leftovers(tx, job.run_id, root, later=LATER)
            taking.try_again(tx, job.run_id, root, options_digest=digest, has_passwords=has_passwords)


def _store(job: Job, source: Source, item: Item) -> Taken | Problem:
    arrival = _arrival(item.payload)
    try:
        with source.open(arrival) as stream:
            blob = job.store.put(stream)
        if not source.is_unchanged(arrival):
            job.strays.append(blob.digest)
            raise SourceError(f"{arrival.locator} changed while it was read; it is taken the next time")
    except SourceError as error:
        return _problem(arrival, "not readable", str(error))
    except OSError as error:
        return _problem(arrival, "not readable", f"{arrival.locator} cannot be read: {error.strerror or error}")
    with job.store.file(blob.digest) as path:
        media_type = extraction.media_type(path, arrival.name)
    return Taken(arrival=arrival, blob=blob, media_type=media_type)


def _record(job: Job, source: Source, batch: list[Item], results: list[Taken | Problem]) -> None:
    with job.database.transaction(run=job.run_id) as tx:
        taken = [result for result in results if isinstance(result, Taken)]
        held = taking.take(tx, run=job.run_id, wave=0, taken=taken)
        acknowledging.intend(job, tx, source, [one.arrival for one in taken])
        for result in results:
            if isinstance(result, Problem):
                reading.keep_problem(tx, result)
        done = [_done(item, result, held) for item, result in zip(batch, results, strict=True)]
        job.items.complete(tx, done)
    job.held.update(held.values())
    job.strays.extend(one.blob.digest for one in taken if one.arrival.external_id in held)


def _done(item: Item, result: Taken | Problem, held: Mapping[str, int]) -> Done:
    if isinstance(result, Problem):
        return Done(id=item.id, state="failed")
    return Done(id=item.id, outcome="held" if result.arrival.external_id in held else "")


def _arrival(payload: Mapping[str, Any]) -> Arrival:  # Any: the fields as JSON
    modified = payload.get("modified_at")
    parent = payload.get("parent")
    fields = {**payload, "modified_at": datetime.fromisoformat(modified) if modified else None}
    return Arrival(**{**fields, "parent": Digest(parent) if parent else None})


def _problem(arrival: Arrival, kind: str, message: str) -> Problem:
    return Problem(
        stage=Stage.TAKE,
        kind=kind,
        message=message,
        advice="Nothing was taken of it; the next ingest tries again.",
        locator=arrival.locator,
    )
