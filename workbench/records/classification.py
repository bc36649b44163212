"""What is said about a document: by classifiers with evidence, by people as labels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workbench.records.values import Digest, Json


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
class Label:
    """What a person decided; it outranks every opinion."""

    document_id: int
    category: str
    actor: str
    note: str = ""
    labelled_at: datetime | None = None
