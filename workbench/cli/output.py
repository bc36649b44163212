"""How commands show things: a table for people, JSON for programs."""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from workbench.listing import Listing, as_text

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

# A pipe or a log has no width of its own; the usual 80 columns would break every reason in two.
WIDTH_ELSEWHERE = 160

console = Console(highlight=False, width=None if sys.stdout and sys.stdout.isatty() else WIDTH_ELSEWHERE)


def as_json(value: Any) -> None:  # Any: records, or what JSON holds
    """Print a value for programs; umlauts stay as they are."""
    typer.echo(json.dumps(value, default=_plain, ensure_ascii=False, indent=2))


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """Print rows under headings; long cells wrap."""
    rows = [list(row) for row in rows]
    shown = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for place, head in enumerate(heads):
        column = [row[place] for row in rows if row[place] is not None]
        is_numeric = bool(column) and all(isinstance(value, int | float) for value in column)
        shown.add_column(head, justify="right" if is_numeric else "left")
    for row in rows:
        # No markup: a file may be called [red].
        shown.add_row(*(_cell(value) for value in row))
    console.print(shown)


def listing(found: Listing[Any]) -> None:  # Any: records of whatever kind
    """Print all records of a list under their headings."""
    if found:
        table(found.heads, found.rows())
    else:
        line(repr(found))


def heading(text: str) -> None:
    """Print what the lines below are about."""
    console.print(printable(text), markup=False, style="bold")


def paragraph(text: str) -> None:
    """Print sentences, broken between words."""
    console.print(printable(text), markup=False)


def told(events: Iterable[tuple[str, str, Sequence[str]]]) -> None:
    """Print what happened: a word at the left, sentences beside it, what supports them below."""
    shown = Table.grid(padding=(0, 2, 0, 0))
    shown.add_column(style="dim", no_wrap=True, min_width=11)
    shown.add_column()
    for what, sentence, details in events:
        shown.add_row(_cell(f"  {what}"), _cell(sentence))
        for detail in details:
            shown.add_row("", Padding(_cell(detail), (0, 0, 0, 2), style="dim"))
    console.print(shown)


def line(text: str = "") -> None:
    """Print a line as it is."""
    console.print(printable(text), markup=False, soft_wrap=True)


def printable(text: str) -> str:
    """Without the control characters by which a file name could recolour or retitle a terminal."""
    return _CONTROLS.sub("�", text)


def size(count: int) -> str:
    """Bytes as people say them."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def _cell(value: object) -> Any:  # Any: rich's own
    from rich.text import Text

    return Text(printable(as_text(value)))


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)
