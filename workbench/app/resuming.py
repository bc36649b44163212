"""Going on with a run: with the parameters, settings and rules it began with, or with what it could not do outside."""

from typing import TYPE_CHECKING

from workbench import runs
from workbench.app import ingesting, setting, taking_back
from workbench.errors import NothingToDo, RunError, RunHeld
from workbench.journal import effects
from workbench.progress import Progress
from workbench.records import Run, RunState
from workbench.report import Report
from workbench.rollback import Plan

if TYPE_CHECKING:
    from workbench.app.workbench import Workbench


def resume(workbench: "Workbench", run_id: int, *, progress: Progress) -> Report | Plan:
    """Go on with a run.

    Raises
    ------
    RunError
        It has ended with nothing left to do, or its kind cannot be gone on with; the message says what to do instead.
    RunHeld
        It is at work.
    """
    run = runs.get(workbench.database, run_id)
    if run.state == RunState.RUNNING:
        raise RunHeld(f"run {run_id} is at work: {run.actor} on {run.host}; there is nothing to resume")
    if run.state != RunState.INTERRUPTED:
        return _retry_effects(workbench, run, progress)
    if run.kind == "ingest":
        return _ingest(workbench, run, progress)
    if run.kind == "reprocess":
        return workbench.reprocess(**run.parameters, progress=progress)
    if run.kind == "rollback":
        p = run.parameters
        return taking_back.rollback(
            workbench, p["run"], cascade=p["cascade"], labels=p["labels"], reason=run.reason, progress=progress
        )
    if run.kind == "restore":
        p = run.parameters
        return taking_back.restore(workbench, p["snapshot"], labels=p["labels"], reason=run.reason, progress=progress)
    raise RunError(_INSTEAD.get(run.kind, f"run {run_id} is {run.kind}, which cannot be gone on with; start it again"))


_INSTEAD = {
    "notebook": "'workbench notebook run NAME' runs it from its beginning, and what it had begun goes on then",
    "review": "what was labelled is kept; label on, there is nothing to resume",
    "prune": "run 'workbench journal prune' again; it goes on where it stopped",
}


def _ingest(workbench: "Workbench", run: Run, progress: Progress) -> Report:
    settings = setting.settings_as(workbench.database, run, workbench.settings)
    done = ingesting.ingest(
        settings,
        workbench.database,
        workbench.store,
        run.parameters["paths"],
        author=workbench.actor,
        rules=setting.pinned(workbench.database, run),
        reason=run.reason,
        allow_empty=run.parameters.get("allow_empty", False),
        move_to=run.parameters.get("move_to"),
        progress=progress,
    )
    return workbench.report(done.id)


def _retry_effects(workbench: "Workbench", run: Run, progress: Progress) -> Report:
    with workbench.database.transaction() as tx:
        of_runs = effects.ask_again(tx, run.id)
    if not of_runs:
        ended = run.state.replace("_", " ")
        raise NothingToDo(
            f"run {run.id} is {ended}, with nothing left to do; 'workbench runs show {run.id}' tells what it did"
        )
    targets = setting.targets(workbench.database, workbench.store)
    for of_run in of_runs:
        effects.settle(workbench.database, of_run, targets, progress, under=run.id)
    runs.reconsider(workbench.database, run.id)
    return workbench.report(run.id)
