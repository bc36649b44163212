"""What a run did to the catalogue, counted from the rows themselves, so that a resumed run counts once."""

from workbench.database import Queries, Transaction
from workbench.records import Json, Problem

SQL = Queries("catalog")


def counts(tx: Transaction, run_id: int, *, kind: str = "ingest") -> dict[str, int]:
    """Arrivals, duplicates, and documents by what became of them; of a run that reworked, what it did again."""
    found: dict[str, int] = dict(tx.dicts(SQL.outcome_of_run, {"run_id": run_id})[0])
    places = dict(tx.tuples(SQL.places_changed_by_run, {"run_id": run_id}))
    found |= {state: places.get(state, 0) for state in ("superseded", "moved", "vanished")}
    if kind == "reprocess":
        found |= dict(tx.dicts(SQL.reworked_by_run, {"run_id": run_id})[0])
        found["recategorised"] = sum(move["documents"] for move in moves(tx, run_id))
    return found


def moves(tx: Transaction, run_id: int) -> list[Json]:
    """From which category to which a run brought how many documents that were there before; "" for none."""
    return list(tx.dicts(SQL.moves_of_run, {"run_id": run_id}))


def categories(tx: Transaction, run_id: int) -> list[Json]:
    """Documents per category, with one reason as an example."""
    return list(tx.dicts(SQL.categories_of_run, {"run_id": run_id}))


def problems(tx: Transaction, run_id: int) -> list[Problem]:
    """What went wrong in a run."""
    return tx.all(SQL.problems_of_run, {"run_id": run_id}, into=Problem)
