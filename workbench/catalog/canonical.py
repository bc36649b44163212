"""Are two catalogues the same? Equal canonical digests say so.

The digest goes over the journaled relations, row by row in a fixed order,
without surrogate ids, runs and times: a run that was killed and resumed gives
the digest of one that was not.
"""

import hashlib
from collections.abc import Mapping

from workbench.database import Queries, Transaction

SQL = Queries("catalog")

RELATIONS = (
    "blobs",
    "arrivals",
    "extractions",
    "documents",
    "opinions",
    "labels",
    "problems",
    "near_duplicates",
    "rule_sets",
    "categories",
)


def digests(tx: Transaction) -> Mapping[str, str]:
    """SHA-256 of each relation, for seeing where two catalogues differ."""
    return {relation: _digest(tx, getattr(SQL, f"canonical_{relation}")) for relation in RELATIONS}


def digest(tx: Transaction) -> str:
    """SHA-256 of the whole catalogue."""
    whole = hashlib.sha256()
    for relation, found in digests(tx).items():
        whole.update(f"{relation} {found}\n".encode())
    return whole.hexdigest()


def _digest(tx: Transaction, query: str) -> str:
    hashed = hashlib.sha256()
    with tx.connection.cursor("canonical") as cursor:
        cursor.itersize = 5000
        for (row,) in cursor.execute(query):
            hashed.update(row.encode())
            hashed.update(b"\n")
    return hashed.hexdigest()
