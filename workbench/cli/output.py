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
from rich.table import Table

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
    shown = Table(*heads, box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for row in rows:
        # No markup: a file may be called [red].
        shown.add_row(*(_cell(value) for value in row))
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

    if value is None:
        return Text("")
    if isinstance(value, datetime):
        return Text(f"{value.astimezone():%Y-%m-%d %H:%M}")
    if isinstance(value, float):
        return Text(f"{value:.2f}")
    return Text(printable(str(value)))


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
