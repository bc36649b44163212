"""What was taken back is held, so that the next ingest does not take it again, until somebody releases it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.database import Queries, Transaction
from workbench.records import Digest

SQL = Queries("catalog")


@dataclass(frozen=True, kw_only=True)
class Hold:
    """An arrival that is held back.

    Parameters
    ----------
    of_run : the run that had taken it and was taken back
    """

    source: str
    external_id: str
    locator: str
    digest: Digest
    of_run: int


def among(tx: Transaction, source: str, external_ids: Sequence[str]) -> Mapping[int, int]:
    """How many of these external ids are held back, by the run that had taken them."""
    return dict(tx.tuples(SQL.held_among, {"source": source, "external_ids": list(external_ids)}))


def of_run(tx: Transaction, run_id: int) -> list[Hold]:
    """What is held back since a run was taken back."""
    return tx.all(SQL.holds_of_run, {"run_id": run_id}, into=Hold)


def release(tx: Transaction, run_id: int) -> None:
    """Let be taken again what a run had taken."""
    tx.run(SQL.release_holds, {"run_id": run_id})
