"""What the workers read becomes extractions, texts, signatures and facts."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from psycopg.types.json import Jsonb

from workbench.catalog import keeping
from workbench.catalog.keeping import Kept
from workbench.database import Queries, Transaction
from workbench.extraction.media_types import WRAPPINGS
from workbench.records import Decision, Digest, Extraction, ExtractionState, Problem

SQL = Queries("catalog")


@dataclass(frozen=True, kw_only=True)
class ToRead:
    """What a worker must know to read a document."""

    digest: Digest
    name: str
    locator: str
    media_type: str
    size: int
    depth: int


@dataclass(frozen=True, kw_only=True)
class Signature:
    """How content is recognised among its like, and under which bands it is looked up."""

    method: str
    signature: bytes
    bands: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A document as it was read; what is kept beside the text is found by its own digest."""

    digest: Digest
    options_digest: str
    extraction: Extraction
    text_signature: Signature | None = None
    image_signature: Signature | None = None

    @cached_property
    def text_digest(self) -> Digest | None:
        text = self.extraction.text
        return Digest(hashlib.sha256(text.encode()).hexdigest()) if text else None

    @cached_property
    def structure(self) -> Kept | None:
        return Kept.of(self.extraction.structure)

    @cached_property
    def tables(self) -> Kept | None:
        return Kept.of(keeping.tables_json(self.extraction.tables))

    @cached_property
    def recognition(self) -> Kept | None:
        return Kept.of(keeping.recognised_json(self.extraction.recognised))


def to_read(tx: Transaction, digests: Sequence[str]) -> list[ToRead]:
    """The documents behind these digests."""
    return tx.all(SQL.documents_to_read, {"digests": list(digests)}, into=ToRead)


def valid_extractions(
    tx: Transaction, digests: Sequence[str], *, options_digest: str
) -> Mapping[str, Mapping[tuple[str, str], int]]:
    """Which (extractor, version) have read these with the same options, and the ids of what they found."""
    found: dict[str, dict[tuple[str, str], int]] = {}
    params = {"digests": list(digests), "options_digest": options_digest}
    for number, digest, extractor, version in tx.tuples(SQL.valid_extractions, params):
        found.setdefault(digest, {})[extractor, version] = number
    return found


def unfinished(
    tx: Transaction, digests: Sequence[str], *, options_digest: str, anew: Sequence[str], run: int
) -> Mapping[str, Extraction]:
    """What is known so far of long scans of which pages still wait.

    Parameters
    ----------
    anew : those of which only what this run itself has found counts
    """
    params = {"digests": list(digests), "options_digest": options_digest, "anew": list(anew), "run_id": run}
    return {row["digest"]: keeping.extraction_of(row) for row in tx.dicts(SQL.unfinished_extractions, params)}


def reuse(tx: Transaction, extraction_ids: Sequence[int]) -> list[str]:
    """Give documents the facts of extractions that are held already; the digests of those that had others."""
    return [row[0] for row in tx.tuples(SQL.reuse_extractions, {"ids": list(extraction_ids)})]


def keep(tx: Transaction, readings: Sequence[Reading]) -> None:
    """Record extractions with their texts and signatures, and give their documents the facts."""
    if not readings:
        return
    _keep_texts(tx, readings)
    _keep_structures(tx, readings)
    with tx.staged(SQL.stage_readings, "readings", map(_row, readings)):
        tx.run(SQL.forget_overtaken)
        tx.run(SQL.keep_extractions)
        tx.run(SQL.keep_facts)
    _keep_thumbnails(tx, readings)
    _keep_signatures(tx, readings)


def keep_problem(tx: Transaction, problem: Problem) -> None:
    """Record a failure."""
    tx.run(SQL.keep_problem, asdict(problem))


def keep_problems(tx: Transaction, digests: Sequence[str], problems: Sequence[Problem]) -> None:
    """Record what went wrong when these documents were read; what did before and does no longer is forgotten."""
    told = {
        "kinds": [p.kind for p in problems],
        "locators": [p.locator for p in problems],
        "messages": [p.message for p in problems],
    }
    tx.run(SQL.forget_problems, {"digests": list(digests), **told})
    for problem in problems:
        keep_problem(tx, problem)


def settle(tx: Transaction, digest: str, *, state: str, reason: str) -> None:
    """Give up on a document that could not be read at all."""
    tx.run(SQL.settle_document, {"digest": digest, "state": state, "reason": reason})


def close_unfinished(tx: Transaction, digest: str, *, reason: str) -> bool:
    """Let what is known of a long scan stand, since its other pages cannot be read; False for no such scan."""
    if not tx.run(SQL.close_unfinished, {"digest": digest, "reason": reason}):
        return False
    tx.run(SQL.forget_unfinished, {"digest": digest})
    return True


def _keep_texts(tx: Transaction, readings: Sequence[Reading]) -> None:
    texts = ((digest, r.extraction.text, len(r.extraction.text)) for r in readings if (digest := r.text_digest))
    with tx.staged(SQL.stage_texts, "new_texts", texts):
        tx.run(SQL.keep_texts)


def _keep_structures(tx: Transaction, readings: Sequence[Reading]) -> None:
    kept = [body for r in readings for body in (r.structure, r.tables, r.recognition) if body]
    if kept:
        with tx.staged(SQL.stage_structures, "new_structures", ((k.digest, k.body) for k in kept)):
            tx.run(SQL.keep_structures)


def _keep_thumbnails(tx: Transaction, readings: Sequence[Reading]) -> None:
    rows = [
        (r.digest, t.page, t.width, t.height, t.media_type, t.data) for r in readings for t in r.extraction.thumbnails
    ]
    if rows:
        with tx.staged(SQL.stage_thumbnails, "new_thumbnails", rows):
            tx.run(SQL.keep_thumbnails)


def _keep_signatures(tx: Transaction, readings: Sequence[Reading]) -> None:
    texts = [("text", r.text_digest, r.text_signature) for r in readings if r.text_signature and r.text_digest]
    images = [("image", r.digest, r.image_signature) for r in readings if r.image_signature]
    if not texts and not images:
        return
    rows = ((kind, digest, s.method, s.signature, list(s.bands)) for kind, digest, s in (*texts, *images))
    with tx.staged(SQL.stage_signatures, "new_signatures", rows):
        if texts:
            tx.run(SQL.keep_text_signatures)
            tx.run(SQL.keep_text_bands)
        if images:
            tx.run(SQL.keep_image_signatures)
            tx.run(SQL.keep_image_bands)


def _row(reading: Reading) -> tuple[Any, ...]:  # Any: one value per column
    e = reading.extraction
    m = e.metadata
    decision, reason = _first_decision(e)
    return (
        reading.digest,
        e.extractor,
        e.version,
        reading.options_digest,
        e.media_type,
        e.state,
        e.message,
        reading.text_digest,
        *(kept.digest if kept else None for kept in (reading.structure, reading.tables, reading.recognition)),
        list(e.page_starts),
        len(e.children),
        e.from_ocr,
        Jsonb(keeping.metadata_json(m)),
        list(e.warnings),
        Jsonb(dict(e.seconds)),
        Jsonb(dict(e.options)),
        Jsonb(dict(e.fields)),
        e.next_page,
        m.title,
        m.subject,
        m.sender,
        list(m.recipients),
        m.language,
        m.page_count,
        m.created_at,
        e.state,
        decision,
        reason,
    )


def _first_decision(extraction: Extraction) -> tuple[Decision, str]:
    if extraction.children and extraction.media_type in WRAPPINGS:
        count = len(extraction.children)
        return Decision.CONTAINER, f"holds {count} other {'document' if count == 1 else 'documents'}"
    if extraction.state.is_readable:
        return Decision.PENDING, ""
    if extraction.state is ExtractionState.EMPTY:
        return Decision.NEEDS_REVIEW, extraction.message or "has no text"
    return Decision.UNREADABLE, extraction.message
