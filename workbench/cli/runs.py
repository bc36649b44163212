"""Runs: list them, look into one."""

from typing import Annotated

import typer

from workbench.app import Workbench
from workbench.cli import output, replaying, taking_back
from workbench.cli.output import Json
from workbench.records import RunState

app = typer.Typer(help="List runs, newest first; look into one.", invoke_without_command=True)

Number = Annotated[int, typer.Argument(metavar="RUN", help="The run's number.")]


@app.callback()
def list_(
    context: typer.Context,
    most: Annotated[int, typer.Option("--most", "-n", min=1, max=10_000, help="How many at the most.")] = 20,
    kind: Annotated[str | None, typer.Option(help="Only of this kind: ingest, rollback, review, …")] = None,
    state: Annotated[RunState | None, typer.Option(help="Only those that stand like this.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="With people's labelling sessions.")] = False,
    json: Json = False,
) -> None:
    """List runs, newest first; look into one, take it back.

    Example: workbench runs --state interrupted; workbench runs show 12
    """
    if context.invoked_subcommand:
        return
    with Workbench() as wb:
        found = wb.runs(kind=kind, state=state, reviews=all_, most=most)
    if json:
        output.as_json(found)
        return
    output.listing(found)


@app.command()
def show(number: Number, json: Json = False) -> None:
    """Look into one run: how it stands, with what it ran, what it did and what became of it."""
    with Workbench() as wb:
        found = wb.runs.details(number)
    if json:
        output.as_json(found)
        return
    output.heading(found.title)
    output.told([(name, told, ()) for name, told in found.facts])
    if found.stages:
        output.table(
            ("stage", "", "seconds", "done", "of"),
            [(s.stage, s.bar, round(s.seconds, 1), s.done, s.total) for s in found.stages],
        )
    for listing in (found.documents, found.problems):
        if listing:
            output.listing(listing)


taking_back.add_to(app)
replaying.add_to(app)
