"""The undoing itself: what was collected is put back, in one transaction, under a run of its own."""

from dataclasses import dataclass

from workbench.catalog import taking
from workbench.database import Queries, Transaction
from workbench.progress import Progress, silent
from workbench.rollback import standing
from workbench.rollback.collecting import Scope, collect, relations
from workbench.rollback.plan import Plan
from workbench.rollback.standing import Standing

SQL = Queries("rollback")


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """What was done.

    Parameters
    ----------
    left_over : documents that are read, compared or classified again by the items of this run
    effects_of : runs whose effects are to be settled after the commit
    runs : what is taken back whole, newest first
    """

    plan: Plan
    left_over: int
    effects_of: tuple[int, ...]
    runs: tuple[int, ...]


def take_back(tx: Transaction, scope: Scope, *, run: int, progress: Progress = silent) -> TakenBack:
    """Undo what `scope` names and is in nobody's way.

    Parameters
    ----------
    tx : a transaction of `run`
    run : under which this is done, so that it can be taken back itself
    """
    if not tx.is_rehearsal:  # which would hold the lock until its end
        tx.run(SQL.lock_catalogue)
    tx.run(SQL.defer_constraints)
    plan = collect(tx, scope, progress=progress)
    alone = [row[0] for row in tx.tuples(SQL.lose_relations)]
    tx.run(SQL.lose_problems)
    tx.run(SQL.lose_successors)
    _put_back(tx, progress)
    renamed = tx.tuples(SQL.name_anew)
    digests = [row[0] for row in renamed] + taking.relocate(tx, renamed)
    tx.run(SQL.rename_problems)
    digests += [row[0] for row in tx.tuples(SQL.follow_arrivals)]
    tx.run(SQL.hold_arrivals)
    tx.run(SQL.release_arrivals)
    left = standing.after(tx, plan.runs, by=run)
    effects_of = _turn_effects(tx, left)
    taken_back = _turn_runs(tx, left, run, scope)
    left_over = tx.run(SQL.items_of_rest, {"run_id": run, "digests": digests, "ids": alone})
    return TakenBack(plan=plan, left_over=left_over, effects_of=effects_of, runs=taken_back)


def _put_back(tx: Transaction, progress: Progress) -> None:
    ordered = relations(tx)
    steps = [(relation, "delete") for relation in reversed(ordered)]
    # An extraction must be there before a document names it: what is searched for is made at that moment.
    steps += [(relation, step) for relation in ordered for step in ("update", "insert")]
    for done, (relation, step) in enumerate(steps, 1):
        tx.run(SQL.put_back, {"relation": relation, "step": step})
        progress("undo", done, len(steps))


def _turn_effects(tx: Transaction, left: Standing) -> tuple[int, ...]:
    undone = tx.tuples(SQL.undo_effects, {"runs": list(left.off)})
    redone = tx.tuples(SQL.redo_effects, {"runs": list(left.on)})
    return tuple(sorted({row[0] for row in (*undone, *redone)}))


def _turn_runs(tx: Transaction, left: Standing, run: int, scope: Scope) -> tuple[int, ...]:
    tx.run(SQL.turn_on, {"runs": list(left.on)})
    params = {"runs": list(left.off), "by": list(left.off.values()), "point": scope.point}
    return tuple(sorted((number for number, by in tx.tuples(SQL.turn_off, params) if by == run), reverse=True))
