"""The runs of a workbench: called, indexed, gone through or simply shown.

wb.runs                     the newest, as a table
wb.runs(kind="ingest")      those that fit
wb.runs[12]                 one by its number
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench import runs
from workbench.app import replaying, resuming
from workbench.app.details import Details, details
from workbench.jobs.replay import Replay
from workbench.listing import Listing
from workbench.progress import Progress, silent
from workbench.records import Change, Run, RunState
from workbench.report import Report
from workbench.rollback import Plan

if TYPE_CHECKING:
    from workbench.app.workbench import Workbench

MOST = 20


class Runs:
    """The runs of a workbench, newest first; a person's labelling sessions only where they are asked for."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def __call__(
        self, *, kind: str | None = None, state: str | None = None, reviews: bool = False, most: int | None = MOST
    ) -> Listing[Run]:
        """List the newest runs that fit.

        Parameters
        ----------
        kind : "ingest", "review", "rollback", ...
        state : "finished", "interrupted", ...
        reviews : whether labelling sessions are listed beside the others
        most : how many at the most; None for all
        """
        wanted = RunState(state) if state else None
        found = runs.recent(self._workbench.database, kind=kind, state=wanted, reviews=reviews, most=most)
        return Listing(found, columns=COLUMNS, empty="no run fits")

    def details(self, number: int) -> Details:
        """One run in full: how it stands, with what it ran, what it did and what became of it."""
        return details(self._workbench.database, number)

    def rollback(self, number: int, **how: Any) -> Plan:  # Any: as of `Workbench.rollback`
        """Take a run back; the same as `Workbench.rollback`."""
        return self._workbench.rollback(number, **how)

    def resume(self, number: int, *, progress: Progress = silent) -> Report | Plan:
        """Go on with an interrupted run as it began, or with what a finished one could not do outside the catalogue."""
        return resuming.resume(self._workbench, number, progress=progress)

    def replay(self, number: int, *, progress: Progress = silent) -> Replay:
        """Do a run again, in rehearsal, with what it ran with, and say what would differ and why."""
        return replaying.replay(self._workbench, number, progress=progress)

    def changes(self, number: int) -> Listing[Change]:
        """What a run changed, row by row, before and after."""
        return self._workbench.journal.of_run(number)

    def __getitem__(self, number: int) -> Run:
        return runs.get(self._workbench.database, number)

    def __iter__(self) -> Iterator[Run]:
        return iter(self(most=None))

    def __repr__(self) -> str:
        return repr(self())

    def _repr_html_(self) -> str:
        return self()._repr_html_()


COLUMNS = (
    ("run", lambda run: run.id),
    ("kind", lambda run: run.kind),
    ("state", lambda run: run.state.replace("_", " ") + (", pruned" if run.pruned_by else "")),
    ("started", lambda run: run.started_at),
    ("actor", lambda run: run.actor),
    ("documents", lambda run: run.counts.get("documents")),
    ("reason", lambda run: run.reason),
    ("message", lambda run: run.message),
)
