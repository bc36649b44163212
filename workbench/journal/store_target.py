"""The store as a target of effects: bytes that nothing names any more are removed.

Only while nobody is storing: a run that meets bytes which are there already
relies on them before it commits.
"""

from collections.abc import Sequence, Set

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


def named_again(tx: Transaction, run_id: int) -> Set[Digest]:
    """What a run still intends to remove though something names it now."""
    return frozenset(Digest(row[0]) for row in tx.tuples(SQL.named_again, {"run_id": run_id}))


class StoreTarget:
    """Removes bytes, unless they are named again.

    Parameters
    ----------
    spared : what is named again, where the caller has looked for it and holds off everybody who stores; else both is
        done for each
    """

    def __init__(self, database: Database, store: Store, *, spared: Set[Digest] | None = None) -> None:
        self._database = database
        self._store = store
        self._spared = spared

    def perform(self, effect: Effect) -> str:
        digest = Digest(effect.key)
        if self._spared is not None:
            return self._remove(digest, is_named=digest in self._spared)
        with orphans.alone(self._database):
            with self._database.transaction() as tx:
                is_named = not unnamed(tx, [digest])
            return self._remove(digest, is_named=is_named)

    def _remove(self, digest: Digest, *, is_named: bool) -> str:
        if is_named:
            return "it is named again, and stays"
        self._store.remove(digest)
        return ""

    def undo(self, effect: Effect) -> str:
        raise StoreError(
            f"blob {effect.key[:12]}… was removed when run {effect.run_id} pruned the journal; only a backup has it"
        )
