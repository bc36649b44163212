"""Named points of the journal to return to."""

import re

from workbench.database import Database, Queries, Transaction
from workbench.errors import RunError, UnknownName
from workbench.records import Snapshot

SQL = Queries("journal")

_NAME = re.compile(r"[\w][\w .+-]{0,79}")


def point(tx: Transaction) -> int:
    """The last entry of the journal; waits for those who are writing to it."""
    return int(tx.value(SQL.point))


def create(database: Database, name: str, *, reason: str = "") -> Snapshot:
    """Name the journal as it stands.

    Raises
    ------
    RunError
        There is a snapshot of that name already, or the name holds what no name should.
    """
    if not _NAME.fullmatch(name):
        raise RunError(f"'{name}' cannot name a snapshot; take letters, digits, spaces and . + - _, 80 at the most")
    with database.transaction() as tx:
        params = {"name": name, "change_id": point(tx), "reason": reason, "actor": database.actor}
        if not tx.run(SQL.create_snapshot, params):
            raise RunError(f"there is a snapshot '{name}' already; take another name, or remove that one first")
        return _get(tx, name)


def before_run(tx: Transaction, run_id: int, actor: str) -> None:
    """Name the point before a run that changes much; once for each run."""
    tx.run(SQL.snapshot_before_run, {"run_id": run_id, "actor": actor})


def get(database: Database, name: str) -> Snapshot:
    """The snapshot of that name; raises `UnknownName` with the nearest there is."""
    with database.transaction() as tx:
        return _get(tx, name)


def listed(database: Database) -> list[Snapshot]:
    """All snapshots, newest first."""
    with database.transaction() as tx:
        return tx.all(SQL.snapshots, into=Snapshot)


def remove(database: Database, name: str) -> None:
    """Forget a named point; the journal itself stays."""
    with database.transaction() as tx:
        if not tx.run(SQL.remove_snapshot, {"name": name}):
            _get(tx, name)


def _get(tx: Transaction, name: str) -> Snapshot:
    found = tx.one(SQL.snapshot, {"name": name}, into=Snapshot)
    if found is None:
        raise UnknownName("snapshot", name, known=[s.name for s in tx.all(SQL.snapshots, into=Snapshot)])
    return found
