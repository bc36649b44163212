"""How things stand and what kinds there are, as enumerations."""

from enum import StrEnum


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
    EFFECT = "effect"


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
