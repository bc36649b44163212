"""Doing a run again, in rehearsal: it is taken back, done with what it ran with, and compared with what it gave."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import rollback, runs
from workbench.app import ingesting, reprocessing, setting
from workbench.catalog import holding, results
from workbench.catalog.results import Result
from workbench.errors import RunError, RunHeld
from workbench.jobs import comparing
from workbench.jobs.comparing import Surroundings
from workbench.jobs.replay import Replay, listing
from workbench.journal import reading
from workbench.progress import Progress
from workbench.records import Run, RunState
from workbench.report import Report
from workbench.rollback import Fate, Plan, Scope
from workbench.rollback.plan import listing as planned
from workbench.runs import Order
from workbench.runs.origin import code_version

if TYPE_CHECKING:
    from workbench.app.workbench import Workbench

_AGAIN = ("ingest", "reprocess")
_ENDED = (RunState.FINISHED, RunState.FINISHED_WITH_PROBLEMS)


def replay(workbench: "Workbench", run_id: int, *, progress: Progress) -> Replay:
    """Do a run again with its recorded parameters, settings and rules, by today's code over the files of today.

    Nothing is written. What people decided and later runs changed stays as it is, and is not compared.

    Raises
    ------
    RunError
        It is of a kind that is not done again, has not ended, or its part of the journal is pruned.
    RunHeld
        Real work is going on.
    """
    setting.needs_service(workbench.role, "doing a run again")
    run = runs.get(workbench.database, run_id)
    _refuse(workbench, run)
    settings = setting.settings_as(workbench.database, run, workbench.settings)
    with closing(workbench.rehearsal(settings=settings)) as twin:
        then, plan = _take_back(twin, run)
        _clear_the_way(twin, run)
        again = _again(twin, run, progress)
        with twin.database.transaction() as tx:
            now = results.of_run(tx, again.run.id)
        return _compared(twin, run, plan, then, now, again)


def _take_back(twin: "Workbench", run: Run) -> tuple[list[Result], Plan]:
    """Bring the catalogue to where it was before the run, and say what the run had given."""
    order = Order(kind="replay", job=f"run {run.id}", code_version=code_version(), reason=f"do run {run.id} again")
    with runs.begin(twin.database, order) as (helper, _):
        if run.rolled_back_by is not None:
            # What took it back is itself taken back first, so that there is something to compare with.
            with twin.database.transaction(run=helper.id) as tx:
                rollback.take_back(tx, Scope(runs=(run.rolled_back_by,)), run=helper.id)
        with twin.database.transaction(run=helper.id) as tx:
            then = results.of_run(tx, run.id)
            done = rollback.take_back(tx, Scope(runs=(run.id,)), run=helper.id)
            holding.release(tx, run.id)
        runs.finish(twin.database, helper.id, RunState.FINISHED, counts={}, seconds={})
    return then, done.plan


def _clear_the_way(twin: "Workbench", run: Run) -> None:
    # An interrupted run of the same job would be gone on with instead of a new one.
    while open_one := runs.unfinished(twin.database, run.kind, run.job):
        runs.finish(twin.database, open_one.id, RunState.FAILED, counts={}, seconds={})


def _again(twin: "Workbench", run: Run, progress: Progress) -> Report:
    given = run.parameters
    rules = setting.pinned(twin.database, run)
    if run.kind == "reprocess":
        return reprocessing.reprocess(twin, **given, rules=rules, reason=run.reason, progress=progress)
    done = ingesting.ingest(
        twin.settings,
        twin.database,
        twin.store,
        given["paths"],
        author=twin.actor,
        rules=rules,
        reason=run.reason,
        allow_empty=given.get("allow_empty", False),
        move_to=given.get("move_to"),
        progress=progress,
    )
    return twin.report(done.id)


def _compared(
    twin: "Workbench", run: Run, plan: Plan, then: Sequence[Result], now: Sequence[Result], again: Report
) -> Replay:
    kept = [document for document in plan.documents if document.what is Fate.KEPT]
    numbers = {document.document_id for document in kept}
    # A document that was taken back and came again has another number; one that is kept has the same.
    before, after = ([one for one in found if one.document_id not in numbers] for found in (then, now))
    code, missing = code_version(), sorted({lacking for one in twin.formats() for lacking in one.missing})
    around = Surroundings(
        code_then=run.code_version, code_now=code, missing=missing, is_there=lambda place: Path(place).exists()
    )
    sentences = [f"the code was {run.code_version} and is {code}"] if run.code_version != code else []
    sentences += [f"not installed here: {', '.join(missing)}"] if missing else []
    return Replay(
        run=run,
        report=again,
        compared=len({one.digest for one in (*before, *after)}),
        differences=listing(comparing.compare(before, after, around)),
        kept=planned(kept, empty="nothing is kept"),
        surroundings=tuple(sentences),
    )


def _refuse(workbench: "Workbench", run: Run) -> None:
    if run.state == RunState.RUNNING:
        raise RunHeld(f"run {run.id} is at work: {run.actor} on {run.host}; do it again when it has ended")
    if run.kind == "notebook":
        started = runs.of_notebook(workbench.database, run.notebook) if run.notebook else []
        named = f"; it started {', '.join(f'run {number}' for number in started)}" if started else ""
        raise RunError(f"run {run.id} executed a notebook; only what a notebook starts is done again{named}")
    if run.kind not in _AGAIN:
        raise RunError(f"run {run.id} is of the kind '{run.kind}'; only {' and '.join(_AGAIN)} are done again")
    if (run.ended_as or run.state) not in _ENDED:
        ended = run.state.replace("_", " ")
        raise RunError(f"run {run.id} is {ended}, so there is nothing to compare with; it can be resumed")
    with workbench.database.transaction() as tx:
        if reading.is_pruned(tx, run.id):
            raise RunError(f"run {run.id} cannot be done again: its part of the journal was pruned")
