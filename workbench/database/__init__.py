"""The catalogue's PostgreSQL: connections, transactions, locks.

`Database` is handed a conninfo and speaks as one of two roles: the service
(ingest, shell, notebooks) or the app (pages, REST). Every transaction carries
its run, actor and roles, set for itself alone, so that a pooled connection
never acts for the one before. Which server it is does not matter here:
`database.embedded` starts our own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString, Self, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import class_row, dict_row, scalar_row, tuple_row
from psycopg_pool import ConnectionPool, PoolTimeout

from workbench.database.queries import Queries
from workbench.errors import DatabaseError

R = TypeVar("R")
Params = Mapping[str, Any] | Sequence[Any] | None  # Any: whatever psycopg adapts

__all__ = ["Database", "Queries", "Transaction", "as_role"]


def as_role(conninfo: str, role: str) -> str:
    """The same login, acting as another role and looking into our schema."""
    options = conninfo_to_dict(conninfo).get("options") or ""
    wanted = f"{options} -c search_path=workbench" + (f" -c role={role}" if role else "")
    return make_conninfo(conninfo, options=wanted.strip(), application_name="workbench")


class Transaction:
    """One transaction: run named queries, get records."""

    is_rehearsal = False

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def all(self, query: str, params: Params = None, *, into: type[R]) -> list[R]:
        """Every row as a record."""
        with self.connection.cursor(row_factory=class_row(into)) as cursor:
            return cursor.execute(_own(query), params).fetchall()

    def one(self, query: str, params: Params = None, *, into: type[R]) -> R | None:
        """The first row as a record, or None."""
        with self.connection.cursor(row_factory=class_row(into)) as cursor:
            return cursor.execute(_own(query), params).fetchone()

    def dicts(self, query: str, params: Params = None) -> list[dict[str, Any]]:
        """Every row by column name, for what has no record of its own."""
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(_own(query), params).fetchall()

    def tuples(self, query: str, params: Params = None) -> list[tuple[Any, ...]]:
        """Every row as a tuple."""
        with self.connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(_own(query), params).fetchall()

    def value(self, query: str, params: Params = None) -> Any:  # Any: the type of the column asked for
        """The first column of the first row, or None."""
        with self.connection.cursor(row_factory=scalar_row) as cursor:
            return cursor.execute(_own(query), params).fetchone()

    def run(self, query: str, params: Params = None) -> int:
        """Execute for its effect and say how many rows it touched."""
        return self.connection.execute(_own(query), params).rowcount

    @contextmanager
    def staged(self, create: str, table: str, rows: Iterable[Sequence[Any]]) -> Iterator[None]:
        """Hold rows in a temporary table for the block, for statements that work on all of them at once.

        Parameters
        ----------
        create : the query that makes the table
        rows : values in the order of its columns
        """
        self.run(create)
        self.fill(table, rows)
        yield
        self.run(f"DROP TABLE {table}")

    def fill(self, table: str, rows: Iterable[Sequence[Any]]) -> None:  # Any: whatever psycopg adapts
        """Copy rows, with values in the order of its columns, into a table."""
        with self.connection.cursor() as cursor, cursor.copy(_own(f"COPY {table} FROM STDIN")) as stream:
            for row in rows:
                stream.write_row(row)


class Database:
    """A pool of connections to the catalogue, all acting as one role.

    Parameters
    ----------
    conninfo : libpq connection string
    role : "workbench_service", "workbench_app", or "" to stay the login's own role
    actor : who is at work, for the journal
    roles : what the caller may see; ("*",) for everything
    """

    is_rehearsal = False

    def __init__(
        self, conninfo: str, *, role: str = "", actor: str = "", roles: Sequence[str] = ("*",), size: int = 8
    ) -> None:
        self.conninfo = as_role(conninfo, role)
        self.actor = actor
        self.roles = tuple(roles)
        self._pool = ConnectionPool(
            self.conninfo,
            connection_class=psycopg.Connection[Any],
            min_size=0,
            max_size=size,
            max_idle=60,
            timeout=10,
            open=False,
            check=ConnectionPool.check_connection,
        )

    def __enter__(self) -> Self:
        self._pool.open()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def transaction(self, *, run: int | None = None) -> Iterator[Transaction]:
        """Commit at the end, or nothing at all.

        Parameters
        ----------
        run : the run whose changes these are; without one the catalogue can only be read

        Raises
        ------
        DatabaseError
            The server is away, or refused.
        """
        self._pool.open()
        try:
            with self._pool.connection() as connection, connection.transaction():
                connection.execute(
                    "SELECT set_config('workbench.run', %s, true), set_config('workbench.actor', %s, true), "
                    "set_config('workbench.roles', %s, true)",
                    ["" if run is None else str(run), self.actor, ",".join(self.roles)],
                )
                yield Transaction(connection)
        except PoolTimeout as error:
            raise DatabaseError(_unreachable(self.conninfo)) from error
        except psycopg.errors.DiskFull as error:
            raise DatabaseError(
                "the database's disk is full; free some space and start again, the run goes on where it stopped"
            ) from error
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise DatabaseError(f"the database could not go on: {_sentence(error)}") from error

    @contextmanager
    def hold(self, space: int, key: int, *, wait: bool = False, shared: bool = False) -> Iterator[bool]:
        """Hold an advisory lock for as long as the block runs; False if another process has it.

        Parameters
        ----------
        wait : wait until it is free
        shared : others may hold it at the same time, if shared as well

        The lock belongs to a connection of its own: the server frees it the
        moment this process dies, however it dies.
        """
        try:
            connection = psycopg.connect(self.conninfo, autocommit=True)
        except psycopg.OperationalError as error:
            raise DatabaseError(_unreachable(self.conninfo)) from error
        with connection:
            way = "_shared" if shared else ""
            if wait:
                connection.execute(_own(f"SELECT pg_advisory_lock{way}(%s, %s)"), [space, key])
                yield True
            else:
                row = connection.execute(_own(f"SELECT pg_try_advisory_lock{way}(%s, %s)"), [space, key]).fetchone()
                yield bool(row and row[0])


def _own(query: str) -> LiteralString:
    # psycopg wants literals to guard against injection; ours come from the package's own files.
    return query


def _unreachable(conninfo: str) -> str:
    where = conninfo_to_dict(conninfo)
    return (
        f"no database answers at {where.get('host') or 'the default socket'} "
        f"(database '{where.get('dbname')}', user '{where.get('user')}'); "
        "start it with 'workbench db start', or check WORKBENCH_DATABASE_URL"
    )


def _sentence(error: psycopg.Error) -> str:
    return " ".join((error.diag.message_primary or str(error)).split()) or type(error).__name__
