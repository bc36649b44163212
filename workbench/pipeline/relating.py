"""Fourth station: which of the new documents are nearly the same as another.

Of a pair, the original is the one that was born digital, then the one whose
digest comes first: properties of the content alone. Each document keeps its
best original. An older document is looked at again when a new one might be a
better original for it, and every copy of one that was read again, so the outcome
depends neither on the order of arrival nor on the number of workers.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from workbench import dedup
from workbench.catalog import relating
from workbench.catalog.relating import ImagePeer, TextPeer
from workbench.database import Transaction
from workbench.pipeline.job import Job
from workbench.records import Difference, Digest, Kind, NearDuplicate, Stage
from workbench.runs.items import Done

BATCH = 100
# So many of the likeliest originals are compared word by word: the estimate's error is .04, so a third
# would hardly ever win, and in a form letter's crowd one comparison is as good as another.
COMPARED = 2
# So many older documents are looked at again for one new document, the likeliest first.
LOOKED_AT_AGAIN = 20


def relate(job: Job) -> None:
    """Find the best original of every document that was read."""
    with job.timed(Stage.RELATE):
        for batch in job.items.batches(Stage.RELATE, most=BATCH):
            digests = [item.key for item in batch]
            originals = [item.key for item in batch if item.wave == 0]
            with job.database.transaction() as tx:
                found = [*_relate_texts(tx, job.run_id, digests), *_relate_images(tx, job.run_id, digests)]
            with job.database.transaction(run=job.run_id) as tx:
                relating.add_copies(tx, job.run_id, originals)
                relating.keep_all(tx, digests, found)
                job.items.complete(tx, [Done(id=item.id) for item in batch])
            job.show(Stage.RELATE)


def _relate_texts(tx: Transaction, run_id: int, digests: Sequence[str]) -> list[NearDuplicate]:
    peers = relating.texts(tx, digests)
    candidates = relating.text_candidates(tx, peers)
    older = _older_texts(tx, run_id, peers, candidates)
    beyond = relating.text_candidates(tx, older)
    choices = {
        peer.id: (peer, _likeliest(peer, found.get(peer.text_digest, [])))
        for found, group in ((candidates, peers), (beyond, older))
        for peer in group
    }
    wanted = {p.text_digest for peer, originals in choices.values() for p in (peer, *originals) if originals}
    bodies = relating.bodies(tx, sorted(wanted))
    relations = (_best_text(peer, originals, bodies) for peer, originals in choices.values())
    return [relation for relation in relations if relation is not None]


def _older_texts(
    tx: Transaction, run_id: int, peers: Sequence[TextPeer], candidates: Mapping[Digest, Sequence[TextPeer]]
) -> list[TextPeer]:
    """Documents of earlier runs for which a new one might be a better original."""
    found: dict[int, TextPeer] = {}
    for peer in peers:
        copies = [c for c in candidates.get(peer.text_digest, ()) if _rank(c) > _rank(peer)]
        found |= {c.id: c for _, c in _estimated(peer, copies)[:LOOKED_AT_AGAIN]}
    mine = relating.related_in_run(tx, run_id, [c.digest for c in found.values()])
    return [c for c in found.values() if c.digest not in mine]


def _likeliest(peer: TextPeer, candidates: Iterable[TextPeer]) -> list[TextPeer]:
    originals = [c for c in candidates if _rank(c) < _rank(peer)]
    return [c for _, c in _estimated(peer, originals)[:COMPARED]]


def _estimated(peer: TextPeer, others: Sequence[TextPeer]) -> list[tuple[float, TextPeer]]:
    """Those that may be near, likeliest first; equal ones by digest."""
    scores = dedup.similarities(peer.signature, [other.signature for other in others])
    near = [(float(s), other) for s, other in zip(scores, others, strict=True) if s >= dedup.CANDIDATE]
    return sorted(near, key=lambda pair: (-pair[0], pair[1].digest))


def _best_text(peer: TextPeer, originals: Sequence[TextPeer], bodies: Mapping[str, str]) -> NearDuplicate | None:
    compared = [
        (dedup.near(
            bodies[original.text_digest],
            bodies[peer.text_digest],
            a_from_ocr=original.from_ocr,
            b_from_ocr=peer.from_ocr,
        ), original)
        for original in originals
    ]  # fmt: skip
    near = [(found, original) for found, original in compared if found is not None]
    if not near:
        return None
    found, original = min(near, key=lambda pair: (-pair[0].score, pair[1].digest))
    return NearDuplicate(
        document_id=peer.id,
        original_id=original.id,
        kind=Kind.TEXT,
        score=found.score,
        difference=found.difference,
        details=found.details,
    )


def _relate_images(tx: Transaction, run_id: int, digests: Sequence[str]) -> list[NearDuplicate]:
    peers = relating.images(tx, digests)
    candidates = relating.image_candidates(tx, peers)
    near = {
        copy.id: copy
        for peer in peers
        for copy in candidates.get(peer.digest, ())
        if copy.digest > peer.digest and dedup.image_distance(peer.signature, copy.signature) <= dedup.NEAR_IMAGE
    }
    mine = relating.related_in_run(tx, run_id, [copy.digest for copy in near.values()])
    older = [copy for copy in near.values() if copy.digest not in mine]
    beyond = relating.image_candidates(tx, older)
    relations = chain(
        (_best_image(peer, candidates.get(peer.digest, [])) for peer in peers),
        (_best_image(copy, beyond.get(copy.digest, [])) for copy in older),
    )
    return [relation for relation in relations if relation is not None]


def _best_image(peer: ImagePeer, candidates: Iterable[ImagePeer]) -> NearDuplicate | None:
    originals = [
        (dedup.image_distance(peer.signature, original.signature), original.digest, original.id)
        for original in candidates
        if original.digest < peer.digest
    ]
    distance, _, original_id = min(originals, default=(1.0, "", 0))
    if distance > dedup.NEAR_IMAGE:
        return None
    return NearDuplicate(
        document_id=peer.id,
        original_id=original_id,
        kind=Kind.IMAGE,
        score=1 - distance,
        difference=Difference.NONE if distance == 0 else Difference.SCAN,
    )


def _rank(peer: TextPeer) -> tuple[bool, str]:
    return (peer.from_ocr, peer.digest)
