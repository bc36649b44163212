"""Doing stages again for documents that are held."""

from contextlib import nullcontext
from enum import StrEnum
from typing import Annotated

import typer

from workbench.app import Workbench
from workbench.cli import choosing, ingest, output
from workbench.cli.output import Json
from workbench.progress import shown, silent
from workbench.records import RunState


class From(StrEnum):
    """The stage that is done again, with all that follow from it."""

    READ = "read"
    CLASSIFY = "classify"


def add_to(app: typer.Typer) -> None:
    """Hang the commands of this module on the command line."""
    app.command()(reprocess)


def reprocess(
    failed: Annotated[bool, typer.Option("--failed", help="Documents that could not be read to their end.")] = False,
    extractor: Annotated[str | None, typer.Option(help="Documents that this extractor read.")] = None,
    category: Annotated[str | None, typer.Option(help="Documents in this category.")] = None,
    run: Annotated[
        int | None, typer.Option(help="What this run took in; if it was taken back, that is taken in again.")
    ] = None,
    document: Annotated[
        list[str] | None, typer.Option(help="A document's number, name, path or beginning of its digest; repeatable.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All documents.")] = False,
    stage: Annotated[From, typer.Option(help="Where to begin; classify: nothing is read.")] = From.READ,
    anew: Annotated[bool, typer.Option("--anew", help="Read again also what is still valid.")] = False,
    mode: choosing.Modes = None,
    ocr: choosing.Ocr = None,
    assignments: choosing.Assignments = None,
    reason: choosing.Reason = "",
    rehearse: choosing.Rehearse = False,
    quiet: choosing.Quiet = False,
    json: Json = False,
) -> None:
    """Read and classify documents again; what is still valid is reused.

    Of several conditions each must hold. What a person decided stays. After
    an interruption the same command goes on where it stopped.

    Example: workbench reprocess --failed; workbench reprocess --category invoice --stage classify
    """
    if not any((failed, extractor, category, run is not None, document, everything)):
        raise typer.BadParameter(
            "say which documents are meant: --failed, --extractor, --category, --run, --document or --all"
        )
    look = nullcontext(silent) if quiet else shown(wanted=False if json else None)
    settings = choosing.settings(mode=mode, ocr=ocr, assignments=assignments)
    with Workbench(settings=settings) as wb, look as progress:
        report = wb.reprocess(
            failed=failed,
            extractor=extractor,
            category=category,
            run=run,
            documents=document or (),
            everything=everything,
            stage=stage,
            anew=anew,
            reason=reason,
            rehearse=rehearse,
            progress=progress,
        )
    if json:
        output.as_json(report.as_json())
    elif report.problems or not quiet:
        ingest.show(report)
    if report.run.state == RunState.FINISHED_WITH_PROBLEMS:
        raise typer.Exit(3)
