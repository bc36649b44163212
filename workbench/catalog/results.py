"""What a run gave each document, for comparing two runs over the same files."""

from dataclasses import dataclass, field

from workbench.database import Queries, Transaction
from workbench.records import Decision, Digest, DocumentState

SQL = Queries("results")


@dataclass(frozen=True, kw_only=True)
class Result:
    """One document as a run left it.

    Parameters
    ----------
    places : where the run met it
    near : what it is nearly the same as, in words
    problems : what the run reported about it
    """

    document_id: int
    digest: Digest
    name: str
    locator: str
    media_type: str
    state: DocumentState
    decision: Decision
    category: str | None
    confidence: float | None
    decided_by: str | None
    reason: str
    extractor: str | None
    version: str | None
    text_digest: Digest | None
    from_ocr: bool
    characters: int
    places: list[str] = field(default_factory=list)
    near: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def of_run(tx: Transaction, run_id: int) -> list[Result]:
    """What a run gave, as it stands now: what was changed since is shown as it was changed."""
    return tx.all(SQL.results_of_run, {"run_id": run_id}, into=Result)
