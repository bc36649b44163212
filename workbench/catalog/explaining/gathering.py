"""What the catalogue and its journal hold about one document, fetched and sorted by run and row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from workbench.catalog.explaining.explanation import Doing
from workbench.database import Queries, Transaction
from workbench.records import Change, Digest, Json

SQL = Queries("explaining")


@dataclass(frozen=True, kw_only=True)
class Gone:
    """A document that only the journal knows any more."""

    id: int
    digest: Digest
    name: str
    locator: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an arrival lies, and the document it gave."""

    id: int
    locator: str
    document_id: int | None


@dataclass(frozen=True, kw_only=True)
class Pruning:
    """How far the journal is forgotten."""

    up_to: int
    run_id: int
    pruned_at: datetime


@dataclass(frozen=True, kw_only=True)
class Touched:
    """What one run did to one row: all its entries, and the row before the first and after the last.

    A row that is not there is None.
    """

    relation: str
    entries: tuple[Change, ...]

    @property
    def at(self) -> datetime:
        return self.entries[0].changed_at

    @property
    def until(self) -> datetime:
        return self.entries[-1].changed_at

    @property
    def before(self) -> Json | None:
        return self.entries[0].before

    @property
    def after(self) -> Json | None:
        return self.entries[-1].after

    @property
    def created(self) -> Json | None:
        """The row as it is now known, if it was not there before."""
        return None if self.before else self.after

    @property
    def removed(self) -> Json | None:
        """The row as it was, if it is gone now."""
        return None if self.after else self.before

    @property
    def numbers(self) -> tuple[int, ...]:
        """The entries by their numbers."""
        return tuple(entry.id for entry in self.entries if entry.id)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that is known.

    Parameters
    ----------
    runs : those that touched the document
    names : what other documents are called, by number and by digest
    places : where arrivals lie that came after others
    strikes : how often it ended or outlasted its worker, by run, and whether it was given up
    """

    digest: Digest
    changes: tuple[Change, ...]
    runs: Mapping[int, Doing]
    names: Mapping[int | str, str]
    places: Mapping[int, Place]
    strikes: Mapping[int, tuple[int, str]]
    pruning: Pruning | None

    @property
    def now(self) -> dict[str, list[Json]]:
        """The rows as they are now, by relation."""
        last = {(change.relation, str(change.key)): change for change in self.changes}
        found: dict[str, list[Json]] = {}
        for change in last.values():
            if change.after:
                found.setdefault(change.relation, []).append(change.after)
        return found

    def until(self, row: Touched) -> datetime:
        """When a run was done with a row; where the journal has forgotten that, with the whole document."""
        last = row.entries[-1]
        return last.changed_at if last.id else max(c.changed_at for c in self.changes if c.run_id == last.run_id)

    def rows(self, relation: str) -> list[Json]:
        """The rows of a relation as they were last known, those that are gone too."""
        last = {str(c.key): c.after or c.before for c in self.changes if c.relation == relation}
        return [body for body in last.values() if body]

    def by_run(self) -> dict[int, list[Touched]]:
        """What each run touched, in the order in which it did."""
        rows: dict[int, dict[tuple[str, str], list[Change]]] = {}
        for change in self.changes:
            rows.setdefault(change.run_id, {}).setdefault((change.relation, str(change.key)), []).append(change)
        return {
            run: [Touched(relation=relation, entries=tuple(entries)) for (relation, _), entries in touched.items()]
            for run, touched in rows.items()
        }

    def called(self, document: int | str | None) -> str:
        """A document by name and number, as far as it is known."""
        if document is None:
            return "something that is gone"
        known = self.names.get(document)
        return known or (f"document {document}" if isinstance(document, int) else f"content {document[:12]}")


def gone(tx: Transaction, key: int | str) -> list[Gone]:
    """Documents that are no longer in the catalogue, by number, name, place or the beginning of the digest."""
    return tx.all(SQL.gone_documents, {"key": str(key)}, into=Gone)


def pruning(tx: Transaction) -> Pruning | None:
    """How far the journal is forgotten; None for not at all."""
    return tx.one(SQL.last_pruning, into=Pruning)


def gather(tx: Transaction, digest: Digest) -> Facts:
    """Everything that happened to a document."""
    changes = tuple(tx.all(SQL.journal_of_document, {"digest": digest}, into=Change))
    bodies = [body for change in changes for body in (change.before, change.after) if body]
    ids = {"ids": sorted({change.run_id for change in changes})}
    return Facts(
        digest=digest,
        changes=changes,
        runs={run.id: run for run in tx.all(SQL.runs_of_life, ids, into=Doing)},
        names=_names(tx, bodies),
        places={place.id: place for place in tx.all(SQL.arrivals_called, _ids(bodies, "successor_id"), into=Place)},
        strikes={run: (n, state) for run, n, state in tx.tuples(SQL.strikes_of_document, {**ids, "digest": digest})},
        pruning=pruning(tx),
    )


def _names(tx: Transaction, bodies: Sequence[Json]) -> dict[int | str, str]:
    wanted = {**_ids(bodies, "original_id"), "digests": sorted({b["parent"] for b in bodies if b.get("parent")})}
    found: dict[int | str, str] = {}
    for number, digest, name in tx.tuples(SQL.documents_called, wanted):
        found[number] = found[digest] = f"{name} (document {number})"
    return found


def _ids(bodies: Sequence[Json], name: str) -> dict[str, list[int]]:
    return {"ids": sorted({body[name] for body in bodies if body.get(name)})}
