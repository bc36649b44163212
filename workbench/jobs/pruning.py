"""Pruning the journal as a run: forget, then remove the bytes that nothing names any more."""

from datetime import timedelta

from workbench import runs
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.journal import effects, orphans, pruning
from workbench.journal.effects import Settled
from workbench.journal.pruning import Pruning
from workbench.journal.store_target import STORE, StoreTarget, named_again
from workbench.progress import Progress, silent
from workbench.records import Run, RunState
from workbench.runs import Order
from workbench.runs.items import Items
from workbench.store import Store

KIND, JOB = "prune", "journal"
COUNTED = ("runs", "changes", "texts", "pictures", "blobs", "size")


def prune(
    database: Database,
    store: Store,
    *,
    older_than: timedelta,
    progress: Progress = silent,
    code_version: str = "",
    reason: str = "",
) -> tuple[Run | None, Pruning]:
    """Forget the journal of runs that ended longer ago; goes on with a pruning that was interrupted.

    Returns
    -------
    the run, None where there was nothing to do, and what went

    Raises
    ------
    RunHeld
        Something else is at work on the catalogue.
    """
    if not runs.unfinished(database, KIND, JOB):
        with database.transaction() as tx:
            planned = pruning.plan(tx, older_than)
        if not planned.up_to:
            return None, planned
    order = Order(
        kind=KIND,
        job=JOB,
        parameters={"older_than_s": older_than.total_seconds()},
        code_version=code_version,
        reason=reason,
    )
    with runs.begin(database, order) as (run, _):
        try:
            with Items(database, run.id).heartbeat({}):
                done = _forget(database, run, older_than)
                settled = _remove(database, run, store, progress)
        except (WorkbenchError, KeyboardInterrupt) as error:
            _finish(database, run, RunState.INTERRUPTED, message=str(error) or "stopped by Ctrl-C")
            raise
        state = RunState.FINISHED_WITH_PROBLEMS if settled.failed else RunState.FINISHED
        return _finish(database, run, state, removed=settled.performed, problems=settled.failed), done


def _forget(database: Database, run: Run, older_than: timedelta) -> Pruning:
    with database.transaction(run=run.id) as tx:
        done = pruning.prune(tx, run.id, older_than)
        # With what an earlier process of this run has forgotten.
        runs.note(tx, run.id, {name: getattr(done, name) + int(run.counts.get(name, 0)) for name in COUNTED})
    return done


def _remove(database: Database, run: Run, store: Store, progress: Progress) -> Settled:
    with orphans.alone(database):
        with database.transaction() as tx:
            effects.ask_again(tx, run.id)
            spared = named_again(tx, run.id)
        return effects.settle(database, run.id, {STORE: StoreTarget(database, store, spared=spared)}, progress)


def _finish(database: Database, run: Run, state: RunState, *, message: str = "", **counts: int) -> Run:
    kept = {**runs.get(database, run.id).counts, **counts}
    runs.finish(database, run.id, state, counts=kept, seconds={}, message=message)
    return runs.get(database, run.id)
