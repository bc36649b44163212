"""What a run changed: each row before and after; and how much of the journal is gone.

An entry holds the row before; the row after is what its next entry had
before, or the row as it is now.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from psycopg.types.json import Jsonb

from workbench.database import Queries, Transaction
from workbench.records import Change, Json

SQL = Queries("journal")

PAGE = 1000


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column of a row that changed."""

    name: str
    before: object
    after: object


@dataclass(frozen=True, kw_only=True)
class _Entry(Change):
    """An entry, and whether none about its row comes later."""

    is_last: bool


def changes_of(tx: Transaction, run_id: int, *, most: int | None = None) -> Iterator[Change]:
    """What a run changed, oldest first, each with the row after it as far as the caller may see it."""
    after, left = 0, most
    while left is None or left > 0:
        wanted = PAGE if left is None else min(PAGE, left)
        page = tx.all(SQL.changes_of_run, {"run_id": run_id, "after": after, "most": wanted}, into=_Entry)
        yield from _completed(tx, page)
        if len(page) < wanted:
            return
        after, left = page[-1].id, None if left is None else left - len(page)


def pruned_up_to(tx: Transaction) -> int:
    """The last entry of the journal that is gone; 0 where nothing was pruned."""
    return int(tx.value(SQL.pruned_up_to))


def is_pruned(tx: Transaction, run_id: int) -> bool:
    """Are entries of this run gone, so that it cannot be taken back?"""
    return bool(tx.value(SQL.is_pruned, {"run_id": run_id}))


def fields(change: Change) -> list[Field]:
    """The columns that a change touched; all that hold something for a row that came in or went."""
    before, after = change.before or {}, change.after or {}
    return [
        Field(name=name, before=before.get(name), after=after.get(name))
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]


def _completed(tx: Transaction, page: Sequence[_Entry]) -> Iterator[Change]:
    open_keys: dict[str, list[Json]] = defaultdict(list)
    for entry in page:
        if entry.is_last:
            open_keys[entry.relation].append(entry.key)
    now = {
        (relation, _plain(key)): row
        for relation, keys in open_keys.items()
        for key, row in tx.tuples(SQL.rows_now, {"relation": relation, "keys": [Jsonb(key) for key in keys]})
    }
    for entry in page:
        row = now.get((entry.relation, _plain(entry.key))) if entry.is_last else entry.after
        known = {name: value for name, value in vars(replace(entry, after=row)).items() if name != "is_last"}
        yield Change(**known)


def _plain(key: Json) -> tuple[tuple[str, object], ...]:
    return tuple(sorted(key.items()))
