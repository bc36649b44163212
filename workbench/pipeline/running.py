"""The frame that every run of the pipeline shares: it begins, does its work, and is finished or left as interrupted.

`carry_out` is handed the work itself: taking a source in, or doing stages
again. `work_off` is for a run of another kind that left items for the
stations, under the run that its caller has begun and will finish.
"""

import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace

from workbench import runs
from workbench.catalog import deciding, outcomes
from workbench.errors import DatabaseError, WorkbenchError
from workbench.journal import orphans, snapshots
from workbench.pipeline import scratch
from workbench.pipeline.classifying import classify
from workbench.pipeline.job import Job
from workbench.pipeline.reading import read
from workbench.pipeline.relating import relate
from workbench.pipeline.setting import Setting
from workbench.pipeline.workers import Workers
from workbench.progress import Progress, silent
from workbench.records import Run, RunState
from workbench.runs import Order
from workbench.runs.items import Items


def carry_out(setting: Setting, order: Order, work: Callable[[Job], None], *, progress: Progress = silent) -> Run:
    """Do some work as one run that can be resumed: `work` is called again on the same run after an interruption.

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
    with runs.begin(setting.database, order) as (run, _), _prepared(setting, run, progress) as job:
        try:
            with job.items.heartbeat(job.seconds):
                with orphans.storing(job.database):
                    keep_rules(setting, run.id)
                    work(job)
                _sweep(job, run)
        except (WorkbenchError, KeyboardInterrupt) as error:
            _interrupt(job, str(error) or "stopped by Ctrl-C")
            raise
        except OSError as error:
            told = scratch.full(job.scratch) if error.errno in {errno.ENOSPC, errno.EDQUOT} else error
            _interrupt(job, str(told))
            raise told from error
        return _finish(job, run.kind)


def work_off(setting: Setting, run: Run, *, progress: Progress = silent) -> Mapping[str, float]:
    """Work off the open items of a run that the caller has begun: read, relate, classify.

    The caller adds the items, holds the run, keeps its rules (`keep_rules`) and
    finishes it; a run that goes on calls this again. A document to classify
    need not be pending: what no person decided is decided anew. One to read is
    not read where what was read before is still valid, unless the item's
    payload says {"anew": true}.

    Returns
    -------
    seconds per stage, those of the run so far included
    """
    with _prepared(setting, run, progress) as job:
        try:
            with job.items.heartbeat(job.seconds), orphans.storing(job.database):
                through_stations(job, setting)
        except (WorkbenchError, OSError, KeyboardInterrupt):
            with suppress(DatabaseError):
                job.items.give_back()
            raise
        return job.seconds


def through_stations(job: Job, setting: Setting, *, incoming: Iterator[int] | None = None) -> None:
    """Take every document that waits for it through reading, relating and classifying.

    Parameters
    ----------
    incoming : takes the next batch of files at each step
    """
    _remember_before(job, above=setting.snapshot_above)
    with Workers(job) as workers:
        read(job, workers, incoming or iter(()))
    relate(job)
    classify(job, setting.cascade)


def _remember_before(job: Job, *, above: int) -> None:
    """Name the point of the journal before a run that touches many documents, as soon as that is known."""
    progress = job.items.progress()
    if above and max((total for _, total in progress.values()), default=0) > above:
        with job.database.transaction() as tx:
            snapshots.before_run(tx, job.run_id, job.database.actor)


@contextmanager
def _prepared(setting: Setting, run: Run, progress: Progress) -> Iterator[Job]:
    with scratch.folder(setting.scratch) as place:
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
        job.items.release_lost(all_others=True)
        yield job


def keep_rules(setting: Setting, run_id: int) -> None:
    """Record the rules that a run decides by, and their categories."""
    rules = setting.rules
    with setting.database.transaction(run=run_id) as tx:
        deciding.keep_rule_set(tx, digest=rules.digest, author=rules.author, message=rules.message, body=rules.body)
        deciding.keep_categories(tx, rules.categories)


def _sweep(job: Job, run: Run) -> None:
    """Remove from the store what killed processes left there, and what changed while it was stored."""
    since = run.started_at if job.strays else orphans.due_since(job.database, job.run_id)
    if since is not None and not job.database.is_rehearsal:
        orphans.remove_orphans(job.database, job.store, since=since)


def _finish(job: Job, kind: str) -> Run:
    with job.database.transaction() as tx:
        counts = outcomes.counts(tx, job.run_id, kind=kind)
    state = RunState.FINISHED_WITH_PROBLEMS if counts["problems"] else RunState.FINISHED
    held = {"held": job.held.total(), "held_since": {str(run): count for run, count in sorted(job.held.items())}}
    runs.finish(job.database, job.run_id, state, counts={**counts, **held}, seconds=job.seconds)
    return runs.get(job.database, job.run_id)


def _interrupt(job: Job, message: str) -> None:
    try:
        job.items.give_back()
        runs.finish(job.database, job.run_id, RunState.INTERRUPTED, counts={}, seconds=job.seconds, message=message)
    except DatabaseError:
        # The database is what went away: the run's lock went with it, which tells the same.
        return
