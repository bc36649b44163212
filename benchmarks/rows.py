"""What benchmarks give: rows of figures, shown as a table and kept as JSON."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.machine import Machine


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure.

    Parameters
    ----------
    ratio : this figure over that of `against`, another row of the same run
    note : what a reader must know to judge it
    """

    what: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What every benchmark is handed.

    Parameters
    ----------
    count : how large, in the benchmark's own unit
    scratch : a folder for homes, databases and generated files; what takes long to make is kept there
    docling : the docling command line to compare with
    """

    count: int
    seed: int
    scratch: Path
    docling: str
    repeat: int = 3


@dataclass(frozen=True, kw_only=True)
class Result:
    """A benchmark's rows with all that is needed to read them later."""

    name: str
    count: int
    seed: int
    measured_at: datetime
    machine: Machine
    rows: Sequence[Row] = field(default_factory=tuple)


def summary(what: str, seconds: Sequence[float], *, note: str = "") -> list[Row]:
    """Median and 95th percentile of repeated measurements, in milliseconds."""
    ordered = sorted(seconds)
    late = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return [
        Row(what=f"{what}, median", value=statistics.median(ordered) * 1e3, unit="ms", note=note),
        Row(what=f"{what}, p95", value=late * 1e3, unit="ms", note=f"{len(ordered)} measured"),
    ]


def compared(row: Row, other: Row) -> Row:
    """The same row with its ratio to another."""
    ratio = row.value / other.value if other.value else None
    return Row(**{**asdict(row), "against": other.what, "ratio": ratio})


def show(result: Result, *, console: Console | None = None) -> None:
    """Print a result as a table."""
    machine = result.machine
    table = Table(
        title=f"{result.name}, count {result.count}",
        caption=f"{machine.cores} cores, load {machine.load}, Python {machine.python}, {result.measured_at:%Y-%m-%d}",
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("figure")
    for column in ("value", "unit", "ratio"):
        table.add_column(column, justify="right" if column != "unit" else "left")
    table.add_column("to / note")
    for row in result.rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        table.add_row(row.what, _figure(row.value), row.unit, ratio, "; ".join(filter(None, (row.against, row.note))))
    (console or Console()).print(table)


def keep(result: Result, folder: Path) -> Path:
    """Write a result as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.name}-{result.count}-{result.measured_at:%Y%m%dT%H%M%SZ}.json"
    plain = {**asdict(result), "measured_at": result.measured_at.isoformat()}
    path.write_text(json.dumps(plain, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def now() -> datetime:
    """The time of a measurement."""
    return datetime.now(UTC)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
