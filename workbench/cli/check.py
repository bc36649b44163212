"""Is everything there, and is it what it was?"""

from typing import Annotated

import typer

from workbench.app import Workbench
from workbench.cli import output
from workbench.cli.output import Json
from workbench.progress import shown

STOPPED = 130


def add_to(app: typer.Typer) -> None:
    """Hang the commands of this module on the command line."""
    app.command()(check)


def check(
    sample: Annotated[str, typer.Option(help="Read only so many of the blobs, others each day: 5%.")] = "100%",
    repair: Annotated[bool, typer.Option("--repair", help="Remove blobs that nothing names.")] = False,
    json: Json = False,
) -> None:
    """Compare catalogue, store and journal, and say what to do about what does not fit.

    Whether a blob is there and as large as it should be is compared for all; --sample says how many are read as well
    and compared by digest. Nothing is changed without --repair. Exit status 0 when all is well, 3 when something was
    found, 130 when it was stopped: what had been found by then is shown.

    Example: workbench check --sample 5%
    """
    with Workbench() as wb, shown(wanted=False if json else None) as progress:
        found = wb.check(sample=sample, repair=repair, progress=progress)
    if json:
        output.as_json(found.as_json())
    else:
        for sentence in (found.headline, *found.notes):
            output.line(f"{sentence[0].upper()}{sentence[1:]}.".replace("..", "."))
        if found.findings:
            output.listing(found.findings)
    if not found.is_complete:
        raise typer.Exit(STOPPED)
    if not found.is_well:
        raise typer.Exit(3)
