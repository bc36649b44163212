"""Notebooks from the command line, and so from cron."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from workbench import config, notebooks
from workbench.app import Workbench
from workbench.cli import output
from workbench.cli.output import Json
from workbench.errors import NotebookError

app = typer.Typer(help="Run the notebooks unattended.", no_args_is_help=True)


@app.command()
def run(
    name: Annotated[str, typer.Argument(help="01_pipeline, 01, pipeline, or a path.")],
    parameter: Annotated[
        list[tuple[str, str]] | None, typer.Option("--parameter", "-p", help="A parameter: -p name value.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="A YAML file with parameters.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the run's record.")] = "",
) -> None:
    """Run a notebook with parameters and keep the executed one.

    Parameters are checked before anything runs; 'workbench notebook show NAME' lists them.
    Exit status 1 when a cell fails; the traceback is in the notebook that is kept.
    """
    given = {**(notebooks.read_file(file) if file else {}), **dict(parameter or [])}
    with Workbench() as wb:
        number, done = wb.run_notebook(name, given, progress=sys.stderr.isatty(), reason=reason)
    if done.failed:
        if done.traceback:
            print(done.traceback, file=sys.stderr)
        raise NotebookError(f"{name} failed: {done.failed}; the executed notebook is {done.path}")
    output.line(_printed(done.path))
    output.line(f"The executed notebook of run {number} is {done.path}")


@app.command("list")
def list_(json: Json = False) -> None:
    """List the notebooks there are."""
    found = notebooks.available(config.load().project / "notebooks")
    if json:
        return output.as_json(found)
    output.table(
        ("notebook", "what it is", "parameters"),
        [(n.path.stem, n.title, ", ".join(p.name for p in n.parameters)) for n in found],
    )


@app.command()
def show(name: str, json: Json = False) -> None:
    """Show what parameters a notebook takes."""
    found = notebooks.find(config.load().project / "notebooks", name)
    if json:
        return output.as_json(found)
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
