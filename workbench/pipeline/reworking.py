"""Doing stages again for documents that are held, and taking in again what was taken back.

What is to be done is chosen once, in one transaction, when the run begins: a
run that goes on does what was chosen then. What was read before and is still
valid is reused; everything chosen is classified by the rules of now, unless a
person decided.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.catalog import holding, reading, selecting
from workbench.catalog.holding import Hold
from workbench.catalog.selecting import Selection
from workbench.errors import RunError
from workbench.pipeline import scanning
from workbench.pipeline.acknowledging import acknowledge
from workbench.pipeline.job import Job
from workbench.pipeline.running import carry_out, through_stations
from workbench.pipeline.setting import Setting
from workbench.pipeline.taking import take
from workbench.progress import Progress, silent
from workbench.records import Arrival, Problem, Run, Stage
from workbench.runs import Order
from workbench.runs.items import LATER
from workbench.sources import Source


def rework(
    setting: Setting, selection: Selection, order: Order, *, source: Source | None = None, progress: Progress = silent
) -> Run:
    """Do the stages again for what is selected, as one run that can be resumed.

    Parameters
    ----------
    source : where the selected run took from, for taking in again what was taken back

    Returns
    -------
    the finished run, with its counts

    Raises
    ------
    RunHeld
        Another process is reworking.
    SourceError, StoreError, DatabaseError
        The run stays interrupted; the same call goes on with it.
    """

    def work(job: Job) -> None:
        if not job.items.progress():
            _choose(job, selection, source)
        through_stations(job, setting, incoming=take(job, source) if source else None)
        acknowledge(job, setting.targets)

    return carry_out(setting, order, work, progress=progress)


@dataclass(frozen=True, kw_only=True)
class _Released:
    """What is not held back any more: what is there still, and what is not."""

    found: Sequence[Arrival] = ()
    problems: Sequence[Problem] = ()


def _choose(job: Job, selection: Selection, source: Source | None) -> None:
    released = _released(job, selection, source)
    scanning.check_room(job, sum(arrival.size or 0 for arrival in released.found))
    with job.database.transaction(run=job.run_id) as tx:
        selecting.choose(tx, job.run_id, selection, later=LATER)
        if selection.run is not None and selection.is_whole_run:
            holding.release(tx, selection.run)
        scanning.add(job, tx, released.found)
        for problem in released.problems:
            reading.keep_problem(tx, problem)


def _released(job: Job, selection: Selection, source: Source | None) -> _Released:
    if selection.run is None or not selection.is_whole_run:
        return _Released()
    with job.database.transaction() as tx:
        holds = holding.of_run(tx, selection.run)
    if not holds:
        return _Released()
    if source is None:
        raise RunError(f"what run {selection.run} took cannot be taken in again: the run does not say where it took it")
    with job.timed(Stage.SCAN):
        wanted, places = {hold.external_id for hold in holds}, {hold.locator for hold in holds}
        met = [a for a in source.arrivals() if a.locator in places]
        found = [a for a in met if a.external_id in wanted]
    return _Released(found=found, problems=list(_missing(holds, found, {a.locator for a in met})))


def _missing(holds: Sequence[Hold], found: Sequence[Arrival], there: set[str]) -> Iterator[Problem]:
    known = {arrival.external_id for arrival in found}
    for hold in holds:
        if hold.external_id not in known:
            yield _changed(hold) if hold.locator in there else _gone(hold)


def _changed(hold: Hold) -> Problem:
    return Problem(
        stage=Stage.TAKE,
        kind="changed",
        message=f"{hold.locator} has changed since run {hold.of_run} took it",
        advice="The next ingest takes it as it is now.",
        locator=hold.locator,
    )


def _gone(hold: Hold) -> Problem:
    return Problem(
        stage=Stage.TAKE,
        kind="gone",
        message=f"{hold.locator} is no longer where run {hold.of_run} took it",
        advice="Put it back there and ingest it, if it is still wanted.",
        locator=hold.locator,
    )
