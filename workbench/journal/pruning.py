"""Forgetting the oldest part of the journal, and what only that part named.

Only a beginning of the journal goes, and with whole runs: one that is at work
or ended within the time that is kept keeps all its entries, and so does every
run whose entries lie between those. What is forgotten cannot be taken back.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice

from workbench.database import Queries, Transaction
from workbench.errors import ConfigError
from workbench.journal import effects
from workbench.journal.store_target import removal
from workbench.records import Digest

SQL = Queries("journal")

_AGE = re.compile(r"(\d{1,6}) ?([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_LONGEST = timedelta(days=36_500)

# Effects are intended so many at a time, whatever their number.
BATCH = 5000


@dataclass(frozen=True, kw_only=True)
class Span:
    """Where in the journal the entries of a run lie, and whether it keeps them."""

    run_id: int
    first: int
    last: int
    is_kept: bool


@dataclass(frozen=True, kw_only=True)
class Pruning:
    """What pruning the journal takes away.

    Parameters
    ----------
    up_to : entries up to this one; 0 for none
    runs : how many runs can no longer be taken back
    texts : texts, and what was found beside them, that nothing names any more
    blobs, size : likewise bytes in the store
    snapshots : names of those that can no longer be restored; those made by themselves go
    """

    older_than: timedelta
    up_to: int = 0
    runs: int = 0
    changes: int = 0
    texts: int = 0
    pictures: int = 0
    blobs: int = 0
    size: int = 0
    snapshots: tuple[str, ...] = ()
    automatic_snapshots: int = 0


def age(given: str | timedelta) -> timedelta:
    """A length of time, as such or as 12h, 90d or 6w.

    Raises
    ------
    ConfigError
        It is none, or longer than a century.
    """
    if isinstance(given, timedelta):
        found = given
    elif match := _AGE.fullmatch(given.strip()):
        found = timedelta(hours=int(match[1]) * _HOURS[match[2]])
    else:
        raise ConfigError(f"'{given}' is no length of time; give hours, days or weeks, for example 12h, 90d or 6w")
    if not timedelta(0) <= found <= _LONGEST:
        raise ConfigError(f"{given} is out of range; give between 0d and {_LONGEST.days}d")
    return found


def plan(tx: Transaction, older_than: timedelta) -> Pruning:
    """Return what pruning would take away now; writes nothing."""
    found = _cut(tx, older_than)
    if not found.up_to:
        return found
    params = {"up_to": found.up_to}
    blobs, size = _totals(_unnamed_blobs(tx, found.up_to))
    return replace(
        found,
        changes=tx.value(SQL.count_pruned, params),
        texts=tx.value(SQL.count_unnamed_texts, params),
        pictures=tx.value(SQL.count_unnamed_pictures, params),
        blobs=blobs,
        size=size,
    )


def prune(tx: Transaction, run_id: int, older_than: timedelta) -> Pruning:
    """Forget what is older, and intend to remove the bytes that nothing names then."""
    tx.value(SQL.point)  # nobody is writing to the journal from here on
    found = _cut(tx, older_than)
    if not found.up_to:
        return found
    params = {"up_to": found.up_to}
    blobs, size = _totals(_intending(tx, run_id, _unnamed_blobs(tx, found.up_to)))
    tx.run(SQL.forget_automatic_snapshots, params)
    return replace(
        found,
        changes=tx.value(SQL.prune, params),
        texts=tx.value(SQL.free_texts),
        pictures=tx.value(SQL.free_pictures),
        blobs=blobs,
        size=size,
    )


def cut(spans: Sequence[Span]) -> int:
    """The last entry that may go without touching a run that is kept; 0 for none."""
    limit = max((span.last for span in spans), default=0)
    while True:
        # A run that reaches beyond the limit is kept as a whole, which may lower the limit again.
        firsts = [span.first for span in spans if (span.is_kept or span.last > limit) and span.first <= limit]
        if not firsts:
            return max((span.last for span in spans if span.last <= limit), default=0)
        limit = min(firsts) - 1


def _cut(tx: Transaction, older_than: timedelta) -> Pruning:
    spans = tx.all(SQL.spans, {"older_than": older_than}, into=Span)
    up_to = cut(spans)
    lost = tx.tuples(SQL.lost_snapshots, {"up_to": up_to}) if up_to else []
    return Pruning(
        older_than=older_than,
        up_to=up_to,
        runs=sum(span.last <= up_to for span in spans),
        snapshots=tuple(name for name, is_automatic in lost if not is_automatic),
        automatic_snapshots=sum(is_automatic for _, is_automatic in lost),
    )


def _unnamed_blobs(tx: Transaction, up_to: int) -> Iterator[tuple[Digest, int]]:
    with tx.connection.cursor("unnamed_blobs") as cursor:
        cursor.itersize = BATCH
        for digest, size in cursor.execute(SQL.unnamed_blobs, {"up_to": up_to}):
            yield Digest(digest), size


def _intending(tx: Transaction, run_id: int, found: Iterator[tuple[Digest, int]]) -> Iterator[tuple[Digest, int]]:
    """Hand on what is found, and intend to remove it."""
    while batch := list(islice(found, BATCH)):
        effects.intend(tx, run_id, [removal(run_id, digest) for digest, _ in batch])
        yield from batch


def _totals(found: Iterator[tuple[Digest, int]]) -> tuple[int, int]:
    """Return how many blobs there are, and their bytes."""
    count = total = 0
    for _, size in found:
        count, total = count + 1, total + size
    return count, total
