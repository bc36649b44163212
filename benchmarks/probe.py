"""A process that knows nothing yet looks for near duplicates; `lookup` starts it and reads what it prints."""

import json
import sys
import time
from collections.abc import Callable, Sequence

from workbench import dedup
from workbench.catalog import relating
from workbench.database import Database, Transaction


def main() -> None:
    """Answer the order on standard input."""
    order = json.load(sys.stdin)
    start = time.perf_counter()
    with Database(order["conninfo"], actor="benchmarks") as database:
        with database.transaction():
            connecting = time.perf_counter() - start
        answer: dict[str, object] = {"connecting": connecting}
        for kind, look in (("text", _text), ("form letter", _text), ("image", _image)):
            answer[kind] = _timed(database, order[kind], look)
        start = time.perf_counter()
        with database.transaction() as tx:
            _scan(tx, order["text"][0])
        answer["scan"] = time.perf_counter() - start
    print(json.dumps(answer))


def _timed(
    database: Database, digests: Sequence[str], look: Callable[[Transaction, str], int]
) -> dict[str, list[float] | list[int]]:
    seconds: list[float] = []
    found: list[int] = []
    for digest in digests:
        start = time.perf_counter()
        with database.transaction() as tx:
            found.append(look(tx, digest))
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds, "found": found}


def _text(tx: Transaction, digest: str) -> int:
    peers = relating.texts(tx, [digest])
    candidates = relating.text_candidates(tx, peers)
    for peer in peers:
        dedup.similarities(peer.signature, [c.signature for c in candidates.get(peer.text_digest, [])])
    return sum(map(len, candidates.values()))


def _image(tx: Transaction, digest: str) -> int:
    peers = relating.images(tx, [digest])
    candidates = relating.image_candidates(tx, peers)
    for peer in peers:
        for other in candidates.get(peer.digest, []):
            dedup.image_distance(peer.signature, other.signature)
    return sum(map(len, candidates.values()))


def _scan(tx: Transaction, digest: str) -> None:
    peer = relating.texts(tx, [digest])[0]
    rows = tx.tuples("SELECT signature FROM text_signatures")
    dedup.similarities(peer.signature, [row[0] for row in rows])


if __name__ == "__main__":
    main()
