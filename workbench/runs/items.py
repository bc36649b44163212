"""A run's work as a table of items, claimed under leases.

Several processes may share a run: each claims what nobody else holds and
renews its leases by a heartbeat. What was claimed by a process that is gone
is released, and then tried alone: if it was the item that killed the process,
it takes no neighbour along the next time.
"""

import os
import socket
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from workbench.database import Database, Queries, Transaction
from workbench.errors import DatabaseError, RunError
from workbench.records import Item, Stage

SQL = Queries("runs")

LEASE_S = 60.0
BEAT_S = 10.0
STRIKES = 3
KILLS = 20
"""After so many kills of its worker an item is given up. Each may come from outside and be no fault of the item, but
the kernel, too, kills by that signal where a file wants more memory than there is."""
LATER = 1_000
"""The wave of what is gone on with when all else is done; containers do not nest so deep."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """How an item ended."""

    id: int
    state: str = "done"
    outcome: str = ""


class Items:
    """The items of one run, as one process sees them."""

    def __init__(self, database: Database, run_id: int) -> None:
        self.database = database
        self.run_id = run_id
        self.lease = str(uuid.uuid4())
        self._worker = f"{socket.gethostname()}:{os.getpid()}"

    def add(
        self, tx: Transaction, stage: Stage, *, wave: int, keys: Sequence[str], payloads: Sequence[str] | None = None
    ) -> None:
        """Add work; an item that is there already stays as it is."""
        params = {"run_id": self.run_id, "stage": stage, "wave": wave, "keys": list(keys)}
        tx.run(SQL.add_items, {**params, "payloads": list(payloads) if payloads else ["{}"] * len(keys)})

    def claim(self, stage: Stage, *, wave: int, most: int) -> list[Item]:
        """Take some work under a lease, oldest first; what must be tried alone is left out."""
        return self._claim(stage, wave=wave, most=most, alone=False)

    def claim_alone(self, stage: Stage, *, wave: int) -> Item | None:
        """Take one of the items that lost their process or a worker before."""
        return next(iter(self._claim(stage, wave=wave, most=1, alone=True)), None)

    def batches(self, stage: Stage, *, most: int) -> Iterator[list[Item]]:
        """All open work of a stage, wave by wave; what must be tried alone comes last, each by itself."""
        for wave in self.waves(stage):
            while found := self.claim(stage, wave=wave, most=most):
                yield found
            while one := self.claim_alone(stage, wave=wave):
                yield [one]

    def _claim(self, stage: Stage, *, wave: int, most: int, alone: bool) -> list[Item]:
        params = {
            "run_id": self.run_id,
            "stage": stage,
            "wave": wave,
            "lease": self.lease,
            "lease_s": LEASE_S,
            "worker": self._worker,
            "alone": alone,
            "most": most,
        }
        with self.database.transaction() as tx:
            found = tx.all(SQL.claim, params, into=Item)
        return sorted(found, key=lambda item: item.id)

    def waves(self, stage: Stage) -> Iterator[int]:
        """The waves of a stage that have open work, lowest first, new ones too."""
        while (wave := self._next_wave(stage)) is not None:
            yield wave

    def complete(self, tx: Transaction, done: Sequence[Done]) -> None:
        """Mark items as done; the transaction must not commit where a lease was lost.

        Raises
        ------
        RunError
            Another process took over some of these items; it will do them.
        """
        if not done:
            return
        count = tx.run(
            SQL.complete,
            {
                "ids": [d.id for d in done],
                "states": [d.state for d in done],
                "outcomes": [d.outcome for d in done],
                "lease": self.lease,
            },
        )
        self._refuse_lost(count, len(done))

    def put_off(self, tx: Transaction, ids: Sequence[int], *, wave: int) -> None:
        """Leave items of which a part is done to a later wave; raises as `complete` does."""
        if ids:
            self._refuse_lost(tx.run(SQL.put_off, {"ids": list(ids), "wave": wave, "lease": self.lease}), len(ids))

    def _refuse_lost(self, held: int, wanted: int) -> None:
        if held != wanted:
            raise RunError(
                f"run {self.run_id} was taken over by another process while this one stood still; "
                "what this one had not recorded is done there"
            )

    def strike(self, item: Item, *, count: int = 1, kills: int = 0) -> int:
        """A worker died or stood still on this item: it is tried again alone. The number of strikes so far."""
        params = {"id": item.id, "count": count, "kills": kills, "lease": self.lease}
        with self.database.transaction() as tx:
            return int(tx.value(SQL.strike, params) or 0)

    def release_lost(self, *, all_others: bool) -> int:
        """Free what processes that are gone had claimed.

        Parameters
        ----------
        all_others : whether this process holds the run alone, so that every other lease is lost
        """
        with self.database.transaction() as tx:
            return tx.run(SQL.release_lost, {"run_id": self.run_id, "lease": self.lease, "all": all_others})

    def open_keys(self, stage: Stage) -> set[str]:
        """What is still to be done of a stage."""
        with self.database.transaction() as tx:
            return {row[0] for row in tx.tuples(SQL.open_keys, {"run_id": self.run_id, "stage": stage})}

    def drop(self, stage: Stage, keys: Sequence[str]) -> None:
        """Settle work that is no longer there to be done."""
        if keys:
            with self.database.transaction() as tx:
                tx.run(SQL.drop_items, {"run_id": self.run_id, "stage": stage, "keys": list(keys)})

    def give_back(self) -> None:
        """Free what this process claimed and did not get to."""
        with self.database.transaction() as tx:
            tx.run(SQL.give_back, {"run_id": self.run_id, "lease": self.lease})

    def progress(self) -> Mapping[str, tuple[int, int]]:
        """Done and all, per stage."""
        with self.database.transaction() as tx:
            return {row[0]: (row[1], row[2]) for row in tx.tuples(SQL.progress, {"run_id": self.run_id})}

    @contextmanager
    def heartbeat(self, seconds: Mapping[str, float]) -> Iterator[None]:
        """Renew the run and its leases from a thread, for as long as the block runs."""
        stop = threading.Event()
        thread = threading.Thread(target=self._beat, args=(stop, seconds), name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _beat(self, stop: threading.Event, seconds: Mapping[str, float]) -> None:
        while not stop.wait(BEAT_S):
            try:
                with self.database.transaction() as tx:
                    tx.run(SQL.renew, {"run_id": self.run_id, "lease": self.lease, "lease_s": LEASE_S})
                    tx.run(SQL.beat, {"id": self.run_id, "seconds": Jsonb(dict(seconds))})
            except DatabaseError:
                # The main thread meets the same trouble and says so; a beat that is missed is no harm.
                continue

    def _next_wave(self, stage: Stage) -> int | None:
        with self.database.transaction() as tx:
            found = tx.value(SQL.next_wave, {"run_id": self.run_id, "stage": stage})
        return None if found is None else int(found)
