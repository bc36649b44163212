"""Which documents are nearly the same: candidates by shared bands, and the relation that is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from workbench.database import Queries, Transaction
from workbench.records import Digest, Json, Kind, NearDuplicate

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


@dataclass(frozen=True, kw_only=True)
class Relation:
    """What is kept about a document and its original."""

    document_id: int
    original_id: int
    kind: Kind
    score: float
    difference: str
    details: Json
    original_digest: Digest


def texts(tx: Transaction, digests: Sequence[str]) -> list[TextPeer]:
    """The documents that have a text signature, among these."""
    return tx.all(SQL.texts_to_relate, {"digests": list(digests)}, into=TextPeer)


def text_candidates(tx: Transaction, peer: TextPeer) -> list[TextPeer]:
    """Documents whose text shares a band with this one's."""
    params = {"text_digest": peer.text_digest, "id": peer.id, "most": MOST_PER_BAND}
    return tx.all(SQL.text_candidates, params, into=TextPeer)


def images(tx: Transaction, digests: Sequence[str]) -> list[ImagePeer]:
    """The pictures that have a hash, among these."""
    return tx.all(SQL.images_to_relate, {"digests": list(digests)}, into=ImagePeer)


def image_candidates(tx: Transaction, peer: ImagePeer) -> list[ImagePeer]:
    """Pictures whose hash shares a band with this one's."""
    params = {"digest": peer.digest, "id": peer.id, "most": MOST_PER_BAND}
    return tx.all(SQL.image_candidates, params, into=ImagePeer)


def bodies(tx: Transaction, digests: Sequence[str]) -> Mapping[str, str]:
    """Texts by digest."""
    return dict(tx.tuples(SQL.bodies, {"digests": list(digests)}))


def relations(tx: Transaction, ids: Sequence[int], kind: Kind) -> Mapping[int, Relation]:
    """What these documents are related to at present."""
    rows = tx.all(SQL.relation_of, {"ids": list(ids), "kind": kind}, into=Relation)
    return {row.document_id: row for row in rows}


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
