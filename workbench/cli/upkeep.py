"""Setting up and looking after an installation."""

from pathlib import Path
from typing import Annotated

import typer

from workbench import config, doctor, extraction, wiring
from workbench.app import Workbench
from workbench.cli import output
from workbench.cli.output import Json
from workbench.store import LocalStore


def add_to(app: typer.Typer) -> None:
    """Hang the commands of this module on the command line."""
    app.command()(init)
    app.command("doctor")(examine)
    app.command()(formats)


def init(json: Json = False) -> None:
    """Make the catalogue and the object folder; does nothing where they are."""
    with Workbench() as wb, wb.database.transaction():
        store = LocalStore(wb.settings.objects_folder).folder
        home = wb.settings.home_folder
    if json:
        output.as_json({"home": home, "objects": store})
        return
    output.line(f"The catalogue and the objects lie in {home}. Next: workbench ingest PATH")


def examine(json: Json = False) -> None:
    """Check this installation and say what to do about each thing that is missing.

    Exit status 1 when something that is needed does not work.
    """
    checks = doctor.examine()
    if json:
        output.as_json(checks)
    else:
        output.table(
            ("", "what", "found", "what to do"),
            [({True: "ok", False: "!!", None: "–"}[c.is_well], c.name, c.found, c.advice) for c in checks],
        )
    if any(check.is_well is False for check in checks):
        raise typer.Exit(1)


def formats(
    missing: Annotated[bool, typer.Option("--missing", help="Only those that lack something here.")] = False,
    json: Json = False,
) -> None:
    """List the formats that can be read, and what each gives."""
    options = wiring.extract_options(config.load(), scratch=Path())
    found = [f for f in extraction.formats(options) if f.missing or not missing]
    if json:
        output.as_json(found)
        return
    output.table(
        ("format", "endings", "read by", "gives", "missing or switched off here"),
        [
            (
                f.title,
                " ".join(f.extensions),
                ", ".join(f.extractors),
                ", ".join(f.gives),
                " ".join((*f.missing, *f.switched_off)),
            )
            for f in found
        ],
    )
