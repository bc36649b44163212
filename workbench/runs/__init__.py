"""The life of a run: it begins, beats, is resumed where it was interrupted, and ends.

A run is held by an advisory lock of the process that works on it. PostgreSQL
frees the lock the moment that process dies, so whether a run is alive is
known at once and for certain; the heartbeat is for people who look.
"""

import os
import socket
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from psycopg.types.json import Jsonb

from workbench.database import Database, Queries
from workbench.errors import RunError, RunHeld
from workbench.records import Json, Run, RunState

SQL = Queries("runs")

_SPACE = 1  # the first number of the advisory locks that hold runs; sql/runs.sql knows it too


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be run.

    Parameters
    ----------
    job : what two runs must not do at once, e.g. the folders of an ingest
    notebook : the executed notebook that this run is started from
    """

    kind: str
    job: str
    parameters: Json = field(default_factory=dict)
    config_digest: str = ""
    code_version: str = ""
    reason: str = ""
    notebook: str | None = None


@contextmanager
def begin(database: Database, order: Order) -> Iterator[tuple[Run, bool]]:
    """Start a run, or go on with the unfinished one of the same job; hold it for the block.

    Yields
    ------
    run, and whether it is one that goes on

    Raises
    ------
    RunHeld
        Another process is at work on this job.
    """
    with database.hold(0, _job_key(order)) as mine:
        # The job is locked first: two processes that start at once must not both insert a run.
        if not mine:
            raise RunHeld(_held(database, order))
        with database.transaction() as tx:
            found = tx.one(SQL.open_run, {"kind": order.kind, "job": order.job}, into=Run)
            if found:
                here = {"host": socket.gethostname(), "pid": os.getpid(), "notebook": order.notebook}
                tx.run(SQL.resume, {"id": found.id, **here})
                run_id = found.id
            else:
                run_id = tx.value(SQL.start, {**_order(order, database.actor)})
        with database.hold(_SPACE, run_id % 2**31):
            yield get(database, run_id), found is not None


def get(database: Database, run_id: int) -> Run:
    """One run by its number."""
    with database.transaction() as tx:
        found = tx.one(SQL.run_by_id, {"id": run_id}, into=Run)
    if found is None:
        raise RunError(f"there is no run {run_id}; 'workbench runs' lists them")
    return found


def recent(database: Database, *, kind: str | None = None, most: int = 20) -> list[Run]:
    """The newest runs first."""
    with database.transaction() as tx:
        return tx.all(SQL.recent_runs, {"kind": kind, "most": most}, into=Run)


def finish(database: Database, run_id: int, state: RunState, *, counts: Json, seconds: Json, message: str = "") -> None:
    """End a run, or leave it as interrupted."""
    with database.transaction() as tx:
        tx.run(
            SQL.finish,
            {
                "id": run_id,
                "state": state,
                "counts": Jsonb(dict(counts)),
                "seconds": Jsonb({k: round(v, 3) for k, v in seconds.items()}),
                "message": message,
            },
        )


def tie_notebook(database: Database, run_ids: Sequence[int], path: str) -> None:
    """Remember which executed notebook belongs to runs."""
    with database.transaction() as tx:
        tx.run(SQL.tie_notebook, {"ids": list(run_ids), "notebook": path})


def move_notebook(database: Database, before: str, after: str) -> None:
    """An executed notebook is kept under another name."""
    with database.transaction() as tx:
        tx.run(SQL.move_notebook, {"before": before, "after": after})


def of_notebook(database: Database, path: str) -> list[int]:
    """The runs that an executed notebook started."""
    with database.transaction() as tx:
        return [row[0] for row in tx.tuples(SQL.runs_of_notebook, {"notebook": path})]


def _order(order: Order, actor: str) -> dict[str, object]:
    return {
        "kind": order.kind,
        "job": order.job,
        "parameters": Jsonb(dict(order.parameters)),
        "config_digest": order.config_digest,
        "code_version": order.code_version,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "actor": actor,
        "reason": order.reason,
        "notebook": order.notebook,
    }


def _job_key(order: Order) -> int:
    # Advisory locks take 32-bit numbers; a clash would only make two different jobs wait for each other.
    return zlib.crc32(f"{order.kind}\n{order.job}".encode()) - 2**31


def _held(database: Database, order: Order) -> str:
    with database.transaction() as tx:
        run = tx.one(SQL.open_run, {"kind": order.kind, "job": order.job}, into=Run)
    if run is None:
        return f"another process is starting this {order.kind}; wait for it to end and start again"
    since = f"{run.started_at:%Y-%m-%d %H:%M} UTC" if run.started_at else "a moment ago"
    return (
        f"run {run.id} is at work on this already: {run.actor} on {run.host}, since {since}; "
        "wait for it to end, or stop it there with Ctrl-C"
    )
