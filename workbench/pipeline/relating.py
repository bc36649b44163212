"""Fourth station: which of the new documents are nearly the same as another.

Each pair is looked at from whichever side is new, and each document keeps its
best original, so the outcome depends neither on the order of arrival nor on
the number of workers. The original of a pair is the one that was born
digital, then the one whose digest comes first: both are properties of the
content alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from workbench import dedup
from workbench.catalog import relating
from workbench.catalog.relating import ImagePeer, TextPeer
from workbench.database import Transaction
from workbench.pipeline.job import Job
from workbench.records import Difference, Digest, Json, Kind, NearDuplicate, Stage
from workbench.runs.items import Done

BATCH = 100
P = TypeVar("P", TextPeer, ImagePeer)


@dataclass(frozen=True, kw_only=True)
class _Pair:
    copy_id: int
    original_id: int
    original_digest: Digest
    score: float
    difference: Difference
    details: Json


def relate(job: Job) -> None:
    """Find the best original of every document that was read."""
    with job.timed(Stage.RELATE):
        for batch in job.items.batches(Stage.RELATE, most=BATCH):
            digests = [item.key for item in batch]
            with job.database.transaction() as tx:
                pairs = {Kind.TEXT: _text_pairs(tx, digests), Kind.IMAGE: _image_pairs(tx, digests)}
            with job.database.transaction(run=job.run_id) as tx:
                for kind, found in pairs.items():
                    _keep_best(tx, kind, found)
                job.items.complete(tx, [Done(id=item.id) for item in batch])
            job.show(Stage.RELATE)


def _text_pairs(tx: Transaction, digests: Sequence[str]) -> list[_Pair]:
    pairs: list[_Pair] = []
    for peer in relating.texts(tx, digests):
        others = relating.text_candidates(tx, peer)
        scores = dedup.similarities(peer.signature, [other.signature for other in others])
        near = [other for other, score in zip(others, scores, strict=True) if score >= dedup.CANDIDATE]
        bodies = relating.bodies(tx, [peer.text_digest, *(other.text_digest for other in near)])
        for other in near:
            pair = _compare(*_ordered(peer, other, lambda p: (p.from_ocr, p.digest)), bodies)
            if pair is not None:
                pairs.append(pair)
    return pairs


def _compare(original: TextPeer, copy: TextPeer, bodies: Mapping[str, str]) -> _Pair | None:
    found = dedup.compare(
        bodies[original.text_digest],
        bodies[copy.text_digest],
        a_from_ocr=original.from_ocr,
        b_from_ocr=copy.from_ocr,
    )
    if not found.is_near:
        return None
    return _Pair(
        copy_id=copy.id,
        original_id=original.id,
        original_digest=original.digest,
        score=found.score,
        difference=found.difference,
        details=found.details,
    )


def _image_pairs(tx: Transaction, digests: Sequence[str]) -> list[_Pair]:
    pairs: list[_Pair] = []
    for peer in relating.images(tx, digests):
        for other in relating.image_candidates(tx, peer):
            distance = dedup.image_distance(peer.signature, other.signature)
            if distance > dedup.NEAR_IMAGE:
                continue
            original, copy = _ordered(peer, other, lambda p: (False, p.digest))
            pairs.append(
                _Pair(
                    copy_id=copy.id,
                    original_id=original.id,
                    original_digest=original.digest,
                    score=1 - distance,
                    difference=Difference.NONE if distance == 0 else Difference.SCAN,
                    details={},
                )
            )
    return pairs


def _ordered(a: P, b: P, key: Callable[[P], tuple[bool, str]]) -> tuple[P, P]:
    return (a, b) if key(a) < key(b) else (b, a)


def _keep_best(tx: Transaction, kind: Kind, pairs: Sequence[_Pair]) -> None:
    best: dict[int, _Pair] = {}
    for pair in pairs:
        held = best.get(pair.copy_id)
        if held is None or _rank(pair.score, pair.original_digest) < _rank(held.score, held.original_digest):
            best[pair.copy_id] = pair
    present = relating.relations(tx, list(best), kind)
    for pair in sorted(best.values(), key=lambda p: p.copy_id):
        now = present.get(pair.copy_id)
        if now is None or _rank(pair.score, pair.original_digest) < _rank(now.score, now.original_digest):
            relating.keep(
                tx,
                NearDuplicate(
                    document_id=pair.copy_id,
                    original_id=pair.original_id,
                    kind=kind,
                    score=pair.score,
                    difference=pair.difference,
                    details=pair.details,
                ),
            )


def _rank(score: float, original: Digest) -> tuple[float, Digest]:
    # Rounded as the catalogue keeps it, or a score would differ from itself read back.
    return (-round(score, 4), original)
