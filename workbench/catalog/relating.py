"""Which documents are nearly the same: candidates by shared bands, and the relation that is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from workbench.database import Queries, Transaction
from workbench.records import Digest, NearDuplicate

SQL = Queries("catalog")

# Of a band that very many documents share (a form letter) so many are compared, the first by digest:
# enough to find the best original, and the cost of a document stays the same in a large catalogue.
MOST_PER_BAND = 64


@dataclass(frozen=True, kw_only=True)
class TextPeer:
    """A document with its text's signature."""

    id: int
    digest: Digest
    from_ocr: bool
    text_digest: Digest
    signature: bytes


@dataclass(frozen=True, kw_only=True)
class ImagePeer:
    """A picture with its hash."""

    id: int
    digest: Digest
    signature: bytes


def texts(tx: Transaction, digests: Sequence[str]) -> list[TextPeer]:
    """The documents that have a text signature, among these."""
    return tx.all(SQL.texts_to_relate, {"digests": list(digests)}, into=TextPeer)


def text_candidates(tx: Transaction, peers: Sequence[TextPeer]) -> Mapping[Digest, list[TextPeer]]:
    """Documents whose text shares a band with one of these, by the digest of that one's text."""
    params = {"digests": [peer.text_digest for peer in peers], "most": MOST_PER_BAND}
    found: dict[Digest, list[TextPeer]] = {}
    for row in tx.dicts(SQL.text_candidates, params):
        found.setdefault(row.pop("of_digest"), []).append(TextPeer(**row))
    return found


def images(tx: Transaction, digests: Sequence[str]) -> list[ImagePeer]:
    """The pictures that have a hash, among these."""
    return tx.all(SQL.images_to_relate, {"digests": list(digests)}, into=ImagePeer)


def image_candidates(tx: Transaction, peers: Sequence[ImagePeer]) -> Mapping[Digest, list[ImagePeer]]:
    """Pictures whose hash shares a band with one of these, by that one's digest."""
    params = {"digests": [peer.digest for peer in peers], "most": MOST_PER_BAND}
    found: dict[Digest, list[ImagePeer]] = {}
    for row in tx.dicts(SQL.image_candidates, params):
        found.setdefault(row.pop("of_digest"), []).append(ImagePeer(**row))
    return found


def related_in_run(tx: Transaction, run_id: int, digests: Sequence[str]) -> set[str]:
    """Which of these documents a run relates itself, sooner or later."""
    return {row[0] for row in tx.tuples(SQL.related_in_run, {"run_id": run_id, "digests": list(digests)})}


def bodies(tx: Transaction, digests: Sequence[str]) -> Mapping[str, str]:
    """Texts by digest."""
    return dict(tx.tuples(SQL.bodies, {"digests": list(digests)}))


def add_copies(tx: Transaction, run_id: int, digests: Sequence[str]) -> None:
    """Let a run relate again what is held to be nearly the same as one of these."""
    tx.run(SQL.relate_copies, {"run_id": run_id, "digests": list(digests)})


def keep_all(tx: Transaction, digests: Sequence[str], found: Sequence[NearDuplicate]) -> None:
    """Record the best originals that were found; of these documents any other relation goes."""
    for relation in sorted(found, key=lambda r: (r.document_id, r.kind)):
        keep(tx, relation)
    kept = {"ids": [r.document_id for r in found], "kinds": [r.kind for r in found]}
    tx.run(SQL.forget_relations, {"digests": list(digests), **kept})


def keep(tx: Transaction, relation: NearDuplicate) -> None:
    """Record the best original of a document."""
    tx.run(
        SQL.keep_relation,
        {
            "document_id": relation.document_id,
            "kind": relation.kind,
            "original_id": relation.original_id,
            "score": round(relation.score, 4),
            "difference": relation.difference,
            "details": Jsonb(dict(relation.details)),
        },
    )
