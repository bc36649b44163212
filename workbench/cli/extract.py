"""Reading files without taking them in."""

import json as codec
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from workbench import wiring
from workbench.cli import choosing, output
from workbench.cli.output import Json
from workbench.errors import ConfigError
from workbench.extraction import presenting
from workbench.pipeline import extracting, scratch
from workbench.pipeline.extracting import Extracted
from workbench.records import Extraction

# What is written for a file beside its own name.
_WRITTEN = (".txt", ".json", ".d")

Files = Annotated[list[Path], typer.Argument(help="Files, and folders with all below them.", exists=True)]


def add_to(app: typer.Typer) -> None:
    """Hang the command of this module on the command line."""
    app.command()(extract)


def extract(
    files: Files,
    mode: choosing.Modes = None,
    ocr: choosing.Ocr = None,
    tables: Annotated[bool, typer.Option("--tables", help="Look for the tables of PDFs.")] = False,
    structure: Annotated[bool, typer.Option("--structure", help="Keep docling's document as JSON.")] = False,
    ask_password: Annotated[bool, typer.Option("--ask-password", help="Ask for a password to try.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write NAME.txt, NAME.json and what containers hold into this folder.")
    ] = None,
    assignments: choosing.Assignments = None,
    json: Json = False,
) -> None:
    """Read files and print their text; nothing is kept, no catalogue is needed.

    With --json a line of JSON for each file: text, pages, metadata, fields,
    tables, recognised words, warnings, engine and seconds.

    Example: workbench extract rechnung.pdf; workbench extract --json --tables *.pdf
    """
    chosen = [*(assignments or ()), *(["extraction.tables=true"] if tables else [])]
    chosen += ["extraction.structure=true"] if structure else []
    settings = choosing.settings(mode=mode, ocr=ocr, assignments=chosen)
    if ask_password:
        secret = SecretStr(typer.prompt("Password", hide_input=True))
        settings = settings.model_copy(update={"passwords": (secret, *settings.passwords)})
    paths = list(dict.fromkeys(path for given in files for path in _below(given)))
    places = _places(out, paths, files) if out else {}
    states: Counter[bool] = Counter()
    with scratch.folder(wiring.temporary_folder()) as place:
        options = wiring.extract_options(settings, scratch=place)
        if not (json or out):
            options = replace(options, thumbnails=0)
        for found in extracting.extract(paths, options=options, pool=wiring.pool(settings), files=len(paths)):
            states[found.extraction.state.is_readable] += 1
            if out:
                _write(found, places[found.path])
            _print(found, alone=len(paths) == 1, json=json, quiet=out is not None)
    if states[False]:
        raise typer.Exit(3)


def _below(given: Path) -> list[Path]:
    """Return the plain files of a folder; links that lead out of it are left alone, as an ingest does."""
    if not given.is_dir():
        return [given]
    inside = given.resolve()
    found = sorted(path for path in given.rglob("*") if path.is_file())
    return [path for path in found if not path.is_symlink() or path.resolve().is_relative_to(inside)]


def _print(found: Extracted, *, alone: bool, json: bool, quiet: bool) -> None:
    if json:
        line = {"path": str(found.path), **presenting.as_json(found.extraction)}
        typer.echo(codec.dumps(line, ensure_ascii=False))
        return
    typer.echo(output.printable(f"{found.path}: {told(found.extraction)}"), err=alone)
    if not quiet and found.extraction.text:
        typer.echo(found.extraction.text.rstrip("\n") + ("" if alone else "\n"))


def told(extraction: Extraction) -> str:
    """Say in a line how a file was read."""
    facts = [str(extraction.state).replace("_", " ")]
    facts += [f"read by {extraction.extractor}"] if extraction.extractor else []
    if (pages := extraction.metadata.page_count) is not None:
        facts.append(f"{pages} page" + "s" * (pages != 1))
    if extraction.recognised:
        facts.append(f"{len(extraction.recognised)} of them recognised")
    if extraction.children:
        facts.append(f"{len(extraction.children)} inside")
    if extraction.tables:
        facts.append(f"{len(extraction.tables)} table" + "s" * (len(extraction.tables) != 1))
    facts.append(f"{extraction.seconds.get('all', 0.0):.2f} s")
    return ", ".join(facts) + (f". {extraction.message}" if extraction.message else "")


def _places(out: Path, paths: Sequence[Path], given: Sequence[Path]) -> dict[Path, Path]:
    """Return where to write for each file: below `out` as it lies below the folder that was given.

    Raises
    ------
    ConfigError
        What is written would lie among the files that are read.
    """
    for folder in given:
        if folder.is_dir() and out.resolve().is_relative_to(folder.resolve()):
            raise ConfigError(f"{out} lies in {folder}, which is read; name a folder elsewhere with --out")
    places: dict[Path, Path] = {}
    sources = {path.resolve() for path in paths}
    taken: set[Path] = set()
    for path in paths:
        below = next((path.relative_to(f) for f in given if f.is_dir() and path.is_relative_to(f)), Path(path.name))
        place, number = out / below, 1
        while place in taken or any(_beside(place, suffix).resolve() in sources for suffix in _WRITTEN):
            number += 1
            place = (out / below).with_name(f"{below.name} ({number})")
        taken.add(place)
        places[path] = place
    return places


def _beside(place: Path, suffix: str) -> Path:
    return place.with_name(f"{place.name}{suffix}")


def _write(found: Extracted, place: Path) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _beside(place, ".txt").write_text(found.extraction.text, encoding="utf-8")
        content = codec.dumps(presenting.as_json(found.extraction), ensure_ascii=False, indent=1)
        _beside(place, ".json").write_text(content, encoding="utf-8")
        for child in found.extraction.children:
            target = _beside(place, ".d") / child.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(child.path, target)
    except OSError as fault:
        raise ConfigError(f"{place.parent} cannot be written to: {fault.strerror or fault}") from fault
