"""What a source handed over becomes blobs, arrivals and documents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from workbench.database import Queries, Transaction
from workbench.records import Arrival, Blob

SQL = Queries("catalog")


@dataclass(frozen=True, kw_only=True)
class Taken:
    """An arrival whose bytes are in the store."""

    arrival: Arrival
    blob: Blob
    media_type: str


def unknown(tx: Transaction, source: str, external_ids: Sequence[str]) -> set[str]:
    """Of these external ids the ones that no present arrival has and that are not held back."""
    rows = tx.tuples(SQL.unknown_arrivals, {"source": source, "external_ids": list(external_ids)})
    return {row[0] for row in rows}


def present(tx: Transaction, source: str, external_ids: Sequence[str]) -> set[str]:
    """Of these external ids the ones that a present arrival has."""
    rows = tx.tuples(SQL.present_arrivals, {"source": source, "external_ids": list(external_ids)})
    return {row[0] for row in rows}


def places_below(tx: Transaction, source: str, root: str) -> Iterator[tuple[int, str]]:
    """Ids and places of the present arrivals of a source, below one root; those moved away when taken are left out."""
    yield from ((row[0], row[1]) for row in tx.tuples(SQL.places_below, {"source": source, "root": root}))


def mark_vanished(tx: Transaction, arrival_ids: Sequence[int]) -> None:
    """Mark arrivals that are no longer where they were, and the members of containers among them."""
    if arrival_ids:
        tx.run(SQL.mark_vanished, {"ids": list(arrival_ids)})
        _follow_containers(tx)


def take(tx: Transaction, *, run: int, wave: int, taken: Sequence[Taken]) -> Mapping[str, int]:
    """Record arrivals, their blobs and documents, and what is to be done with them next.

    Arrivals of one call may repeat a digest or a place; of two at one place
    the one modified last is present. The outcome does not depend on their
    order nor, at different places, on how they are spread over calls.

    Parameters
    ----------
    wave : depth of containers at which newly made documents are read

    Returns
    -------
    what is held back instead: external ids, each with the run that had taken it and was taken back
    """
    if not taken:
        return {}
    with tx.staged(SQL.stage_incoming, "incoming", _rows(taken)):
        tx.run(SQL.follow_holds)
        held = {row[0]: row[1] for row in tx.tuples(SQL.hold_back)}
        tx.run(SQL.take_blobs)
        tx.run(SQL.revive_arrivals)
        tx.run(SQL.touch_arrivals)
        new = [row[0] for row in tx.tuples(SQL.take_arrivals)]
        superseded = tx.run(SQL.supersede_arrivals)
        moved = tx.run(SQL.recognise_moves, {"ids": new})
        if superseded or moved:
            _follow_containers(tx)
        tx.run(SQL.members_come_back)
        tx.run(SQL.take_documents)
        relocated = relocate(tx, tx.tuples(SQL.rename_documents))
        tx.run(SQL.next_items_of_incoming, {"run_id": run, "wave": wave, "relocated": relocated})
    return held


def add_leftovers(tx: Transaction, run: int, root: str, *, later: int) -> int:
    """Take on the documents below a place that an unfinished run left on their way; how many items that made."""
    return tx.run(SQL.leftover_items, {"run_id": run, "root": root, "later": later})


def try_again(tx: Transaction, run: int, root: str, *, options_digest: str, has_passwords: bool) -> int:
    """Take on the documents below a place that these options may open; how many items that made."""
    params = {"run_id": run, "root": root, "options_digest": options_digest, "has_passwords": has_passwords}
    return tx.run(SQL.worth_another_try, params)


def relocate(tx: Transaction, renamed: Sequence[tuple[str, ...]]) -> list[str]:
    """Move what was inside of renamed containers along.

    Parameters
    ----------
    renamed : digest, place before and place after of each document that got another name

    Returns
    -------
    digests of the documents inside, which are to be classified anew
    """
    found: list[str] = []
    for _, before, after in renamed:
        if tx.run(SQL.relocate_members, {"before": before, "after": after}):
            found += [row[0] for row in tx.tuples(SQL.relocate_documents, {"before": before, "after": after})]
    return found


def _rows(taken: Sequence[Taken]) -> Iterator[tuple[object, ...]]:
    for one in taken:
        a, b = one.arrival, one.blob
        yield (
            a.source,
            a.external_id,
            a.locator,
            a.name,
            b.digest,
            b.size,
            b.stored_digest,
            b.key_id,
            a.parent,
            a.depth,
            a.modified_at,
            Jsonb(dict(a.metadata)),
            one.media_type,
        )


def _follow_containers(tx: Transaction) -> None:
    # Each pass reaches one level of containers deeper; a level that changes nothing is the last.
    while tx.run(SQL.members_left_behind):
        pass
