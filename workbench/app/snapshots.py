"""The snapshots of a workbench: named points of the journal, listed, compared and returned to."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench import jobs
from workbench.app import setting, taking_back
from workbench.errors import RunError
from workbench.journal import reading, snapshots
from workbench.listing import Listing
from workbench.progress import Progress, silent
from workbench.records import Snapshot
from workbench.rollback import Plan, Scope

if TYPE_CHECKING:
    from workbench.app.workbench import Workbench


class Snapshots:
    """The snapshots of a workbench, newest first."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def create(self, name: str, *, reason: str = "") -> Snapshot:
        """Name the catalogue as it stands, to return to it later; costs nothing but the name."""
        if not reason.strip():
            raise RunError(f"say why snapshot '{name}' is made; whoever finds it later will want to know")
        return snapshots.create(self._workbench.database, name, reason=reason)

    def list(self) -> Listing[Snapshot]:
        """All snapshots, newest first; those that can no longer be returned to say so."""
        with self._workbench.database.transaction() as tx:
            lost = reading.pruned_up_to(tx)
        columns = (*COLUMNS, ("", lambda snapshot: "the journal since then is pruned" * (snapshot.change_id < lost)))
        return Listing(snapshots.listed(self._workbench.database), columns=columns, empty="there are no snapshots")

    def diff(self, name: str, *, labels: bool = True) -> Plan:
        """What has changed since: the documents as they are now, and as they were.

        Parameters
        ----------
        labels : whether what people decided counts
        """
        setting.needs_service(self._workbench.role, "comparing with a snapshot")
        snapshot = snapshots.get(self._workbench.database, name)
        self._refuse_pruned(snapshot)
        found = jobs.rollback.plan(self._workbench.database, Scope(point=snapshot.change_id, labels=labels))
        return replace(found, since=name, effects=())

    def restore(
        self,
        name: str,
        *,
        dry_run: bool = False,
        labels: bool = False,
        reason: str = "",
        progress: Progress = silent,
    ) -> Plan:
        """Take back all runs since a snapshot, as one run that can be taken back itself.

        Parameters
        ----------
        dry_run : say what would be done
        labels : also what people decided since; otherwise the documents they decided about are kept
        """
        self._refuse_pruned(snapshots.get(self._workbench.database, name))
        return taking_back.restore(
            self._workbench, name, dry_run=dry_run, labels=labels, reason=reason, progress=progress
        )

    def remove(self, name: str) -> None:
        """Forget a named point; nothing else changes."""
        snapshots.remove(self._workbench.database, name)

    def __getitem__(self, name: str) -> Snapshot:
        return snapshots.get(self._workbench.database, name)

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(self.list())

    def __len__(self) -> int:
        return len(self.list())

    def __repr__(self) -> str:
        return repr(self.list())

    def _repr_html_(self) -> str:
        return self.list()._repr_html_()

    def _refuse_pruned(self, snapshot: Snapshot) -> None:
        with self._workbench.database.transaction() as tx:
            if snapshot.change_id < reading.pruned_up_to(tx):
                raise RunError(
                    f"snapshot '{snapshot.name}' can no longer be returned to or compared with: the journal since then "
                    "was pruned in part; a backup of that time is the way back"
                )


COLUMNS = (
    ("snapshot", lambda snapshot: snapshot.name),
    ("made", lambda snapshot: snapshot.created_at),
    ("by", lambda snapshot: "itself" if snapshot.is_automatic else snapshot.actor),
    ("reason", lambda snapshot: snapshot.reason),
)
