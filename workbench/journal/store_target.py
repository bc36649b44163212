"""The store as a target of effects: bytes that nothing names any more are removed.

Only while nobody is storing: a run that meets bytes which are there already
relies on them before it commits.
"""

from collections.abc import Sequence
from contextlib import nullcontext

from workbench.database import Database, Queries, Transaction
from workbench.errors import StoreError
from workbench.journal import orphans
from workbench.records import Digest, Effect
from workbench.store import Store

SQL = Queries("journal")

STORE = "store"
REMOVE = "remove"


def removal(run_id: int, digest: Digest) -> Effect:
    """The effect by which bytes are removed."""
    return Effect(run_id=run_id, target=STORE, operation=REMOVE, key=digest)


def unnamed(tx: Transaction, digests: Sequence[Digest]) -> list[Digest]:
    """Of these blobs the ones that neither the catalogue nor the journal names."""
    return [Digest(row[0]) for row in tx.tuples(SQL.unnamed, {"digests": list(digests)})]


class StoreTarget:
    """Removes bytes, unless they are named again.

    Parameters
    ----------
    is_alone : whether the caller holds off everybody who stores; else it is done for each
    """

    def __init__(self, database: Database, store: Store, *, is_alone: bool = False) -> None:
        self._database = database
        self._store = store
        self._is_alone = is_alone

    def perform(self, effect: Effect) -> str:
        with nullcontext() if self._is_alone else orphans.alone(self._database):
            return self._remove(Digest(effect.key))

    def _remove(self, digest: Digest) -> str:
        with self._database.transaction() as tx:
            is_unnamed = unnamed(tx, [digest])
        if not is_unnamed:
            return "it is named again, and stays"
        self._store.remove(digest)
        return ""

    def undo(self, effect: Effect) -> str:
        raise StoreError(
            f"blob {effect.key[:12]}… was removed when run {effect.run_id} pruned the journal; only a backup has it"
        )
