"""Third station: worker processes read what is taken; one transaction per batch records it.

Containers hand their members back: they become arrivals one level deeper and
are read in the next wave. What crashes a worker is tried again alone, at last
without docling; the third strike ends it as a Problem on a quarantined document.
A worker that is killed counts for far less, for that may come from outside.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench import extraction
from workbench.catalog import reading, taking
from workbench.catalog.reading import Reading, ToRead
from workbench.database import Transaction
from workbench.executor import LocalExecutor, Outcome
from workbench.extraction import Mode
from workbench.pipeline import failures, members, scratch
from workbench.pipeline.job import Job
from workbench.pipeline.steps import Task, read_document
from workbench.pipeline.workers import Workers
from workbench.records import Digest, Extraction, Item, Stage
from workbench.runs.items import LATER, Done

CLAIM = 64
COMMIT_AFTER = 64
COMMIT_AFTER_S = 2.0


# An item with its document and the files it holds open, and what became of it.
_Landed = tuple[tuple[Item, ToRead, ExitStack], Outcome[Reading]]


@dataclass(kw_only=True)
class _Flight:
    """What is being read at the moment, and what came back and is not recorded yet."""

    under_way: dict[str, tuple[Item, ToRead, ExitStack]] = field(default_factory=dict)
    back: list[Outcome[Reading]] = field(default_factory=list)
    spare: list[Path] = field(default_factory=list)
    recorded_at: float = field(default_factory=time.monotonic)

    @property
    def is_due(self) -> bool:
        return len(self.back) >= COMMIT_AFTER or time.monotonic() - self.recorded_at > COMMIT_AFTER_S

    @contextmanager
    def scratch(self, parent: Path) -> Iterator[Path]:
        """An empty private folder; one that comes back empty serves the next, as removing it costs milliseconds."""
        folder = self.spare.pop() if self.spare else Path(tempfile.mkdtemp(dir=parent))
        yield folder
        if any(folder.iterdir()):
            shutil.rmtree(folder, ignore_errors=True)
        else:
            self.spare.append(folder)


def read(job: Job, workers: Workers, incoming: Iterator[int]) -> None:
    """Read every document that waits for it, wave by wave; meanwhile more are taken.

    Parameters
    ----------
    incoming : takes the next batch of files at each step
    """
    taken_before = job.seconds.get(Stage.TAKE, 0.0)
    with job.timed(Stage.READ):
        if workers.expect_work():
            _read_wave(job, workers.executor(), 0, incoming)
        for wave in job.items.waves(Stage.READ):
            _read_wave(job, workers.executor(), wave, iter(()))
    # Taking went on inside of reading, and is counted by itself.
    job.seconds[Stage.READ] -= job.seconds.get(Stage.TAKE, 0.0) - taken_before


def _read_wave(job: Job, executor: LocalExecutor, wave: int, incoming: Iterator[int]) -> None:
    flight = _Flight()
    try:
        _read_through(job, executor, flight, _tasks(job, flight, wave, incoming))
        # What lost its process or a worker before: one at a time, with nothing beside it.
        while alone := job.items.claim_alone(Stage.READ, wave=wave):
            _read_through(job, executor, flight, iter(_prepare(job, flight, [alone])))
    finally:
        for _, _, held in flight.under_way.values():
            held.close()


def _read_through(job: Job, executor: LocalExecutor, flight: _Flight, tasks: Iterator[tuple[str, Task]]) -> None:
    for outcome in executor.run(read_document, tasks):
        flight.back.append(outcome)
        if flight.is_due:
            _record(job, flight)
    _record(job, flight)


def _tasks(job: Job, flight: _Flight, wave: int, incoming: Iterator[int]) -> Iterator[tuple[str, Task]]:
    while True:
        while batch := job.items.claim(Stage.READ, wave=wave, most=CLAIM):
            yield from _prepare(job, flight, batch)
        if next(incoming, None) is None:
            return


def _prepare(job: Job, flight: _Flight, batch: list[Item]) -> list[tuple[str, Task]]:
    """Tasks for these items; what was read before with the same options is taken over at once."""
    with job.database.transaction() as tx:
        documents = {d.digest: d for d in reading.to_read(tx, [item.key for item in batch])}
        digest = extraction.options_digest(job.options)
        anew = {item.key for item in batch if item.payload.get("anew")}
        held = reading.valid_extractions(tx, sorted(documents.keys() - anew), options_digest=digest)
        begun = reading.unfinished(tx, list(documents), options_digest=digest, anew=sorted(anew), run=job.run_id)
    tasks, reusable = [], []
    for item in batch:
        document = documents.get(Digest(item.key))
        if document is None:
            continue
        known = _valid(job, document, held.get(item.key, {}))
        if known is not None:
            reusable.append((item, known))
        else:
            tasks.append((item.key, _task(job, flight, item, document, begun.get(item.key))))
    if reusable:
        _reuse(job, reusable)
    _complete_gone(job, [item for item in batch if item.key not in documents])
    return tasks


def _complete_gone(job: Job, items: list[Item]) -> None:
    """End what has no document any more: the run that took it was taken back while this one was interrupted."""
    if items:
        with job.database.transaction() as tx:
            job.items.complete(tx, [Done(id=item.id, outcome="gone") for item in items])


def _valid(job: Job, document: ToRead, held: Mapping[tuple[str, str], int]) -> int | None:
    if not held:
        return None
    with job.store.file(document.digest) as path, path.open("rb") as file:
        head = file.read(4096)
    return next(
        (held[e.name, e.version] for e in extraction.bids(document.media_type, head) if (e.name, e.version) in held),
        None,
    )


def _task(job: Job, flight: _Flight, item: Item, document: ToRead, begun: Extraction | None) -> Task:
    held = ExitStack()
    path = held.enter_context(job.store.file(document.digest))
    scratch = held.enter_context(flight.scratch(job.scratch))
    flight.under_way[item.key] = (item, document, held)
    options = replace(job.options, scratch=scratch, name=document.name)
    if item.strikes >= failures.DIRECT:
        options = replace(options, mode=Mode.FAST)
    return Task(
        digest=document.digest,
        path=path,
        name=document.name,
        media_type=document.media_type,
        options=options,
        options_digest=extraction.options_digest(job.options),
        begun=begun,
    )


def _reuse(job: Job, found: list[tuple[Item, int]]) -> None:
    with job.database.transaction(run=job.run_id) as tx:
        changed = reading.reuse(tx, [number for _, number in found])
        _next_stations(job, tx, changed)
        job.items.add(tx, Stage.CLASSIFY, wave=0, keys=sorted(item.key for item, _ in found))
        job.items.complete(tx, [Done(id=item.id, outcome="reused") for item, _ in found])


def _record(job: Job, flight: _Flight) -> None:
    """Write what came back: first the members into the store, then everything else in one transaction."""
    flight.recorded_at = time.monotonic()
    back, flight.back = flight.back, []
    if not back:
        return
    scratch.check_room(job.scratch)
    landed = [(flight.under_way.pop(outcome.key), outcome) for outcome in back]
    try:
        landed = _still_meant(job, landed)
        readings = [(item, document, outcome.value) for (item, document, _), outcome in landed if outcome.value]
        lost = [(item, document, outcome) for (item, document, _), outcome in landed if not outcome.value]
        taken = {r.digest: members.store(job, document, r.extraction) for _, document, r in readings}
        with job.database.transaction(run=job.run_id) as tx:
            reading.keep(tx, [r for _, _, r in readings])
            for _, document, r in readings:
                problems = [*failures.of_reading(document, r.extraction), *taken[r.digest].problems]
                reading.keep_problems(tx, [document.digest], problems)
                taking.take(tx, run=job.run_id, wave=document.depth + 1, taken=taken[r.digest].members)
            whole = [(item, r) for item, _, r in readings if r.extraction.next_page is None]
            _next_stations(job, tx, [r.digest for _, r in whole])
            job.items.complete(tx, [Done(id=item.id, outcome=r.extraction.state) for item, r in whole])
            # Long scans go on when everything else is read; until then they are found by their first pages.
            rest = [item.id for item, _, r in readings if r.extraction.next_page is not None]
            job.items.put_off(tx, rest, wave=LATER)
        for item, document, outcome in lost:
            _strike(job, item, document, outcome)
    finally:
        for (_, _, held), _ in landed:
            held.close()
    job.show(Stage.READ)


def _still_meant(job: Job, landed: list[_Landed]) -> list[_Landed]:
    """Leave out what got another ending while it was read: it is read anew."""
    with job.database.transaction() as tx:
        now = {d.digest: d for d in reading.to_read(tx, [document.digest for (_, document, _), _ in landed])}
        stale = [one for one in landed if _ending(now.get(one[0][1].digest)) != _ending(one[0][1])]
        # What has no document any more is found out when it is prepared again.
        job.items.put_off(tx, [item.id for (item, _, _), _ in stale], wave=0)
    for (_, _, held), _ in stale:
        held.close()
    return [one for one in landed if one not in stale]


def _ending(document: ToRead | None) -> str | None:
    return Path(document.name).suffix.lower() if document else None


def _strike(job: Job, item: Item, document: ToRead, outcome: Outcome[Reading]) -> None:
    """A worker died or stood still: again alone, at last without docling, or given up."""
    if failures.is_worth_another(outcome, document.media_type, job.options, item=item):
        strikes, kills = failures.weight(outcome)
        job.items.strike(item, count=strikes, kills=kills)
        return
    state, problem = failures.of_worker(document, outcome)
    with job.database.transaction(run=job.run_id) as tx:
        if reading.close_unfinished(tx, document.digest, reason=problem.message):
            # The pages that were read before stay, and what they say counts.
            _next_stations(job, tx, [document.digest])
        else:
            reading.settle(tx, document.digest, state=state, reason=problem.message)
        reading.keep_problems(tx, [document.digest], [problem])
        job.items.complete(tx, [Done(id=item.id, state="quarantined", outcome=outcome.failure or "")])


def _next_stations(job: Job, tx: Transaction, digests: list[str]) -> None:
    job.items.add(tx, Stage.RELATE, wave=0, keys=sorted(digests))
    job.items.add(tx, Stage.CLASSIFY, wave=0, keys=sorted(digests))
