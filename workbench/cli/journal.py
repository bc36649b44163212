"""The journal: what a run changed, and forgetting what is old."""

from typing import Annotated

import typer

from workbench.app import Workbench
from workbench.cli import choosing, output
from workbench.cli.output import Json
from workbench.progress import shown

app = typer.Typer(help="What runs changed, row by row; forget what is old.", no_args_is_help=True)


@app.command()
def show(
    run: Annotated[int, typer.Argument(metavar="RUN", help="The run's number.")],
    most: Annotated[int, typer.Option("--most", "-n", min=1, help="How many at the most.")] = 100,
    all_: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    json: Json = False,
) -> None:
    """List what a run changed: each row before and after.

    Example: workbench journal show 12 -n 50
    """
    with Workbench() as wb:
        found = wb.journal.of_run(run, most=None if all_ else most)
        total = wb.runs[run].changes or 0
    if json:
        output.as_json(found)
        return
    output.listing(found)
    if total > len(found):
        output.line(f"These are the first {len(found)} of {total:,} entries; --all shows the rest.")


@app.command()
def prune(
    older_than: Annotated[str, typer.Option(help="Runs that ended longer ago go: 12h, 90d, 6w.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and write nothing.")] = False,
    reason: choosing.Reason = "",
    json: Json = False,
) -> None:
    """Forget the journal of old runs, and the texts and files that only it still names.

    Runs that are forgotten can no longer be taken back, nor can snapshots of that time be restored. Nothing else may
    be at work meanwhile. Stopped, the same command goes on where it was.

    Example: workbench journal prune --older-than 90d --dry-run
    """
    with Workbench() as wb, shown(wanted=False if json else None) as progress:
        done = wb.journal.prune(older_than, dry_run=dry_run, reason=reason, progress=progress)
    if json:
        output.as_json(done.as_json())
    else:
        for sentence in done.sentences:
            output.line(f"{sentence[0].upper()}{sentence[1:]}.")
    if done.failed:
        raise typer.Exit(3)
