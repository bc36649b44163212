"""What a run touched, as the journal and the effects tell it."""

from dataclasses import dataclass

from workbench.database import Queries, Transaction
from workbench.records import Decision, DocumentState

SQL = Queries("looking")


@dataclass(frozen=True, kw_only=True)
class TouchedDocument:
    """A document that a run touched; what it is now is None where it is gone."""

    id: int
    name: str | None
    operations: list[str]
    decision: Decision | None
    category: str | None
    state: DocumentState | None
    total: int

    @property
    def done(self) -> str:
        """What the run did to it."""
        was_there, is_there = self.operations[0] != "insert", self.operations[-1] != "delete"
        return {
            (True, True): "changed",
            (False, True): "taken in",
            (True, False): "taken out",
            (False, False): "taken in and out again",
        }[was_there, is_there]

    @property
    def now(self) -> str:
        """What it is by now."""
        if self.decision is None:
            return "gone"
        return self.category or self.decision.replace("_", " ")


@dataclass(frozen=True, kw_only=True)
class Effected:
    """So many effects of a kind that stand alike."""

    target: str
    operation: str
    state: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Written:
    """So many changes of a kind to a relation."""

    relation: str
    operation: str
    number: int


def documents(tx: Transaction, run_id: int, *, most: int) -> list[TouchedDocument]:
    """The first documents that a run touched; `total` of each says how many there are."""
    return tx.all(SQL.documents_of_run, {"run_id": run_id, "most": most}, into=TouchedDocument)


def effects(tx: Transaction, run_id: int) -> list[Effected]:
    """What it did outside the catalogue."""
    return tx.all(SQL.effects_of_run, {"run_id": run_id}, into=Effected)


def written(tx: Transaction, run_id: int) -> list[Written]:
    """What it wrote, in numbers."""
    return tx.all(SQL.changes_of_run_by_relation, {"run_id": run_id}, into=Written)


def snapshot(tx: Transaction, run_id: int) -> str | None:
    """The named point before it, where one was made."""
    return tx.value(SQL.snapshot_of_run, {"run_id": run_id})  # type: ignore[no-any-return]  # a column of type text


def took_back(tx: Transaction, run_id: int) -> list[int]:
    """The runs that it took back."""
    return [row[0] for row in tx.tuples(SQL.taken_back_by_run, {"run_id": run_id})]
