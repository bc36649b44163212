"""What comes in and what it becomes: arrivals, blobs, documents, and what is found among them."""

from dataclasses import dataclass, field
from datetime import datetime

from workbench.records.states import Decision, Difference, DocumentState, Kind, Stage
from workbench.records.values import Digest, Json


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Something a source handed over; (source, external_id) is unique.

    Parameters
    ----------
    source : the source's name, e.g. "folder:/srv/share"
    external_id : what the source knows it by; for a file path, size and modification time
    locator : where it is, as a person would say it; members of a container are "archive.zip!/a/b.txt"
    name : the last part, used to guess the type and shown in lists
    size : bytes, None where the source does not know before reading
    depth : 0 for what a source handed over itself, 1 for what was inside of that, and so on
    parent : digest of the container this came out of
    """

    source: str
    external_id: str
    locator: str
    name: str
    size: int | None = None
    modified_at: datetime | None = None
    depth: int = 0
    parent: Digest | None = None
    metadata: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Blob:
    """The bytes, known by the digest of their plain content.

    `stored_digest` and `key_id` say what lies in the store when it is sealed;
    unsealed, `stored_digest` equals `digest` and `key_id` is None.
    """

    digest: Digest
    size: int
    stored_digest: Digest
    key_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Document:
    """One distinct file: its facts, its current category, its state."""

    id: int
    digest: Digest
    name: str
    locator: str
    media_type: str
    size: int
    state: DocumentState
    decision: Decision
    category: str | None = None
    confidence: float | None = None
    decided_by: str | None = None
    reason: str = ""
    title: str | None = None
    language: str | None = None
    pages: int | None = None
    sender: str | None = None
    taken_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A document that a search found; `snippet` marks the words with « and »."""

    document_id: int
    name: str
    locator: str
    category: str | None
    rank: float
    snippet: str


@dataclass(frozen=True, kw_only=True)
class NearDuplicate:
    """A document that is almost another one: a relation, never a merge.

    Parameters
    ----------
    score : 0 to 1; share of equal shingles for text, of equal hash bits for images
    difference : what tells them apart
    details : the differing numbers, dates and amounts or words, for showing
    """

    document_id: int
    original_id: int
    kind: Kind
    score: float
    difference: Difference
    details: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A failure as data: which stage, which document, what, and what to do."""

    stage: Stage
    kind: str
    message: str
    advice: str = ""
    locator: str = ""
    digest: Digest | None = None
