"""A catalogue to rehearse on: all that is written can be read again, and none of it is ever committed.

`Rehearsal` is a `Database` of one connection and one transaction. Who asks it
for a transaction gets a savepoint inside of that one, with the checks of a
commit at its end. Closing it forgets everything, and so does the server when
this process dies. It takes no locks on runs, for it should hinder nobody: when
real work has to wait for rows that it has written, it gives way and is lost.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus

from workbench.database import Database, Queries, Transaction
from workbench.errors import DatabaseError, RunHeld

SQL = Queries("rehearsal")

NAME = "workbench rehearsal"
# What a real run has written it commits within moments; more is not worth waiting for.
WAIT_S = 10
# Somebody who thinks it over for an hour keeps it, somebody who forgot it keeps the server from tidying up no longer.
_OPTIONS = "-c workbench.rehearsal=on -c idle_in_transaction_session_timeout=6h"
# After a second the server calls mutual waiting a deadlock and picks a loser; it must not be the real run.
LOOK_EVERY_S = 0.25


class Rehearsal(Database):
    """One transaction of one connection, in the guise of a `Database`; see there for its parameters.

    Its transactions also raise `RunHeld` where a real run is writing the same.
    """

    is_rehearsal = True

    def __init__(self, conninfo: str, *, role: str = "", actor: str = "", roles: Sequence[str] = ("*",)) -> None:
        super().__init__(conninfo, role=role, actor=actor, roles=roles)
        # Of several threads one speaks at a time: savepoints lie inside each other, not side by side.
        self._lock = threading.RLock()
        self._speakers: list[str] = []
        self._tables: set[str] = set()
        self._stack = ExitStack()
        self._connection: psycopg.Connection[Any] | None = None
        self._watch: _Watch | None = None

    def close(self) -> None:
        with self._lock:
            if self._watch:
                self._watch.end()
            self._stack.close()
            self._connection = self._watch = None
        super().close()

    @contextmanager
    def transaction(self, *, run: int | None = None) -> Iterator[Transaction]:
        with self._lock, self._told():
            connection = self._begun()
            with connection.transaction():
                self._speakers.append("" if run is None else str(run))
                try:
                    self._speak(connection)
                    yield _Rehearsed(connection, self._tables)
                    if len(self._speakers) == 1:
                        self._end_step(connection, is_written=run is not None)
                finally:
                    self._speakers.pop()
            if self._speakers:
                self._speak(connection)

    @contextmanager
    def hold(self, space: int, key: int, *, wait: bool = False, shared: bool = False) -> Iterator[bool]:
        yield True

    def _begun(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            self._connection = self._stack.enter_context(closing(_connected(self.conninfo)))
            self._watch = _Watch(self.conninfo, self._connection.info.backend_pid)
            self._stack.enter_context(self._connection.transaction(force_rollback=True))
        if self._connection.info.transaction_status != TransactionStatus.INTRANS:
            # A savepoint without a transaction around it would be committed.
            raise psycopg.OperationalError("the transaction of the rehearsal has ended")
        return self._connection

    def _end_step(self, connection: psycopg.Connection[Any], *, is_written: bool) -> None:
        """Do what a commit would do, but for keeping anything."""
        if is_written:
            connection.execute(_own(SQL.check_now))
            connection.execute(_own(SQL.check_later))
        for (name,) in connection.execute(_own(SQL.dropped_on_commit), {"kept": list(self._tables)}).fetchall():
            connection.execute(_own(f"DROP TABLE pg_temp.{name}"))

    def _speak(self, connection: psycopg.Connection[Any]) -> None:
        params = {"run": self._speakers[-1], "actor": self.actor, "roles": ",".join(self.roles)}
        connection.execute(_own(SQL.speak_for), params)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as error:
            raise RunHeld(
                "a run is writing what this rehearsal would write; rehearse again when it has ended "
                "('workbench runs' lists what is at work)"
            ) from error
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if self._watch and self._watch.gave_way:
                raise RunHeld(
                    "real work needed documents that this rehearsal had under way, so it gave way; nothing was "
                    "written, rehearse again when that has ended"
                ) from error
            raise DatabaseError(
                f"the rehearsal could not go on: {' '.join(str(error).split())}; nothing was written, start it again"
            ) from error


class _Rehearsed(Transaction):
    """A step of a rehearsal.

    Parameters
    ----------
    tables : names of temporary tables that serve every step
    """

    is_rehearsal = True

    def __init__(self, connection: psycopg.Connection[Any], tables: set[str]) -> None:
        super().__init__(connection)
        self._tables = tables

    @contextmanager
    def staged(self, create: str, table: str, rows: Iterable[Sequence[Any]]) -> Iterator[None]:
        # One table serves every step: each new one would hold locks until the end, and a server has some thousands.
        self._tables.add(table)
        if self.value(SQL.is_staged, {"name": table}):
            self.connection.execute(_own(f"TRUNCATE pg_temp.{table}"))
        else:
            self.run(create)
        self.fill(table, rows)
        yield


class _Watch:
    """Looks, from a thread and a connection of its own, whether anybody waits for a process; ends that if so."""

    def __init__(self, conninfo: str, pid: int) -> None:
        self.gave_way = False
        self._conninfo = conninfo
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name="giving way", daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        try:
            with psycopg.connect(self._conninfo, autocommit=True, connect_timeout=10) as connection:
                connection.execute(_own(SQL.act_as_login))
                looks = 0
                while looks < 2:
                    if self._stop.wait(LOOK_EVERY_S):
                        return
                    # Seen twice it is no mere moment.
                    looks = looks + 1 if self._is_in_the_way(connection) else 0
                self.gave_way = True
                connection.execute(_own(SQL.give_way), {"pid": self._pid})
        except psycopg.OperationalError:
            # The server went away, and the rehearsal with it, which says so.
            return

    def _is_in_the_way(self, connection: psycopg.Connection[Any]) -> bool:
        row = connection.execute(_own(SQL.is_in_the_way), {"pid": self._pid, "ours": NAME}).fetchone()
        return bool(row and row[0])


def _connected(conninfo: str) -> psycopg.Connection[Any]:
    options = conninfo_to_dict(conninfo).get("options") or ""
    ours = f"{options} {_OPTIONS} -c lock_timeout={WAIT_S}s".strip()
    return psycopg.connect(make_conninfo(conninfo, application_name=NAME, options=ours), connect_timeout=10)


def _own(query: str) -> LiteralString:
    # psycopg wants literals to guard against injection; ours come from the package's own files.
    return query
