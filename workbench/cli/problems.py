"""What went wrong, and what to do about it."""

from typing import Annotated

import typer

from workbench.app import Workbench
from workbench.cli import output
from workbench.cli.output import Json
from workbench.records import DocumentState


def add_to(app: typer.Typer) -> None:
    """Hang the command of this module on the command line."""
    app.command()(problems)


def problems(
    kind: Annotated[str | None, typer.Option(help="List each of this kind, e.g. corrupt.")] = None,
    run: Annotated[int | None, typer.Option(help="List each that this run met, settled since or not.")] = None,
    state: Annotated[DocumentState | None, typer.Option(help="List each of documents that stand like this.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="List each, those too that are settled.")] = False,
    json: Json = False,
) -> None:
    """List what went wrong, by kind with counts and examples, or one by one.

    A problem is settled, and left out, when a later run read its document well,
    when it happened again since, or when its file is gone.

    Example: workbench problems; workbench problems --kind encrypted
    """
    one_by_one = bool(kind or run is not None or state or all_)
    with Workbench() as wb:
        found = wb.problems(run, kind=kind, state=state, settled=all_) if one_by_one else wb.problems.kinds()
    if json:
        output.as_json(found)
        return
    output.listing(found)
    if found:
        output.line("Next: workbench problems --kind KIND; workbench explain DOCUMENT; workbench reprocess --failed")
