"""Doing runs again, in rehearsal."""

from typing import Annotated

import typer

from workbench.app import Workbench
from workbench.cli import output
from workbench.cli.output import Json
from workbench.progress import shown

Number = Annotated[int, typer.Argument(metavar="RUN", help="The run's number.")]


def add_to(runs: typer.Typer) -> None:
    """Hang the command on the group of runs."""
    runs.command()(replay)


def replay(run: Number, json: Json = False) -> None:
    """Do a run again, in rehearsal, and show what would differ and why.

    It is done with its recorded parameters, settings and rules, by today's code
    over the files as they are. Nothing is written. Exit status 3 where
    something would differ.
    """
    with Workbench() as wb, shown(wanted=False if json else None) as progress:
        found = wb.runs.replay(run, progress=progress)
    if json:
        output.as_json(found.as_json())
    else:
        output.line(found.headline)
        for sentence in found.surroundings:
            output.line(f"  {sentence}")
        if found.differences:
            output.listing(found.differences)
        if found.kept:
            output.line("Not done again, since somebody decided or changed something:")
            output.listing(found.kept)
    if found.differences:
        raise typer.Exit(3)
