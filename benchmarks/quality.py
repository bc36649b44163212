"""How many documents get their right category.

Measured on the committed samples and on generated documents of another seed
than the one that is read while rules are written.
"""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import documents, homes
from benchmarks.rows import Options, Row
from workbench import Workbench

OTHER_SEED = 4711


def measure(options: Options) -> Iterator[Row]:
    """Precision and coverage of categories."""
    if options.count >= documents.WORTH_SAMPLES:
        yield from _categories(documents.SAMPLES, "the samples", options)
    seed = OTHER_SEED + options.seed
    folder = documents.generated(options.scratch, count=options.count, seed=seed)
    yield from _categories(folder, f"{options.count} generated, seed {seed}", options)


def _categories(folder: Path, called: str, options: Options) -> Iterator[Row]:
    """Of the labelled documents: how many got a category, and how many of those the right one."""
    labelled = documents.categories(folder)
    with homes.fresh(options.scratch, "quality") as home:
        home.run("ingest", "-q", str(folder))
        with Workbench(settings=home.settings) as wb, wb.database.transaction() as tx:
            rows = tx.tuples("SELECT a.locator, d.category FROM arrivals AS a JOIN documents AS d USING (digest)")
    root = f"{folder.resolve()}/"
    answered = {path.removeprefix(root): category for path, category in rows if path.startswith(root)}
    given = [(answered[path], right) for path, right in labelled.items() if answered.get(path)]
    right = sum(category == wanted for category, wanted in given)
    note = f"{right} right of {len(given)} given, {len(labelled)} labelled"
    yield Row(
        what=f"{called}: category right where given", value=right / max(len(given), 1), unit="precision", note=note
    )
    yield Row(what=f"{called}: category given", value=len(given) / max(len(labelled), 1), unit="coverage")
