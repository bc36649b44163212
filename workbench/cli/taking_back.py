"""Taking runs back, going on with them, and returning to snapshots."""

from typing import Annotated

import typer

from workbench.app import Workbench
from workbench.cli import choosing, ingest, output
from workbench.cli.output import Json
from workbench.progress import shown
from workbench.report import Report
from workbench.rollback import Plan

Number = Annotated[int, typer.Argument(metavar="RUN", help="The run's number.")]
Name = Annotated[str, typer.Argument(help="The snapshot's name.")]
DryRun = Annotated[bool, typer.Option("--dry-run", "--rehearse", help="Say what would be done, and do nothing.")]
Labels = Annotated[bool, typer.Option("--labels", help="Take back what people decided since, too.")]

MOST_LISTED = 40

snapshots = typer.Typer(help="Named points to return to: create, list, diff, restore.", no_args_is_help=True)


def add_to(runs: typer.Typer) -> None:
    """Hang the commands about one run on the group of runs."""
    runs.command()(rollback)
    runs.command()(resume)


def rollback(
    run: Number,
    dry_run: DryRun = False,
    cascade: Annotated[
        bool, typer.Option("--cascade", help="Take back later runs that stand in the way, too.")
    ] = False,
    labels: Labels = False,
    reason: choosing.Reason = "",
    json: Json = False,
) -> None:
    """Take a run back: the catalogue as it was before, and what followed outside.

    What people decided since, or later runs changed, is kept and listed. The
    rollback is a run itself and can be taken back.

    Example: workbench runs rollback 12 --dry-run
    """
    with Workbench() as wb, shown(wanted=False if json else None) as progress:
        plan = wb.rollback(run, dry_run=dry_run, cascade=cascade, labels=labels, reason=reason, progress=progress)
        _tell(plan, json=json)
        _end(wb, plan)


def resume(run: Number, json: Json = False) -> None:
    """Go on with a run that was interrupted, or with what it could not do outside the catalogue.

    It goes on with the settings and the rules that it began with.
    """
    with Workbench() as wb, shown(wanted=False if json else None) as progress:
        done = wb.runs.resume(run, progress=progress)
    if isinstance(done, Plan):
        _tell(done, json=json)
    elif json:
        output.as_json(done.as_json())
    else:
        ingest.show(done)
    if isinstance(done, Report) and done.problems:
        raise typer.Exit(3)


@snapshots.command()
def create(
    name: Name,
    reason: Annotated[str, typer.Option(help="Why, for whoever finds it later.")],
    json: Json = False,
) -> None:
    """Give the catalogue as it stands a name to return to.

    Example: workbench snapshot create "before new rules" --reason "rules of March"
    """
    with Workbench() as wb:
        made = wb.snapshots.create(name, reason=reason)
    if json:
        output.as_json(made)
        return
    output.line(f"'{name}' names the catalogue as it stands; 'workbench snapshot restore \"{name}\"' returns to it.")


@snapshots.command("list")
def list_(json: Json = False) -> None:
    """List the snapshots, newest first."""
    with Workbench() as wb:
        found = wb.snapshots.list()
    if json:
        output.as_json(found)
        return
    output.listing(found)


@snapshots.command()
def diff(name: Name, json: Json = False) -> None:
    """Show what has changed since a snapshot: documents as they are now, and as they were."""
    with Workbench() as wb:
        _tell(wb.snapshots.diff(name), json=json)


@snapshots.command()
def restore(
    name: Name, dry_run: DryRun = False, labels: Labels = False, reason: choosing.Reason = "", json: Json = False
) -> None:
    """Return to a snapshot: take back all runs since, as one run that can be taken back itself."""
    with Workbench() as wb, shown(wanted=False if json else None) as progress:
        plan = wb.snapshots.restore(name, dry_run=dry_run, labels=labels, reason=reason, progress=progress)
        _tell(plan, json=json)
        _end(wb, plan)


@snapshots.command()
def remove(name: Name, json: Json = False) -> None:
    """Forget a snapshot; the catalogue stays as it is."""
    with Workbench() as wb:
        wb.snapshots.remove(name)
    if json:
        output.as_json({"removed": name})
        return
    output.line(f"'{name}' names nothing any more.")


def _tell(plan: Plan, *, json: bool) -> None:
    if json:
        output.as_json(plan.as_json())
        return
    output.line(plan.headline)
    if plan.outcomes():
        output.table(("number", "outcome"), [(count, words) for words, count in plan.outcomes()])
    for sentence in plan.others:
        output.line(sentence)
    # A plan shows every document; of what is done, the list of a large one is not what one waits for.
    listed = plan.documents if plan.by is None or len(plan.documents) <= MOST_LISTED else plan.conflicts
    if listed:
        output.table(listed.heads, listed.rows(None if plan.by is None else MOST_LISTED))
    if plan.by and len(plan.documents) > MOST_LISTED:
        output.line(f"'workbench runs show {plan.by}' tells more; --json gives every document.")
    if plan.kept:
        output.line(plan.kept)


def _end(wb: Workbench, plan: Plan) -> None:
    """What could not be undone outside is said, and tells the caller of the command."""
    if plan.by is None:
        return
    problems = wb.problems(plan.by)
    for problem in problems:
        output.line(f"{problem.message.rstrip('.')}. {problem.advice}")
    if problems:
        raise typer.Exit(3)
