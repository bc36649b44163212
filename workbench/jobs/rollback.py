"""Taking runs back: the catalogue first, then what followed it outside, then what has to be looked at again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from workbench import rollback, runs
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.journal import effects, orphans, snapshots
from workbench.journal.effects import Target
from workbench.progress import Progress, silent
from workbench.records import Run, RunState
from workbench.rollback import Plan, Scope
from workbench.runs import Order
from workbench.store import Store

Follow = Callable[[Run], Mapping[str, float]]
"""Works off the items that a rollback left, documents to read, compare or classify again; gives seconds per stage."""


@dataclass(frozen=True, kw_only=True)
class Undoing:
    """What a rollback works with.

    Parameters
    ----------
    targets : who performs and undoes effects
    snapshot_above : a snapshot is made before more documents than this are touched; 0 for never
    """

    database: Database
    store: Store
    targets: Mapping[str, Target]
    follow: Follow
    snapshot_above: int = 0
    progress: Progress = field(default=silent)


def plan(database: Database, scope: Scope, *, progress: Progress = silent) -> Plan:
    """What taking back would do; nothing is written."""
    with database.transaction() as tx:
        return rollback.collect(tx, scope, progress=progress)


def take_back(undoing: Undoing, scope: Scope, order: Order) -> Plan:
    """Take back what `scope` names, as a run of its own; goes on with one that was interrupted.

    Returns
    -------
    what was done; without documents where an earlier process had done that part

    Raises
    ------
    RunHeld
        Other runs are at work.
    """
    database = undoing.database
    with runs.begin(database, order) as (run, _):
        try:
            done, settle = _catalogue(undoing, scope, run)
            failed = _outside(undoing, run, settle)
            seconds = undoing.follow(run)
            _sweep(undoing, done)
        except BaseException as error:
            # Also a fault of ours leaves a sentence; what was begun is not half done, it is in one transaction.
            _interrupt(database, run, error)
            raise
        counts = {**runs.get(database, run.id).counts, "problems": failed}
        state = RunState.FINISHED_WITH_PROBLEMS if failed else RunState.FINISHED
        runs.finish(database, run.id, state, counts=counts, seconds=seconds)
        return done


def _catalogue(undoing: Undoing, scope: Scope, run: Run) -> tuple[Plan, tuple[int, ...]]:
    """One transaction; the run's counts say afterwards that it was committed, and whose effects are to be settled."""
    if "settle" in run.counts:
        settle = tuple(run.counts["settle"])
        return Plan.done_before(run.id, tuple(run.counts["taken_back"])), settle
    with undoing.database.transaction(run=run.id) as tx:
        done = rollback.take_back(tx, scope, run=run.id, progress=undoing.progress)
        if 0 < undoing.snapshot_above < sum(done.plan.fates.values()):
            snapshots.before_run(tx, run.id, undoing.database.actor)
        counts = {**_counts(done.plan), "taken_back": list(done.runs), "settle": list(done.effects_of)}
        runs.note(tx, run.id, counts)
    return replace(done.plan, by=run.id), done.effects_of


def _outside(undoing: Undoing, run: Run, settle: tuple[int, ...]) -> int:
    settled = [
        effects.settle(undoing.database, of_run, undoing.targets, undoing.progress, under=run.id) for of_run in settle
    ]
    return sum(one.failed for one in settled)


def _sweep(undoing: Undoing, done: Plan) -> None:
    """Remove what a killed run had stored and never committed, once that run is taken back."""
    killed = [
        run for number in done.runs if (run := runs.get(undoing.database, number)).ended_as == RunState.INTERRUPTED
    ]
    begun = [run.started_at for run in killed if run.started_at]
    if begun:
        # What lies there from before may belong to another catalogue.
        orphans.remove_orphans(undoing.database, undoing.store, since=min(begun))


def _counts(done: Plan) -> dict[str, int]:
    return {str(fate).replace(" ", "_"): count for fate, count in done.fates.items()}


def _interrupt(database: Database, run: Run, error: BaseException) -> None:
    message = str(error) or "stopped by Ctrl-C"
    try:
        counts = runs.get(database, run.id).counts
        runs.finish(database, run.id, RunState.INTERRUPTED, counts=counts, seconds=run.seconds, message=message)
    except WorkbenchError:
        # The database is what went away; the run's lock went with it, which tells the same.
        return
