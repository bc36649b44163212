"""Blobs that nothing names: left by a run that died between storing and committing.

Whoever stores bytes that are committed later works inside of `storing`, whose
lock the sweep needs for itself alone. So it never takes a blob from under a
run that has stored it, or met it in the store, and not committed yet.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from workbench.database import Database, Queries
from workbench.errors import BlobMissing
from workbench.records import Digest
from workbench.store import Store

log = logging.getLogger(__name__)

SQL = Queries("journal")

# Beside those of runs, this is the third of our spaces of advisory locks.
_STORING = 2

# By so much the clocks of the database and of the store may differ.
SKEW = timedelta(hours=1)


@contextmanager
def storing(database: Database) -> Iterator[None]:
    """Hold off every sweep for as long as the block runs; waits for one that is under way."""
    with database.hold(_STORING, 0, wait=True, shared=True):
        yield


@contextmanager
def alone(database: Database) -> Iterator[None]:
    """Hold off everybody who stores for as long as the block runs; waits for those who are at it."""
    with database.hold(_STORING, 0, wait=True):
        yield


def due_since(database: Database, run_id: int) -> datetime | None:
    """From when on a run at its end should sweep; None where no process died.

    Of runs that are at work at the same time the last sweeps for all of them.
    """
    with database.transaction() as tx:
        found: datetime | None = tx.value(SQL.sweep_due_since, {"run_id": run_id})
    return found


def remove_orphans(database: Database, store: Store, *, since: datetime | None = None) -> int | None:
    """Remove the blobs that neither the catalogue nor the journal names.

    Parameters
    ----------
    since : only those stored since then; None for all

    Returns
    -------
    how many; None, with nothing removed, where others are storing at this moment
    """
    with database.hold(_STORING, 0) as is_alone:
        if not is_alone:
            log.info("blobs that nothing names are not looked for: another run is storing")
            return None
        with database.transaction() as tx:
            rows = tx.tuples(SQL.unnamed, {"digests": list(store.digests())})
        unnamed = [Digest(row[0]) for row in rows]
        orphans = [digest for digest in unnamed if since is None or _is_from(store, digest, since - SKEW)]
        for digest in orphans:
            store.remove(digest)
    return len(orphans)


def _is_from(store: Store, digest: Digest, since: datetime) -> bool:
    try:
        return store.stored_at(digest) >= since
    except BlobMissing:
        return False
