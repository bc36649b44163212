"""Failures of a workbench as lists that show themselves."""

from collections.abc import Sequence

from workbench.catalog import problems
from workbench.catalog.problems import Failure, Trouble
from workbench.database import Transaction
from workbench.listing import Listing

EMPTY = "no problem stands; those that are settled are left out"


def kinds(tx: Transaction) -> Listing[Trouble]:
    """What stands, by stage and kind."""
    return Listing(problems.by_kind(problems.failures(tx)), columns=_KINDS, empty=EMPTY)


def each(tx: Transaction, *, run: int | None, kind: str | None, state: str | None, settled: bool) -> Listing[Failure]:
    """Problems one by one; of a run all that it met, settled since or not."""
    found = problems.failures(tx, run=run, kind=kind, state=state, settled=settled or run is not None)
    return listing(found)


def listing(found: Sequence[Failure]) -> Listing[Failure]:
    """Problems as a list that shows itself."""
    return Listing(found, columns=_EACH, empty=EMPTY)


_KINDS = (
    ("number", lambda trouble: trouble.count),
    ("stage", lambda trouble: trouble.stage),
    ("kind", lambda trouble: trouble.kind.replace("_", " ")),
    ("last run", lambda trouble: trouble.newest_run),
    ("for example", lambda trouble: ", ".join(trouble.examples)),
    ("what to do", lambda trouble: trouble.advice),
)
_EACH = (
    ("document", lambda failure: failure.document_id),
    ("run", lambda failure: failure.run_id),
    ("kind", lambda failure: failure.kind.replace("_", " ")),
    ("what", lambda failure: failure.message + (" (settled since)" if failure.is_settled else "")),
    ("what to do", lambda failure: failure.advice),
)
