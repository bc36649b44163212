"""Options that several commands share; of them ``--mode``, ``--ocr`` and ``--set`` outrank file and environment."""

from collections.abc import Sequence
from typing import Annotated

import typer

from workbench import config
from workbench.config import Settings
from workbench.extraction import Mode

Modes = Annotated[
    Mode | None,
    typer.Option(
        help="fast: direct readers; balanced: docling for office, web and books; structured: for PDF too.",
        show_default="from the settings",
    ),
]
Ocr = Annotated[
    bool | None,
    typer.Option("--ocr/--no-ocr", help="Whether scans are recognised.", show_default="from the settings"),
]
Reason = Annotated[str, typer.Option(help="Why, for the run's record.")]
Rehearse = Annotated[
    bool, typer.Option("--rehearse", help="Compute everything and show the same report, but write nothing.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing unless there are problems.")]
Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Another setting for this time, e.g. extraction.dpi=300."),
]


def settings(*, mode: Mode | None, ocr: bool | None, assignments: Sequence[str] | None) -> Settings:
    """Return the settings as this command wants them."""
    chosen = [f"extraction.mode={mode}"] if mode else []
    chosen += [f"extraction.ocr={str(ocr).lower()}"] if ocr is not None else []
    return config.changed(config.load(), [*chosen, *(assignments or ())])
