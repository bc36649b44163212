"""The journal of a workbench: what a run changed, and forgetting what is old."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Any

from workbench.app import setting
from workbench.jobs import pruning as job
from workbench.journal import pruning, reading
from workbench.journal.pruning import Pruning
from workbench.listing import Listing
from workbench.progress import Progress, silent
from workbench.records import Change, Run
from workbench.runs.origin import code_version

if TYPE_CHECKING:
    from workbench.app.workbench import Workbench


@dataclass(frozen=True, kw_only=True, repr=False)
class Pruned:
    """What pruning took away, or would take away.

    Parameters
    ----------
    run : the run that did it; None for a dry run, and where there was nothing to do
    """

    what: Pruning
    run: Run | None = None
    is_dry_run: bool = False

    @property
    def failed(self) -> int:
        """How many blobs could not be removed."""
        return int(self.run.counts.get("problems", 0)) if self.run else 0

    @property
    def sentences(self) -> Sequence[str]:
        """What happened, in words."""
        w = self.what
        ended = f"ended more than {_days(w.older_than)} ago"
        if not w.up_to:
            went_on = f"run {self.run.id} went on; " if self.run else ""
            return (f"{went_on}nothing in the journal belongs to runs that {ended} alone; nothing is pruned",)
        would = "would be" if self.is_dry_run else "are"
        no_longer = "could no longer" if self.is_dry_run else "can no longer"
        return (
            f"{w.changes:,} entries of {w.runs:,} runs that {ended} {would} gone; these runs {no_longer} be taken back",
            f"{w.texts:,} texts, {w.pictures:,} small pictures and {w.blobs:,} stored files ({w.size:,} bytes) that "
            f"nothing else names {would} removed",
            *self._snapshots(),
            *self._failures(),
        )

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """The same for a program."""
        plain = asdict(self.what)
        return {
            **plain,
            "older_than": plain["older_than"].total_seconds(),
            "run": self.run.id if self.run else None,
            "is_dry_run": self.is_dry_run,
            "failed": self.failed,
        }

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """For a notebook."""
        return "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences)

    def _snapshots(self) -> list[str]:
        names = ", ".join(f"'{name}'" for name in self.what.snapshots)
        return [f"snapshots that can no longer be restored: {names}"] if names else []

    def _failures(self) -> list[str]:
        if not (self.run and self.failed):
            return []
        return [f"{self.failed:,} stored files could not be removed; 'workbench runs resume {self.run.id}' tries again"]


class Journal:
    """What the database noted of every change."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def of_run(self, number: int, *, most: int | None = None) -> Listing[Change]:
        """What a run changed, row by row, oldest first: before and after.

        Parameters
        ----------
        most : how many at the most; None for all
        """
        run = self._workbench.runs[number]
        with self._workbench.database.transaction() as tx:
            found = list(reading.changes_of(tx, number, most=most))
        gone = f"the entries of run {number} were pruned by run {run.pruned_by}"
        return Listing(found, columns=COLUMNS, empty=gone if run.pruned_by else f"run {number} changed nothing")

    def prune(
        self,
        older_than: str | timedelta,
        *,
        dry_run: bool = False,
        reason: str = "",
        progress: Progress = silent,
    ) -> Pruned:
        """Forget the entries of runs that ended longer ago, and what only they named; these cannot be taken back.

        Parameters
        ----------
        older_than : "12h", "90d", "6w" or a timedelta
        dry_run : say what would go, and write nothing
        """
        setting.needs_service(self._workbench.role, "pruning the journal")
        age = pruning.age(older_than)
        database = self._workbench.database
        if dry_run:
            with database.transaction() as tx:
                return Pruned(what=pruning.plan(tx, age), is_dry_run=True)
        run, what = job.prune(
            database,
            self._workbench.store,
            older_than=age,
            progress=progress,
            code_version=code_version(),
            reason=reason,
        )
        return Pruned(what=what, run=run)


def _days(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours / 24:g} days" if hours >= 24 else f"{hours:g} hours"


def _key(change: Change) -> str:
    return " ".join(str(value)[:12] for value in change.key.values())


def _what(change: Change) -> str:
    if change.operation != "update":
        row = change.after or change.before or {}
        return ", ".join(str(row[name]) for name in _TELLING if row.get(name) is not None)
    return "; ".join(f"{f.name}: {_short(f.before)} → {_short(f.after)}" for f in reading.fields(change))


def _short(value: object) -> str:
    text = "nothing" if value in (None, "") else str(value)
    return text if len(text) <= 60 else text[:59] + "…"


# What a person recognises a row by.
_TELLING = ("name", "title_en", "locator", "classifier", "extractor", "category", "state", "message")

COLUMNS = (
    ("entry", lambda change: change.id),
    ("relation", lambda change: change.relation),
    ("row", _key),
    ("change", lambda change: change.operation),
    ("before → after", _what),
)
