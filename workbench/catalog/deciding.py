"""Opinions, verdicts and labels: what a document is, and who says so."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from workbench.database import Queries, Transaction
from workbench.records import Decision, Digest, Json, Label, Opinion, Text

SQL = Queries("catalog")


@dataclass(frozen=True, kw_only=True)
class Category:
    """A category as the rules declare it."""

    id: str
    title_de: str = ""
    title_en: str = ""
    sensitive: bool = False
    roles: tuple[str, ...] = ()
    retention_days: int | None = None
    target: str | None = None


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What the classifiers said about a document, and what that comes to."""

    document_id: int
    opinions: Sequence[Opinion]
    decision: Decision
    category: str | None
    confidence: float
    decided_by: str | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class _Row:
    id: int
    digest: Digest
    name: str
    path: str
    source: str
    title: str | None
    subject: str | None
    sender: str | None
    recipients: list[str]
    media_type: str
    size: int
    language: str | None
    pages: int | None
    written_at: datetime | None
    metadata: Json | None
    body: str


def texts(tx: Transaction, digests: Sequence[str]) -> list[tuple[int, Text]]:
    """Document id and what classifiers may look at, of those among these that wait for a decision."""
    rows = tx.all(SQL.texts_to_classify, {"digests": list(digests)}, into=_Row)
    return [(row.id, _text(row)) for row in rows]


def keep(tx: Transaction, decided: Sequence[Decided]) -> None:
    """Record the answers, equal ones once, and give the documents their categories, unless a person has."""
    opinions = [(one.document_id, opinion) for one in decided for opinion in one.opinions]
    if opinions:
        _keep_opinions(tx, opinions)
    if decided:
        _keep_verdicts(tx, decided)


def label(tx: Transaction, given: Label) -> None:
    """Record what a person decided; it outranks every opinion."""
    params: dict[str, Any] = {  # Any: one value per column
        "document_id": given.document_id,
        "category": given.category,
        "actor": given.actor,
        "note": given.note,
    }
    tx.run(SQL.keep_label, params)
    tx.run(SQL.follow_label, {**params, "reason": f"{given.actor} said so" + (f": {given.note}" if given.note else "")})


def keep_rule_set(tx: Transaction, *, digest: str, author: str, message: str, body: str) -> None:
    """Record the rules that a run decides by."""
    tx.run(SQL.keep_rule_set, {"digest": digest, "author": author, "message": message, "body": body})


def keep_categories(tx: Transaction, categories: Sequence[Category]) -> None:
    """Record the categories there are, and who may see them."""
    for category in categories:
        tx.run(SQL.keep_category, {**asdict(category), "roles": list(category.roles)})


def _keep_opinions(tx: Transaction, opinions: Sequence[tuple[int, Opinion]]) -> None:
    rows = (
        (
            place,
            document_id,
            opinion.classifier,
            opinion.version,
            opinion.inputs,
            opinion.category,
            round(opinion.confidence, 4),
            opinion.reason,
            Jsonb([asdict(e) for e in opinion.evidence]),
            Jsonb({k: round(v, 4) for k, v in sorted(opinion.scores.items())}),
        )
        for place, (document_id, opinion) in enumerate(opinions)
    )
    with tx.staged(SQL.stage_opinions, "new_opinions", rows):
        tx.run(SQL.keep_opinions)


def _keep_verdicts(tx: Transaction, decided: Sequence[Decided]) -> None:
    rows = (
        (one.document_id, one.decision, one.category, round(one.confidence, 4), one.decided_by, one.reason)
        for one in decided
    )
    with tx.staged(SQL.stage_verdicts, "new_verdicts", rows):
        tx.run(SQL.keep_verdicts)


def _text(row: _Row) -> Text:
    return Text(
        digest=row.digest,
        text=row.body,
        name=row.name,
        path=row.path,
        source=row.source,
        title=row.title or "",
        subject=row.subject or "",
        sender=row.sender or "",
        recipients=tuple(row.recipients),
        media_type=row.media_type,
        size=row.size,
        language=row.language or "",
        pages=row.pages or 0,
        created_at=row.written_at,
        metadata=row.metadata or {},
    )
