"""The life of a run: it begins, beats, is resumed where it was interrupted, and ends.

A run is held by an advisory lock of the process that works on it. PostgreSQL
frees the lock the moment that process dies, so whether a run is alive is
known at once and for certain; the heartbeat is for people who look, and for a
machine that lost its power with the lock still held.
"""

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from psycopg.types.json import Jsonb

from workbench.database import Database, Queries, Transaction
from workbench.errors import RunError, RunHeld
from workbench.records import Json, Run, RunState

SQL = Queries("runs")

# The first numbers of our advisory locks: the gate that starting runs pass one by one, and the runs themselves,
# which the view runs_now knows too.
_GATE, _RUN = 0, 1

# Nothing else may be at work on the catalogue while one of these is, but for people, and for notebooks, which only
# start other runs.
ALONE = ("rollback", "restore", "prune", "replay")
BESIDE = ("review", "notebook")


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Settings or rules as they were, kept by their digest so that a run can be done again as it was."""

    kind: str
    digest: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be run.

    Parameters
    ----------
    job : what two runs must not do at once, a line for each thing, e.g. the folders of an ingest
    settings, rules : what it runs with
    notebook : the executed notebook that this run is started from
    """

    kind: str
    job: str
    parameters: Json = field(default_factory=dict)
    settings: Configuration | None = None
    rules: Configuration | None = None
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
    with ExitStack() as gate:
        # One at a time: what is at work is looked at and the run inserted before the next may look.
        gate.enter_context(database.hold(_GATE, 0, wait=True))
        with database.transaction() as tx:
            _refuse_company(tx.all(SQL.runs_at_work, into=Run), order)
            found = tx.one(SQL.open_run, {"kind": order.kind, "job": order.job}, into=Run)
            run_id = found.id if found else _start(tx, order, database.actor)
        with database.hold(_RUN, run_id % 2**31) as is_mine:
            if found and not is_mine:
                raise RunHeld(_stalled(found))
            if found:
                here = {"host": socket.gethostname(), "pid": os.getpid(), "notebook": order.notebook}
                with database.transaction() as tx:
                    tx.run(SQL.resume, {"id": run_id, **here})
            gate.close()
            yield get(database, run_id), found is not None


def get(database: Database, run_id: int) -> Run:
    """One run by its number."""
    with database.transaction() as tx:
        found = tx.one(SQL.run_by_id, {"id": run_id}, into=Run)
    if found is None:
        raise RunError(f"there is no run {run_id}; 'workbench runs' lists them")
    return found


def unfinished(database: Database, kind: str, job: str) -> Run | None:
    """The run of this job that would be gone on with."""
    with database.transaction() as tx:
        return tx.one(SQL.open_run, {"kind": kind, "job": job}, into=Run)


def configuration(database: Database, digest: str) -> Configuration | None:
    """Settings or rules that a run had; None where they were never kept."""
    with database.transaction() as tx:
        return tx.one(SQL.configuration, {"digest": digest}, into=Configuration)


def recent(
    database: Database,
    *,
    kind: str | None = None,
    state: str | None = None,
    reviews: bool = False,
    most: int | None = 20,
) -> list[Run]:
    """The newest runs first.

    Parameters
    ----------
    reviews : with people's labelling sessions, which otherwise come only where their kind, "review", is asked for
    most : None for all
    """
    with database.transaction() as tx:
        params = {"kind": kind, "state": state, "reviews": reviews, "most": most}
        return tx.all(SQL.recent_runs, params, into=Run)


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


def reconsider(database: Database, run_id: int) -> None:
    """Look again at a run that did something more after its end: its entries, and whether its problems are settled."""
    with database.transaction() as tx:
        tx.run(SQL.reconsider, {"id": run_id})


def close_abandoned(database: Database, kind: str, *, message: str) -> list[int]:
    """End the runs of this person and kind whose process is gone; which they were."""
    with database.transaction() as tx:
        left = [row[0] for row in tx.tuples(SQL.left_behind, {"kind": kind, "actor": database.actor})]
    closed = []
    for run_id in left:
        # A run that is held is alive, however long it has been silent.
        with database.hold(_RUN, run_id % 2**31) as is_free, database.transaction() as tx:
            if is_free:
                closed += [row[0] for row in tx.tuples(SQL.close_abandoned, {"id": run_id, "message": message})]
    return closed


def note(tx: Transaction, run_id: int, counts: Json) -> None:
    """Keep counts of a run with what a transaction of it commits."""
    tx.run(SQL.note_counts, {"id": run_id, "counts": Jsonb(dict(counts))})


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


def _start(tx: Transaction, order: Order, actor: str) -> int:
    for kept in (order.settings, order.rules):
        if kept:
            tx.run(SQL.keep_configuration, {"kind": kept.kind, "digest": kept.digest, "body": kept.body})
    params = {
        "kind": order.kind,
        "job": order.job,
        "parameters": Jsonb(dict(order.parameters)),
        "config_digest": order.settings.digest if order.settings else "",
        "rule_set": order.rules.digest if order.rules else None,
        "code_version": order.code_version,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "actor": actor,
        "reason": order.reason,
        "notebook": order.notebook,
    }
    return int(tx.value(SQL.start, params))


def _refuse_company(at_work: Sequence[Run], order: Order) -> None:
    for run in at_work:
        if run.kind == order.kind and _overlap(run.job, order.job):
            raise RunHeld(f"run {run.id} is at work on this already: {_who(run)}; {_WAIT}")
        if {run.kind, order.kind} & set(ALONE) and not {run.kind, order.kind} & set(BESIDE):
            raise RunHeld(
                f"{_a(order.kind)} cannot begin while run {run.id}, {_a(run.kind)}, is at work: {_who(run)}; {_WAIT}"
            )


def _overlap(a: str, b: str) -> bool:
    return any(_nested(x, y) or _nested(y, x) for x in a.splitlines() for y in b.splitlines())


def _nested(inner: str, outer: str) -> bool:
    return inner == outer or (outer.startswith("/") and PurePosixPath(inner).is_relative_to(outer))


_WAIT = "wait for it to end, or stop it there with Ctrl-C"


def _a(kind: str) -> str:
    return f"an {kind}" if kind[:1] in "aeiou" else f"a {kind}"


def _who(run: Run) -> str:
    since = f"{run.started_at:%Y-%m-%d %H:%M} UTC" if run.started_at else "a moment ago"
    return f"{run.actor} on {run.host}, since {since}"


def _stalled(run: Run) -> str:
    beat = f"{run.heartbeat_at:%Y-%m-%d %H:%M} UTC" if run.heartbeat_at else "a while ago"
    return (
        f"run {run.id} is held by process {run.pid} on {run.host}, which was last heard of at {beat}; "
        "if that machine is gone, the database frees the run as soon as it notices"
    )
