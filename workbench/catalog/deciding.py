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


def keep_opinion(tx: Transaction, document_id: int, opinion: Opinion) -> None:
    """Record one classifier's answer; an equal one is kept once."""
    tx.run(
        SQL.keep_opinion,
        {
            "document_id": document_id,
            "classifier": opinion.classifier,
            "version": opinion.version,
            "inputs": opinion.inputs,
            "category": opinion.category,
            "confidence": round(opinion.confidence, 4),
            "reason": opinion.reason,
            "evidence": Jsonb([asdict(e) for e in opinion.evidence]),
            "scores": Jsonb({k: round(v, 4) for k, v in sorted(opinion.scores.items())}),
        },
    )


def keep_verdict(
    tx: Transaction,
    document_id: int,
    *,
    decision: Decision,
    category: str | None,
    confidence: float,
    decided_by: str | None,
    reason: str,
) -> None:
    """Give a document its category, unless a person has."""
    tx.run(
        SQL.keep_verdict,
        {
            "document_id": document_id,
            "decision": decision,
            "category": category,
            "confidence": round(confidence, 4),
            "decided_by": decided_by,
            "reason": reason,
        },
    )


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
