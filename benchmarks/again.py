"""A second ingest over the same files: nothing is new, and that must be found out quickly.

Wall time of the whole process, with the database running. The alternative is
the first ingest; a command that only lists runs shows what starting costs.
"""

import statistics
from collections.abc import Iterator
from pathlib import Path

from benchmarks import documents, homes
from benchmarks.rows import Options, Row, compared


def measure(options: Options) -> Iterator[Row]:
    """First and second ingest, of generated files and of the committed samples."""
    folder = documents.generated(options.scratch, count=options.count, seed=options.seed)
    yield from _of(folder, f"{options.count} generated", options)
    if options.count >= documents.WORTH_SAMPLES:
        yield from _of(documents.SAMPLES, "the samples", options)


def _of(folder: Path, called: str, options: Options) -> Iterator[Row]:
    with homes.fresh(options.scratch, "again") as home:
        first = Row(what=f"first ingest, {called}", value=home.run("ingest", str(folder)).seconds, unit="s")
        again = [home.run("ingest", str(folder)).seconds for _ in range(options.repeat)]
        starting = [home.run("stats").seconds for _ in range(options.repeat)]
    yield first
    second = Row(what=f"second ingest, {called}", value=statistics.median(again), unit="s")
    yield compared(second, first)
    yield compared(second, Row(what="'workbench stats'", value=statistics.median(starting), unit="s"))
