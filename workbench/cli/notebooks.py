"""Notebooks from the command line, and so from cron."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from workbench import config, notebooks
from workbench.app import Workbench
from workbench.cli import choosing, ingest, output
from workbench.cli.output import Json
from workbench.errors import NotebookError

app = typer.Typer(help="Run the notebooks unattended.", no_args_is_help=True)


# Between a parameter's name and its value, once they are one argument; no shell hands this in.
_JOIN = "\x1f"


class _Pairs(TyperCommand):
    """Lets -p take a name and a value, as papermill does; typer knows no list of pairs."""

    # Any: typer carries a copy of click whose types it keeps to itself
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        joined: list[str] = []
        rest = list(args)
        while rest:
            joined.append(rest.pop(0))
            if joined[-1] in {"-p", "--parameter"} and len(rest) >= 2:
                joined.append(_JOIN.join([rest.pop(0), rest.pop(0)]))
        return super().parse_args(ctx, joined)


@app.command(cls=_Pairs)
def run(
    name: Annotated[str, typer.Argument(help="01_pipeline, 01, pipeline, or a path.")],
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar="NAME VALUE", help="A parameter, as often as needed."),
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="A YAML file with parameters.")] = None,
    reason: choosing.Reason = "",
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="Write nothing but the executed notebook, which shows what would be.")
    ] = False,
) -> None:
    """Run a notebook with parameters and keep the executed one.

    Parameters are checked before anything runs; 'workbench notebook show NAME' lists them.
    Exit status 1 when a cell fails; the traceback is in the notebook that is kept.
    """
    pairs = (pair.split(_JOIN, 1) for pair in parameter or [])
    given = {**(notebooks.read_file(file) if file else {}), **dict(pairs)}
    with Workbench() as wb:
        number, done = wb.run_notebook(name, given, progress=sys.stderr.isatty(), reason=reason, rehearse=rehearse)
        reports = wb.reports_of_notebook(done.path)
    if done.failed:
        if done.traceback:
            print(done.traceback, file=sys.stderr)
        raise NotebookError(f"{name} failed: {done.failed}; the executed notebook is {done.path}")
    for report in reports:
        ingest.show(report)
    if printed := _printed(done.path):
        output.line(printed)
    what = "Nothing was written but the executed notebook" if rehearse else f"The executed notebook of run {number}"
    output.line(f"{what}: {done.path}")


@app.command("list")
def list_(json: Json = False) -> None:
    """List the notebooks there are."""
    found = notebooks.available(config.load().project / "notebooks")
    if json:
        output.as_json(found)
        return
    output.table(
        ("notebook", "what it is", "parameters"),
        [(n.path.stem, n.title, ", ".join(p.name for p in n.parameters)) for n in found],
    )


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="01_pipeline, 01, pipeline, or a path.")], json: Json = False
) -> None:
    """Show what parameters a notebook takes."""
    found = notebooks.find(config.load().project / "notebooks", name)
    if json:
        output.as_json(found)
        return
    output.line(f"{found.path.stem}: {found.title}")
    output.table(
        ("parameter", "type", "default", "what it does"),
        [(p.name, p.type, p.default, p.help) for p in found.parameters],
    )


@app.command()
def prune(
    days: Annotated[int | None, typer.Option(min=1, help="Older than this; as configured by default.")] = None,
) -> None:
    """Remove executed notebooks that are older than some days."""
    settings = config.load()
    keep = days or settings.notebooks.keep_days
    removed = notebooks.prune(settings.home_folder / "notebooks", older_than_days=keep)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    output.line(f"{len(removed)} executed notebooks older than {keep} days removed ({today})")


def _printed(path: Path) -> str:
    """What the notebook printed, for whoever reads the terminal or cron's mail."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # nbformat has few types
    texts = [
        "".join(found["text"])
        for cell in notebook.cells
        for found in cell.get("outputs", [])
        if found.get("output_type") == "stream" and found.get("name") == "stdout"
    ]
    return "\n".join(texts).strip()
