"""Looking into the catalogue: lists, one document with its life, search, totals."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from workbench.catalog import keeping
from workbench.database import Queries, Transaction
from workbench.errors import NotFound
from workbench.records import Document, Evidence, Extraction, Hit, Json, Label, Opinion, Problem, Thumbnail

SQL = Queries("catalog")


class _Placed(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def locator(self) -> str: ...


T = TypeVar("T", bound=_Placed)


@dataclass(frozen=True, kw_only=True)
class Life:
    """Everything the catalogue knows about a document."""

    document: Document
    arrivals: list[Json]
    extraction: Json | None
    opinions: list[Opinion]
    labels: list[Label]
    near: list[Json]
    members: list[Json]
    problems: list[Problem]


def page(
    tx: Transaction,
    *,
    category: str | None = None,
    decision: str | None = None,
    state: str | None = None,
    name: str | None = None,
    most: int = 50,
    skip: int = 0,
) -> list[Document]:
    """Documents that fit all conditions given, newest first."""
    return tx.all(
        SQL.documents_page,
        {
            "category": category,
            "decision": decision,
            "state": state,
            "name": None if name is None else _composed(name),
            "most": most,
            "skip": skip,
        },
        into=Document,
    )


def numbered(tx: Transaction, number: int) -> list[Document]:
    """The document of that number; none where it is gone, even if a file is called like it."""
    return tx.all(SQL.document_by_id, {"id": number}, into=Document)


def named(tx: Transaction, key: str) -> list[Document]:
    """Documents by id, beginning of the digest, file name or path."""
    if key.isascii() and key.isdigit() and len(key) < 19 and (found := numbered(tx, int(key))):
        return found
    return tx.all(SQL.documents_named, {"key": key, "composed": _composed(key)}, into=Document)


def known(tx: Transaction, key: int | str) -> list[Document]:
    """Documents by number, or by whatever else a person may call them."""
    return numbered(tx, key) if isinstance(key, int) else named(tx, key)


def only(found: Sequence[T], key: int | str) -> T:
    """The one document that was meant.

    Raises
    ------
    NotFound
        There is none, or more than one.
    """
    if not found:
        raise NotFound(f"no document {key!r}; give its number, name, path or the beginning of its digest")
    if len(found) > 1:
        listed = "".join(f"\n  {d.id}  {d.locator}" for d in found[:10])
        raise NotFound(f"{len(found)} documents are called {key!r}; say which by its number:{listed}")
    return found[0]


def life(tx: Transaction, document: Document) -> Life:
    """Where a document came from, how it was read, what was said about it."""
    by_id, by_digest = {"id": document.id}, {"digest": document.digest}
    extraction = tx.dicts(SQL.extraction_of, by_id)
    return Life(
        document=document,
        arrivals=list(tx.dicts(SQL.arrivals_of, by_digest)),
        extraction=extraction[0] if extraction else None,
        opinions=[_opinion(row) for row in tx.dicts(SQL.opinions_of, by_id)],
        labels=tx.all(SQL.labels_of, by_id, into=Label),
        near=list(tx.dicts(SQL.near_of, by_id)),
        members=list(tx.dicts(SQL.members_of, by_digest)),
        problems=tx.all(SQL.problems_of, by_digest, into=Problem),
    )


def text(tx: Transaction, document_id: int) -> str:
    """A document's text; empty where it has none."""
    return str(tx.value(SQL.text_of, {"id": document_id}) or "")


def extraction(tx: Transaction, document_id: int) -> Extraction | None:
    """How a document was read, with all that is kept; None while it is not read."""
    found = tx.dicts(SQL.whole_extraction_of, {"id": document_id})
    return keeping.extraction_of(found[0]) if found else None


def thumbnails(tx: Transaction, digest: str) -> list[Thumbnail]:
    """Small pictures of a document's pages, first page first."""
    return tx.all(SQL.thumbnails_of, {"digest": digest}, into=Thumbnail)


def search(tx: Transaction, question: str, *, most: int = 20, skip: int = 0) -> list[Hit]:
    """Full-text search in German and English, best first, with snippets."""
    return tx.all(SQL.search, {"question": _composed(question), "most": most, "skip": skip}, into=Hit)


def categories(tx: Transaction) -> list[str]:
    """Every category that rules ever declared."""
    return [row[0] for row in tx.tuples(SQL.category_ids)]


def totals(tx: Transaction) -> dict[str, Any]:  # Any: counts, and lists of counts
    """The catalogue in numbers."""
    return {
        **tx.dicts(SQL.totals)[0],
        "by_category": tx.dicts(SQL.totals_by_category),
        "by_state": tx.dicts(SQL.totals_by_state),
    }


def _composed(text: str) -> str:
    # Names and texts are kept composed; some keyboards and file systems take umlauts apart.
    return unicodedata.normalize("NFC", text)


def _opinion(row: dict[str, Any]) -> Opinion:  # Any: the columns of a row
    return Opinion(**{**row, "evidence": tuple(Evidence(**e) for e in row["evidence"])})
