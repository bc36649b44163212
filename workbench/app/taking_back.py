"""Taking runs back and returning to snapshots: scope, order and what follows, put together for `jobs.rollback`."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench import jobs, pipeline, runs
from workbench.app import setting
from workbench.errors import NothingToDo, RunError
from workbench.jobs.rollback import Undoing
from workbench.journal import reading, snapshots
from workbench.progress import Progress, silent
from workbench.records import Run, RunState
from workbench.rollback import Plan, Scope
from workbench.runs import Order
from workbench.runs.items import Items
from workbench.runs.origin import code_version

if TYPE_CHECKING:
    from workbench.app.workbench import Workbench


def rollback(
    workbench: "Workbench",
    run_id: int,
    *,
    dry_run: bool = False,
    cascade: bool = False,
    labels: bool = False,
    reason: str = "",
    progress: Progress = silent,
) -> Plan:
    """Take a run back, as a run of its own that can be taken back too.

    Parameters
    ----------
    dry_run : say what would be done, and do nothing
    cascade : also the later runs that stand in the way
    labels : also what people decided since; otherwise the documents they decided about are kept
    """
    run = runs.get(workbench.database, run_id)
    wanted = _with_started(workbench, run)
    begun = runs.unfinished(workbench.database, "rollback", f"run {run_id}")
    if not begun or "settle" not in begun.counts:
        _refuse_pruned(workbench, wanted)
    scope = Scope(runs=wanted, cascade=cascade, labels=labels)
    parameters = {"run": run_id, "cascade": cascade, "labels": labels}
    order = _order("rollback", f"run {run_id}", parameters, reason or f"take back run {run_id}")
    return _carry_out(workbench, scope, order, dry_run=dry_run, progress=progress, what=_named(run))


def restore(
    workbench: "Workbench",
    name: str,
    *,
    dry_run: bool = False,
    labels: bool = False,
    reason: str = "",
    progress: Progress = silent,
) -> Plan:
    """Return to a snapshot by taking back all runs since; as `Snapshots.restore` explains."""
    snapshot = snapshots.get(workbench.database, name)
    scope = Scope(point=snapshot.change_id, labels=labels)
    order = _order("restore", f"snapshot {name}", {"snapshot": name, "labels": labels}, reason or f"return to '{name}'")
    return _carry_out(workbench, scope, order, dry_run=dry_run, progress=progress, what=f"since snapshot '{name}'")


def _carry_out(
    workbench: "Workbench", scope: Scope, order: Order, *, dry_run: bool, progress: Progress, what: str
) -> Plan:
    setting.needs_service(workbench.role, "taking back")
    begun = runs.unfinished(workbench.database, order.kind, order.job)
    if dry_run or begun is None:
        plan = jobs.rollback.plan(workbench.database, scope, progress=progress)
        if dry_run:
            return plan
        if plan.is_empty:
            raise NothingToDo(f"there is nothing to take back {what}" + (f"; {plan.kept}" if plan.kept else ""))
    undoing = Undoing(
        database=workbench.database,
        store=workbench.store,
        targets=setting.targets(workbench.database, workbench.store),
        follow=lambda run: _follow(workbench, run, progress),
        snapshot_above=workbench.settings.snapshots.before_documents,
        progress=progress,
    )
    return jobs.rollback.take_back(undoing, scope, order)


def _follow(workbench: "Workbench", run: Run, progress: Progress) -> Mapping[str, float]:
    """Read, relate and classify what depended on something that is gone; mostly nothing, and then no rules are read."""
    if not any(total > done for done, total in Items(workbench.database, run.id).progress().values()):
        return {}
    rules = setting.rules_of(workbench.settings)
    work = setting.setting(workbench.settings, workbench.database, workbench.store, rules, author=workbench.actor)
    pipeline.keep_rules(work, run.id)
    return pipeline.work_off(work, run, progress=progress)


def _order(kind: str, job: str, parameters: Mapping[str, Any], reason: str) -> Order:  # Any: JSON
    return Order(
        kind=kind,
        job=job,
        parameters=parameters,
        code_version=code_version(),
        reason=reason,
        notebook=os.environ.get("WORKBENCH_NOTEBOOK"),
    )


def _with_started(workbench: "Workbench", run: Run) -> tuple[int, ...]:
    """A run; of a notebook those that it started."""
    if run.kind == "prune":
        raise RunError(f"run {run.id} pruned the journal; what is pruned cannot be brought back")
    if run.kind != "notebook":
        return (run.id,)
    started = runs.of_notebook(workbench.database, run.notebook) if run.notebook else []
    if not started:
        raise NothingToDo(f"run {run.id} executed a notebook that started no run; there is nothing to take back")
    return (run.id, *started)


def _refuse_pruned(workbench: "Workbench", wanted: tuple[int, ...]) -> None:
    with workbench.database.transaction() as tx:
        for run_id in wanted:
            if reading.is_pruned(tx, run_id):
                raise RunError(
                    f"run {run_id} can no longer be taken back: its part of the journal was pruned; "
                    "a backup of the time before it is the way back"
                )


def _named(run: Run) -> str:
    by = f", which run {run.rolled_back_by} took back already" if run.state == RunState.ROLLED_BACK else ""
    return f"of run {run.id}{by}"
