"""Is everything there that should be, and is it what it was?

Compares catalogue and store both ways and the journal with the rows it tells
of. It only reads; what it may remove when asked to is what nothing names.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from workbench.database import Database
from workbench.integrity import advice, blobs, continuity, sampling
from workbench.integrity.findings import Checked, Finding, FindingKind, Findings, listing
from workbench.journal.orphans import remove_orphans
from workbench.progress import Progress, silent
from workbench.records import Digest
from workbench.store import Store

__all__ = ["Checked", "Finding", "FindingKind", "check"]

_LEFT = "Orphaned blobs were left, since a run is at work; repair when it has ended."


def check(
    database: Database,
    store: Store,
    *,
    sample: float | str = 1.0,
    repair: bool = False,
    progress: Progress = silent,
    day: date | None = None,
) -> Checked:
    """Compare catalogue, store and journal; stopped by Ctrl-C it tells what it has found by then.

    Parameters
    ----------
    sample : the share of the blobs that are read and compared by digest, as "5%" or 0.05; presence and size are
        compared for all
    repair : whether blobs that nothing names are removed
    day : decides which blobs a sample takes; today when not given
    """
    is_due = sampling.is_due(sampling.share(sample), day or datetime.now(UTC).date())
    found = _Check(database, store, progress)
    try:
        found.relations = continuity.check(database, found.findings, progress)
        found.look_for_orphans(repair=repair)
        for looked in blobs.compare(database, store, is_due, found.findings, progress):
            found.blobs += looked.blobs
            found.read += looked.read
    except KeyboardInterrupt:
        return found.result(is_complete=False)
    return found.result()


class _Check:
    """A check as it goes on."""

    def __init__(self, database: Database, store: Store, progress: Progress) -> None:
        self._database = database
        self._store = store
        self._progress = progress
        self._open: Sequence[int] = ()
        self._unfinished = 0
        self._removed: int | None = None
        self._note = ""
        self.findings = Findings()
        self.relations = 0
        self.blobs = 0
        self.read = 0

    def look_for_orphans(self, *, repair: bool) -> None:
        """Find what nothing names, and remove it if that is wanted and nobody is at work."""
        if repair:
            self._removed = remove_orphans(self._database, self._store)
            self._note = _LEFT if self._removed is None else ""
        seen = [one for page in blobs.unnamed(self._database, self._store, self._progress) for one in page]
        # Runs first: what a run that ended before named is named by now.
        self._open = blobs.unfinished_runs(self._database)
        orphans = blobs.confirmed(self._database, seen)
        if self._open:
            self._unfinished = len(orphans)
            return
        for digest in orphans:
            self.findings.add(_orphan(digest))

    def result(self, *, is_complete: bool = True) -> Checked:
        return Checked(
            findings=listing(list(self.findings.all())),
            blobs=self.blobs,
            read=self.read,
            relations=self.relations,
            unfinished=self._unfinished,
            open_runs=tuple(self._open) if self._unfinished else (),
            removed=self._removed,
            note=self._note,
            is_complete=is_complete,
        )


def _orphan(digest: Digest) -> Finding:
    return Finding(
        kind=FindingKind.ORPHANED,
        what=digest,
        message="It is in the store, but neither the catalogue nor the journal names it.",
        advice=advice.ORPHANED,
    )
