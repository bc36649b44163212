"""The nouns of the workbench, as frozen dataclasses.

What we make ourselves is here; what comes from outside (YAML, REST, an LLM's
answer) is validated by pydantic where it comes in. Times are aware, in UTC.
Nothing here reads, writes or computes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NewType

Digest = NewType("Digest", str)
"""The SHA-256 of plain content, as 64 lower-case hexadecimal characters."""

Json = Mapping[str, Any]
"""What PostgreSQL keeps as jsonb; the values are whatever JSON holds."""


class ExtractionState(StrEnum):
    """What became of reading a document's bytes."""

    OK = "ok"
    PARTIAL = "partial"
    EMPTY = "empty"
    ENCRYPTED = "encrypted"
    CORRUPT = "corrupt"
    TIMEOUT = "timeout"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"

    @property
    def is_readable(self) -> bool:
        """Did reading give something to classify or look at?"""
        return self in {ExtractionState.OK, ExtractionState.PARTIAL}


class DocumentState(StrEnum):
    """How far a document's bytes are read: not yet, given up, or what became of reading them."""

    TAKEN = "taken"
    OK = "ok"
    PARTIAL = "partial"
    EMPTY = "empty"
    ENCRYPTED = "encrypted"
    CORRUPT = "corrupt"
    TIMEOUT = "timeout"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"
    QUARANTINED = "quarantined"


class Decision(StrEnum):
    """How a document stands with the classifiers."""

    PENDING = "pending"
    CLASSIFIED = "classified"
    NEEDS_REVIEW = "needs_review"
    UNREADABLE = "unreadable"
    CONTAINER = "container"


class ArrivalState(StrEnum):
    """Whether what a source handed over is still there."""

    PRESENT = "present"
    SUPERSEDED = "superseded"
    MOVED = "moved"
    VANISHED = "vanished"


class RunState(StrEnum):
    """The life of a run."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FINISHED_WITH_PROBLEMS = "finished_with_problems"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    ROLLED_BACK = "rolled_back"


class Stage(StrEnum):
    """The stations of a document; a run's items belong to one each."""

    SCAN = "scan"
    TAKE = "take"
    READ = "read"
    RELATE = "relate"
    CLASSIFY = "classify"


class Kind(StrEnum):
    """What sort of likeness two documents have."""

    TEXT = "text"
    IMAGE = "image"


class Difference(StrEnum):
    """What tells two near duplicates apart."""

    NONE = "none"
    LAYOUT = "layout"
    WORDING = "wording"
    NUMBERS = "numbers"
    SCAN = "scan"


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
class Child:
    """A member that an extractor took out of a container.

    Parameters
    ----------
    name : relative path inside the container, already made safe
    path : the file in the scratch folder that holds the bytes
    media_type : as the container declares it, None where it does not
    """

    name: str
    path: Path
    media_type: str | None = None
    metadata: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What a file says about itself, normalised; `raw` keeps the rest as found.

    Parameters
    ----------
    created_at, modified_at : aware, UTC
    language : ISO 639-1, e.g. "de"
    sender, recipients : mail addresses with names as written
    width, height : pixels
    duration_s : seconds
    latitude, longitude : degrees, WGS 84, where a camera wrote them
    """

    title: str | None = None
    author: str | None = None
    subject: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    language: str | None = None
    page_count: int | None = None
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    software: str | None = None
    raw: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as it stands in a document: rows of cells, all rows equally long.

    Parameters
    ----------
    page : the page it begins on, counted from 1; None where there are no pages
    title : its caption or the sheet's name
    """

    rows: tuple[tuple[str, ...], ...]
    page: int | None = None
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Thumbnail:
    """A small picture of a page, for lists and previews.

    Parameters
    ----------
    page : counted from 1
    width, height : pixels
    data : the encoded picture
    """

    page: int
    width: int
    height: int
    data: bytes
    media_type: str = "image/webp"


@dataclass(frozen=True, kw_only=True)
class Word:
    """A recognised word and how sure the recognition is of it.

    Parameters
    ----------
    confidence : 0 to 100
    box : left, top, right and bottom as shares of the upright page, 0 to 1
    """

    text: str
    confidence: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class RecognisedPage:
    """How one page was recognised.

    Parameters
    ----------
    page : counted from 1
    confidence : 0 to 100, the mean over all letters
    turned : degrees clockwise by which the page had to be turned to stand upright
    skew : degrees clockwise by which it was straightened after that
    """

    page: int
    language: str
    confidence: float
    turned: int = 0
    skew: float = 0.0
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Extraction:
    """Text, structure and metadata of a blob, by a named and versioned extractor.

    Parameters
    ----------
    extractor, version : who read it
    state : what became of it; anything but ok comes with a sentence in `message`
    page_starts : offset into `text` at which each page begins; empty where there are no pages
    structure : docling's document as JSON, where it was asked for
    children : members of a container, in the order found
    warnings : sentences, e.g. which engine failed before this one read it
    from_ocr : whether (part of) the text was recognised, so that it may hold misread letters
    recognised : the pages whose text was recognised, word by word
    fields : what a structured document says about itself, e.g. an e-invoice's number and totals
    tables : where they were asked for
    thumbnails : of the first pages, as many as were asked for
    next_page : the first page that waits to be recognised, counted from 1; None when all are read
    options : what was asked for, as it is recorded
    seconds : seconds per step, e.g. {"ocr": 2.1}
    """

    extractor: str
    version: str
    media_type: str
    state: ExtractionState
    text: str = ""
    message: str = ""
    metadata: Metadata = field(default_factory=Metadata)
    page_starts: tuple[int, ...] = ()
    structure: str | None = None
    children: tuple[Child, ...] = ()
    warnings: tuple[str, ...] = ()
    from_ocr: bool = False
    recognised: tuple[RecognisedPage, ...] = ()
    fields: Json = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    thumbnails: tuple[Thumbnail, ...] = ()
    next_page: int | None = None
    options: Json = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Text:
    """What a classifier is asked about: a document's text and the facts around it."""

    digest: Digest
    text: str
    name: str = ""
    path: str = ""
    source: str = ""
    title: str = ""
    subject: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    media_type: str = ""
    size: int = 0
    language: str = ""
    pages: int = 0
    created_at: datetime | None = None
    metadata: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One reason for an opinion.

    Parameters
    ----------
    rule : the rule, feature or question that spoke
    field : where it looked, e.g. "text" or "name"
    found : the words that matched, as written in the document
    start, end : their span in the field
    weight : what it added to `category`'s score (negative: spoke against)
    """

    rule: str
    category: str
    field: str
    found: str
    start: int = 0
    end: int = 0
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """One classifier's answer about a document; append-only.

    Parameters
    ----------
    version : of the classifier; for rules the digest of the rule set
    inputs : digest over everything the classifier looked at, so that a stale answer is known
    category : None when it abstains
    confidence : 0 to 1
    reason : one sentence for a person
    """

    classifier: str
    version: str
    inputs: str
    category: str | None
    confidence: float
    reason: str
    evidence: tuple[Evidence, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A failure as data: which stage, which document, what, and what to do."""

    stage: Stage
    kind: str
    message: str
    advice: str = ""
    locator: str = ""
    digest: Digest | None = None


@dataclass(frozen=True, kw_only=True)
class Label:
    """What a person decided; it outranks every opinion."""

    document_id: int
    category: str
    actor: str
    note: str = ""
    labelled_at: datetime | None = None


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
class Run:
    """One execution and the unit of rollback."""

    id: int
    kind: str
    state: RunState
    parameters: Json
    config_digest: str
    code_version: str
    host: str
    actor: str
    reason: str = ""
    started_at: datetime | None = None
    heartbeat_at: datetime | None = None
    finished_at: datetime | None = None
    counts: Json = field(default_factory=dict)
    seconds: Json = field(default_factory=dict)
    notebook: str | None = None
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A piece of a run's work, claimed under a lease."""

    id: int
    run_id: int
    stage: Stage
    wave: int
    key: str
    payload: Json
    strikes: int
    lease: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """What the database itself journaled: one row that a run touched."""

    id: int
    run_id: int
    relation: str
    operation: str
    key: Json
    before: Json | None
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Something to be done outside the catalogue: intended, performed, done.

    `inverse` holds what undoes it. The state is kept by the journal.
    """

    run_id: int
    target: str
    operation: str
    key: str
    payload: Json = field(default_factory=dict)
    inverse: Json = field(default_factory=dict)
    id: int | None = None
    state: str = "intended"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A named point of the journal to return to."""

    name: str
    change_id: int
    reason: str
    created_at: datetime
