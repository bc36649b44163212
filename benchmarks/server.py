"""An embedded PostgreSQL for benchmarks, and catalogues on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from workbench.database import as_role, embedded, migrations
from workbench.database.embedded import Server, State


@contextmanager
def running(scratch: Path) -> Iterator[Server]:
    """The server of the scratch folder, stopped by who started it; its databases stay for the next time."""
    home = scratch / "postgres"
    is_mine = embedded.status(home).state is not State.RUNNING
    try:
        yield embedded.ensure(home)
    finally:
        if is_mine:
            embedded.stop(home)


@contextmanager
def catalogue(server: Server, name: str) -> Iterator[str]:
    """A fresh, migrated database; removed at the end."""
    remove(server, name)
    create(server, name)
    try:
        yield name
    finally:
        remove(server, name)


def create(server: Server, name: str) -> None:
    """Make a migrated database."""
    with _admin(server) as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 OWNER workbench_owner")
        connection.execute(statement.format(sql.Identifier(name)))
    migrations.migrate(server.conninfo(role="admin", database=name))


def exists(server: Server, name: str) -> bool:
    """Whether there is such a database."""
    with _admin(server) as connection:
        return connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount == 1


def rename(server: Server, before: str, after: str) -> None:
    """Give a database its final name."""
    with _admin(server) as connection:
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connection.execute(statement.format(sql.Identifier(before), sql.Identifier(after)))


def remove(server: Server, name: str) -> None:
    """Drop a database if there is one."""
    with _admin(server) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def admin(server: Server, name: str) -> psycopg.Connection:
    """A connection that may switch triggers off."""
    return psycopg.connect(as_role(server.conninfo(role="admin", database=name), ""), autocommit=True)


def _admin(server: Server) -> psycopg.Connection:
    return psycopg.connect(server.conninfo(role="admin", database="postgres"), autocommit=True)
