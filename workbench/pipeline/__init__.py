"""The way of a document: scan, take, read, relate, classify.

`ingest` takes a source through all five as one run. Each station works off
the run's items, batch by batch, and records a batch in one transaction; a run
that is killed goes on from the last of them. What is taken is read at once;
relating and classifying wait until everything is read, so that originals and
categories do not depend on which worker was faster.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench import runs
from workbench.catalog import deciding, outcomes
from workbench.catalog.deciding import Category
from workbench.classification.cascade import Cascade
from workbench.database import Database
from workbench.errors import DatabaseError, WorkbenchError
from workbench.extraction import ExtractOptions
from workbench.pipeline import scratch
from workbench.pipeline.classifying import classify
from workbench.pipeline.job import Job, Pool
from workbench.pipeline.reading import read
from workbench.pipeline.relating import relate
from workbench.pipeline.scanning import scan
from workbench.pipeline.taking import take, take_on
from workbench.pipeline.workers import Workers
from workbench.progress import Progress, silent
from workbench.records import Run, RunState
from workbench.runs import Order
from workbench.runs.items import Items
from workbench.sources import Source
from workbench.store import Store

__all__ = ["Pool", "Rules", "Setting", "ingest"]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules a run decides by, as the catalogue keeps them."""

    digest: str
    body: str
    author: str
    message: str
    categories: Sequence[Category]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a run works with, whatever it takes in.

    Parameters
    ----------
    scratch : folder for private temporary files
    """

    database: Database
    store: Store
    cascade: Cascade
    rules: Rules
    options: ExtractOptions
    pool: Pool
    scratch: Path


def ingest(
    setting: Setting,
    source: Source,
    order: Order,
    *,
    progress: Progress = silent,
    allow_empty: bool = False,
) -> Run:
    """Take everything a source has to a decision, as one run that can be resumed.

    Returns
    -------
    the finished run, with its counts

    Raises
    ------
    RunHeld
        Another process is at work on the same job.
    SourceError, StoreError, DatabaseError
        The run stays interrupted; the same call goes on with it.
    """
    with runs.begin(setting.database, order) as (run, _), scratch.folder(setting.scratch) as place:
        job = Job(
            run_id=run.id,
            database=setting.database,
            store=setting.store,
            items=Items(setting.database, run.id),
            options=replace(setting.options, scratch=place),
            pool=setting.pool,
            scratch=place,
            progress=progress,
            seconds={key: float(value) for key, value in run.seconds.items()},
        )
        try:
            job.items.release_lost(all_others=True)
            with job.items.heartbeat(job.seconds):
                _through(job, setting, source, allow_empty=allow_empty)
        except (WorkbenchError, KeyboardInterrupt) as error:
            _interrupt(job, str(error) or "stopped by Ctrl-C")
            raise
        return _finish(job)


def _through(job: Job, setting: Setting, source: Source, *, allow_empty: bool) -> None:
    with job.database.transaction(run=job.run_id) as tx:
        rules = setting.rules
        deciding.keep_rule_set(tx, digest=rules.digest, author=rules.author, message=rules.message, body=rules.body)
        deciding.keep_categories(tx, rules.categories)
    with Workers(job) as workers:
        scan(job, source, allow_empty=allow_empty)
        workers.expect_work()
        take_on(job, source)
        read(job, workers, take(job, source))
    relate(job)
    classify(job, setting.cascade)


def _finish(job: Job) -> Run:
    with job.database.transaction() as tx:
        counts = outcomes.counts(tx, job.run_id)
    state = RunState.FINISHED_WITH_PROBLEMS if counts["problems"] else RunState.FINISHED
    runs.finish(job.database, job.run_id, state, counts=counts, seconds=job.seconds)
    return runs.get(job.database, job.run_id)


def _interrupt(job: Job, message: str) -> None:
    try:
        job.items.give_back()
        runs.finish(job.database, job.run_id, RunState.INTERRUPTED, counts={}, seconds=job.seconds, message=message)
    except DatabaseError:
        # The database is what went away: the run's lock went with it, which tells the same.
        return
