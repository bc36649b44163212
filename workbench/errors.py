"""Every error that the workbench raises on purpose.

::

    WorkbenchError
    ├── ConfigError          a file in config/, an environment variable or an option is wrong
    │   └── UnknownName      a name that is not there, with the nearest that is
    ├── NotFound             no document of that number, name or digest, or too many of them
    ├── DatabaseError        the catalogue cannot be reached, started or migrated
    ├── StoreError           a blob cannot be written or read
    │   ├── BlobMissing      no blob of this digest
    │   └── BlobAltered      the bytes do not have the digest they are kept under
    ├── SourceError          a source cannot be read (a share that vanished, a mailbox that refuses)
    ├── ExtractionError      bytes that an extractor cannot read; carries the state they are in
    ├── ExecutorError        worker processes cannot be started or do not stay alive
    ├── RunError             a run cannot start, resume or end as asked
    │   ├── RunHeld          another process holds it
    │   └── NothingToDo      nothing is left to take back, or to go on with
    └── NotebookError        a notebook is missing, has no such parameter, or failed

The message says what, which, and what to do. Expected trouble with one
document is a `records.Problem`, not an exception; a bug stays an exception.
"""

from collections.abc import Iterable
from difflib import get_close_matches

from workbench.records import ExtractionState


class WorkbenchError(Exception):
    """The base of all: catch it to show a sentence instead of a traceback."""


class ConfigError(WorkbenchError):
    """A setting is wrong."""


class UnknownName(ConfigError):
    """A name that is not among the known ones.

    Parameters
    ----------
    what : the kind of thing, e.g. "category"
    name : as it was given
    known : the names that exist
    where : where it was given, e.g. "config/sorting-rules.yaml"
    """

    def __init__(self, what: str, name: str, *, known: Iterable[str], where: str = "") -> None:
        names = sorted(known)
        close = get_close_matches(name, names, n=1, cutoff=0.5)
        place = f" in {where}" if where else ""
        if close:
            hint = f"did you mean '{close[0]}'?"
        elif names:
            hint = f"known: {', '.join(names[:20])}"
        else:
            hint = "there is none"
        super().__init__(f"no {what} '{name}'{place}; {hint}")
        self.suggestion = close[0] if close else None


class NotFound(WorkbenchError):
    """No document of that number, name or digest, or more than one."""


class DatabaseError(WorkbenchError):
    """The catalogue cannot be reached, started or migrated."""


class StoreError(WorkbenchError):
    """A blob cannot be written or read."""


class BlobMissing(StoreError):
    """No blob of this digest is in the store."""


class BlobAltered(StoreError):
    """The bytes in the store do not have the digest they are kept under."""


class SourceError(WorkbenchError):
    """A source cannot be read."""


class ExtractionError(WorkbenchError):
    """Bytes that an extractor cannot read.

    Parameters
    ----------
    message : a sentence: what is wrong and what to do
    state : what the document is in: corrupt, encrypted, too large, …
    """

    def __init__(self, message: str, *, state: ExtractionState = ExtractionState.CORRUPT) -> None:
        super().__init__(message)
        self.state = state


class ExecutorError(WorkbenchError):
    """Worker processes cannot be started or do not stay alive."""


class RunError(WorkbenchError):
    """A run cannot start, resume or end as asked."""


class RunHeld(RunError):
    """Another process holds the run."""


class NothingToDo(RunError):
    """Nothing is left to take back, or to go on with."""


class NotebookError(WorkbenchError):
    """A notebook is missing, has no such parameter, or failed."""
