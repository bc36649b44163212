"""Failures as they stand: which are still to be dealt with, one by one or by kind.

A failure is settled, and not listed unless asked for, when a later run read or
classified its document well, when it happened again since (then the newest is
listed), when its file lies at no place any more, or when it was about no
document (a folder that could not be opened) and a later run of the same job
ended without it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from workbench.database import Queries, Transaction
from workbench.records import Digest, DocumentState

SQL = Queries("problems")

EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A problem with the document that it is about.

    Parameters
    ----------
    name : the document's, or the last part of the place where it happened
    state : how far the document is read now
    is_settled : whether nothing is to be done about it any more
    """

    id: int
    run_id: int
    stage: str
    kind: str
    message: str
    advice: str
    locator: str
    digest: Digest | None
    document_id: int | None
    name: str
    state: DocumentState | None
    happened_at: datetime
    is_settled: bool


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """All failures of one kind at one stage.

    Parameters
    ----------
    newest_run : the last run that met it
    examples : names of some documents
    """

    stage: str
    kind: str
    count: int
    newest_run: int
    examples: tuple[str, ...]
    advice: str


def failures(
    tx: Transaction,
    *,
    run: int | None = None,
    kind: str | None = None,
    state: str | None = None,
    settled: bool = False,
) -> list[Failure]:
    """One by one.

    Parameters
    ----------
    run, kind, state : only those of this run, of this kind, of documents in this state
    settled : those too that need no attention any more
    """
    params = {"run": run, "kind": kind, "state": state, "settled": settled}
    return tx.all(SQL.problems, params, into=Failure)


def by_kind(found: Iterable[Failure]) -> list[Trouble]:
    """The most frequent kind first."""
    ordered = sorted(found, key=lambda failure: (failure.stage, failure.kind))
    kinds = [_trouble(list(alike)) for _, alike in groupby(ordered, key=lambda failure: (failure.stage, failure.kind))]
    return sorted(kinds, key=lambda trouble: (-trouble.count, trouble.stage, trouble.kind))


def _trouble(alike: list[Failure]) -> Trouble:
    newest = max(alike, key=lambda failure: failure.id)
    names = dict.fromkeys(failure.name for failure in sorted(alike, key=lambda failure: -failure.id))
    return Trouble(
        stage=newest.stage,
        kind=newest.kind,
        count=len(alike),
        newest_run=newest.run_id,
        examples=tuple(list(names)[:EXAMPLES]),
        advice=newest.advice,
    )
