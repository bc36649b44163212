"""The command line: list the benchmarks, run one or all of them."""

import argparse
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from benchmarks import rows
from benchmarks.machine import Machine
from benchmarks.rows import Options, Result

RESULTS = Path(__file__).parent / "results"

# Name: its default size, and what it measures.
BENCHMARKS = {
    "pipeline": (2000, "generated documents end to end, beside the docling command line and bare extraction"),
    "tiers": (1000, "every way of reading beside the library it is built on"),
    "again": (2000, "a second ingest over the same files, whole process"),
    "journal": (1000, "database time of an ingest with the journal and without"),
    "rollback": (10_000, "taking a run back and putting it back, beside the ingest and a dump from before"),
    "lookup": (100_000, "near duplicates of one document among so many, from a fresh process"),
    "search": (100_000, "full-text search among so many documents, beside ILIKE"),
    "reading": (40, "words, order, tables and fields of letters in every format and of real files"),
    "quality": (500, "categories right on labelled documents"),
}


def main(arguments: list[str] | None = None) -> None:
    """Run what was asked for; without a name, everything."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.name if name not in BENCHMARKS]:
        parser.error(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    for name, (count, title) in BENCHMARKS.items():
        print(f"  {name:<9} {title} (default {count:,})", file=sys.stderr)
    for name in options.name or () if options.list else options.name or BENCHMARKS:
        result = run(
            name,
            Options(
                count=options.count or BENCHMARKS[name][0],
                seed=options.seed,
                scratch=options.scratch,
                docling=options.docling,
                repeat=options.repeat,
            ),
        )
        rows.show(result)
        print(rows.keep(result, options.out))


def run(name: str, options: Options) -> Result:
    """Measure one benchmark."""
    options.scratch.mkdir(parents=True, exist_ok=True)
    # The embedded server runs as another user where we are root, and must be able to pass through.
    options.scratch.chmod(0o755)
    machine = Machine.here()
    measured_at = rows.now()
    found = tuple(import_module(f"benchmarks.{name}").measure(options))
    return Result(
        name=name, count=options.count, seed=options.seed, measured_at=measured_at, machine=machine, rows=found
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the workbench on this machine.")
    parser.add_argument("name", nargs="*", metavar="NAME", help="which; all without a name")
    parser.add_argument("--list", action="store_true", help="only list them")
    parser.add_argument("--count", type=int, help="how large, instead of the default")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other documents")
    parser.add_argument("--repeat", type=int, default=3, help="how often what is short is measured")
    parser.add_argument("--docling", default=_docling(), help="the docling command to compare with")
    parser.add_argument("--scratch", type=Path, default=_scratch(), help="folder for homes, databases and documents")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the results as JSON")
    return parser


def _docling() -> str:
    return str(Path(sys.executable).with_name("docling"))


def _scratch() -> Path:
    return Path(tempfile.gettempdir()) / f"workbench-benchmarks-{os.getuid()}"


if __name__ == "__main__":
    main()
