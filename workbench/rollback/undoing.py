"""The undoing itself: what was collected is put back, in one transaction, under a run of its own."""

from dataclasses import dataclass

from workbench.catalog import taking
from workbench.database import Queries, Transaction
from workbench.rollback.collecting import Scope, collect, relations
from workbench.rollback.plan import Plan

SQL = Queries("rollback")


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """What was done.

    Parameters
    ----------
    left_over : documents that are read, compared or classified again by the items of this run
    effects_of : runs whose effects are to be settled after the commit
    """

    plan: Plan
    left_over: int
    effects_of: tuple[int, ...]


def take_back(tx: Transaction, scope: Scope, *, run: int) -> TakenBack:
    """Undo what `scope` names and is in nobody's way.

    Parameters
    ----------
    tx : a transaction of `run`
    run : under which this is done, so that it can be taken back itself
    """
    if not tx.is_rehearsal:  # which would hold the lock until its end
        tx.run(SQL.lock_catalogue)
    tx.run(SQL.defer_constraints)
    plan = collect(tx, scope)
    renamed = tx.tuples(SQL.rename_met)
    digests = [row[0] for row in renamed] + taking.relocate(tx, renamed)
    alone = [row[0] for row in tx.tuples(SQL.lose_relations)]
    tx.run(SQL.lose_problems)
    tx.run(SQL.lose_successors)
    _put_back(tx)
    tx.run(SQL.hold_arrivals)
    tx.run(SQL.release_arrivals)
    effects_of = {row[0] for row in (*tx.tuples(SQL.undo_effects), *tx.tuples(SQL.redo_effects))}
    tx.run(SQL.restore_runs)
    tx.run(SQL.mark_runs, {"by": run, "point": scope.point})
    left_over = tx.run(SQL.items_of_rest, {"run_id": run, "digests": digests, "ids": alone})
    return TakenBack(plan=plan, left_over=left_over, effects_of=tuple(sorted(effects_of)))


def _put_back(tx: Transaction) -> None:
    ordered = relations(tx)
    for relation in reversed(ordered):
        tx.run(SQL.put_back, {"relation": relation, "step": "delete"})
    for step in ("update", "insert"):
        for relation in ordered:
            tx.run(SQL.put_back, {"relation": relation, "step": step})
