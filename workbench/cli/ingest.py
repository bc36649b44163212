"""Taking documents in."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from workbench.app import Workbench
from workbench.cli import choosing, output
from workbench.cli.output import Json
from workbench.progress import shown, silent
from workbench.records import RunState
from workbench.report import Report

Paths = Annotated[list[str], typer.Argument(help="Files and folders; folders are taken with all below them.")]


def add_to(app: typer.Typer) -> None:
    """Hang the commands of this module on the command line."""
    app.command()(ingest)


def ingest(
    paths: Paths,
    mode: choosing.Modes = None,
    ocr: choosing.Ocr = None,
    assignments: choosing.Assignments = None,
    reason: choosing.Reason = "",
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Believe that a folder which held files was really emptied.")
    ] = False,
    move_to: Annotated[
        str | None,
        typer.Option(
            "--move-to", metavar="DIR", help="Move files to this folder when they are taken; empties an inbox."
        ),
    ] = None,
    rehearse: choosing.Rehearse = False,
    quiet: choosing.Quiet = False,
    json: Json = False,
) -> None:
    """Take files and folders into the catalogue: read, find duplicates, classify.

    What is known already is passed over, so the same command can be run again
    and again; after an interruption it goes on where it stopped.

    Example: workbench ingest ~/Documents /mnt/share/post
    """
    look = nullcontext(silent) if quiet else shown(wanted=False if json else None)
    settings = choosing.settings(mode=mode, ocr=ocr, assignments=assignments)
    with Workbench(settings=settings) as wb, look as progress:
        report = wb.ingest(
            *paths, progress=progress, reason=reason, allow_empty=allow_empty, move_to=move_to, rehearse=rehearse
        )
    if json:
        output.as_json(report.as_json())
    elif report.problems or not quiet:
        show(report)
    if report.run.state == RunState.FINISHED_WITH_PROBLEMS:
        raise typer.Exit(3)


def show(report: Report) -> None:
    """Print what a run did."""
    output.line(report.headline)
    if report.rows():
        output.table(("number", "outcome"), [(count, words) for words, count in report.rows()])
    if report.categories:
        output.table(
            ("documents", "category", "reason, as an example"),
            [(c["documents"], c["category"], c["reason"]) for c in report.categories],
        )
    if report.moves:
        output.table(
            ("documents", "category before", "after"),
            [(m["documents"], m["before"] or "none", m["after"] or "none") for m in report.moves],
        )
    if report.problems:
        output.table(
            ("problem", "where", "what to do"),
            [(p.message, Path(p.locator).name, p.advice) for p in report.problems],
        )
    if report.rehearsal:
        output.line("Nothing of this was written; without --rehearse it is.")
        return
    if report.run.kind not in {"ingest", "reprocess"}:
        return
    is_idle = report.run.kind == "ingest" and not report.counts["arrivals"]
    known = "There was nothing new to take; workbench stats counts what is held. " if is_idle else ""
    output.line(f"{known}Next: workbench search WORDS; workbench documents --decision needs_review; workbench show ID")
