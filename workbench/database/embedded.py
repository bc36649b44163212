"""The embedded PostgreSQL: one call makes, starts or finds the server of a folder.

It takes the folder that the catalogue lives in and gives connection strings.
Any number of processes may call `ensure` at once; a running server is found
without a lock. The server outlives its callers and ends by `stop` only.
Passwords are demanded even on the private socket, one per role, in files
that only their owner reads. Nothing here knows the schema.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from workbench.database import accounts, cluster, logins
from workbench.database.cluster import Cluster
from workbench.database.logins import Role
from workbench.errors import DatabaseError

__all__ = ["Role", "Server", "State", "Status", "binary", "ensure", "remove", "status", "stop"]

_BUSY_S = 330  # longer than a start may take
_SILENT_S = 10


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server."""

    folder: Path
    socket: Path
    port: int

    def conninfo(self, *, role: Role, database: str = "workbench") -> str:
        """Say how to connect, in the words of libpq. It holds the password: not for logs."""
        return make_conninfo(
            host=str(self.socket),
            port=self.port,
            dbname=database,
            user=logins.NAMES[role],
            password=logins.password(self.folder, role),
        )


class State(StrEnum):
    RUNNING = "running"
    STOPPED = "stopped"
    ABSENT = "absent"


@dataclass(frozen=True, kw_only=True)
class Status:
    """What is known of a folder's server without waking it.

    Parameters
    ----------
    pid : of the server, while it runs
    version : the major version of PostgreSQL that made the data
    data : the data folder, which is not always below the folder asked about
    socket : the folder of the socket
    size_bytes : of all files of the data folder
    """

    state: State
    pid: int | None = None
    version: str | None = None
    data: Path | None = None
    socket: Path | None = None
    size_bytes: int = 0


def ensure(folder: Path, *, database: str = "workbench") -> Server:
    """Find the server of `folder`, or make and start it, with its roles and `database`.

    Finding a running one takes about 10 ms, a cold start 1-5 s.

    Raises
    ------
    DatabaseError
        It cannot be made or started, or belongs to somebody else.
    """
    home = _home(folder)
    with _translated(home):
        return _attach(home, database) or _bring_up(home, database)


def status(folder: Path) -> Status:
    """Look at the server of `folder`; starts and makes nothing."""
    home = _home(folder)
    with _translated(home):
        found = cluster.locate(home)
        if found is None or not found.is_initialised:
            return Status(state=State.ABSENT)
        pid = cluster.postmaster(found)
        return Status(
            state=State.STOPPED if pid is None else State.RUNNING,
            pid=pid,
            version=(found.data / "PG_VERSION").read_text().strip(),
            data=found.data,
            socket=cluster.socket_folder(found),
            size_bytes=_size_bytes(found.data),
        )


def stop(folder: Path) -> bool:
    """End the server of `folder`; True if it was running."""
    home = _home(folder)
    with _translated(home):
        found = cluster.locate(home)
        if found is None or cluster.postmaster(found) is None:
            return False
        with accounts.locked(home, owner=accounts.keeper(home), timeout_s=_BUSY_S):
            return cluster.stop(found)


def remove(folder: Path) -> None:
    """End the server of `folder` and delete its data and passwords, wherever they lie."""
    home = _home(folder)
    stop(home)
    with _translated(home), suppress(FileNotFoundError):
        found = cluster.locate(home)
        with accounts.locked(home, owner=accounts.keeper(home), timeout_s=_BUSY_S):
            if found:
                shutil.rmtree(cluster.socket_folder(found), ignore_errors=True)
                shutil.rmtree(found.place)
            for path in [home / "cluster.place", *(logins.password_file(home, role) for role in logins.NAMES)]:
                path.unlink(missing_ok=True)
        (home / ".lock").unlink()


def binary(name: str) -> Path:
    """The path of one of PostgreSQL's programs: psql, pg_dump, pg_restore, …"""
    path = accounts.wheel_folder() / "bin" / name
    if not path.is_file():
        raise DatabaseError(f"no program '{name}' in {path.parent}; it is not part of PostgreSQL {cluster.MAJOR}")
    return path


def _home(folder: Path) -> Path:
    return folder.expanduser().resolve()


@contextmanager
def _translated(home: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise DatabaseError(f"the database in {home} belongs to another user ({error}); run as that user") from error
    except OSError as error:
        raise DatabaseError(f"cannot use {home} for a database: {error}; choose another folder") from error
    except psycopg.Error as error:
        raise DatabaseError(f"the database in {home} refuses: {str(error).strip()}") from error


def _attach(home: Path, database: str) -> Server | None:
    found = cluster.locate(home)
    if found is None or not found.is_initialised:
        return None
    server = Server(folder=home, socket=cluster.socket_folder(found), port=cluster.PORT)
    connection = _connect(server)
    if connection is None:
        return None
    with suppress(psycopg.OperationalError), connection:  # it may be killed as we ask
        return server if _is_furnished(connection, server, database) else None
    return None


def _connect(server: Server) -> psycopg.Connection | None:
    """Connect as the admin; None if there is no server. One that is starting is waited for."""
    deadline = time.monotonic() + _BUSY_S
    refusals = 0
    while True:
        try:
            conninfo = server.conninfo(role="admin", database="postgres")
            return psycopg.connect(conninfo, connect_timeout=10, autocommit=True)
        except psycopg.OperationalError as error:
            if not cluster.is_listening(server.socket):
                return None
            is_busy = "the database system is" in str(error)  # starting up, in recovery, shutting down
            refusals += not is_busy
            # Between the refusal and the probe, the server may have come up: only what is repeated is meant.
            if refusals > 2 or time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def _bring_up(home: Path, database: str) -> Server:
    cluster.make_home(home)
    with accounts.locked(home, owner=accounts.keeper(home), timeout_s=_BUSY_S):
        server = _attach(home, database)
        if server:
            return server
        found = cluster.settle(home)
        if not found.is_initialised:
            logins.make_password(home, "admin")
        cluster.initialise(found, logins.password(home, "admin"))
        _start_furnished(found, database)
        return _server(found)


def _start_furnished(found: Cluster, database: str) -> None:
    """Start the server if need be and furnish it; once more if somebody kills it meanwhile."""
    problem: psycopg.OperationalError | None = None
    for _ in range(3):
        connection = _awake(found)
        if connection is None:
            cluster.start(found)
            connection = _connect(_server(found))
        if connection is None:
            continue
        try:
            with connection:
                return _furnish(connection, found.home, database)
        except psycopg.OperationalError as error:
            problem = error
    reason = str(problem).strip() if problem else "it ends right after its start"
    raise DatabaseError(f"cannot furnish the database in {found.place}: {reason}; see {found.log}") from problem


def _server(found: Cluster) -> Server:
    return Server(folder=found.home, socket=cluster.socket_folder(found), port=cluster.PORT)


def _awake(found: Cluster) -> psycopg.Connection | None:
    """Connect to a server that is running or about to; end one whose socket is gone or that stays silent."""
    deadline = time.monotonic() + _SILENT_S
    while cluster.postmaster(found) is not None:
        server = _server(found)
        connection = _connect(server)
        if connection:
            return connection
        if cluster.has_lost_its_socket(found) or time.monotonic() > deadline:
            cluster.stop(found)
            return None
        time.sleep(0.05)
    return _connect(_server(found))


def _furnish(connection: psycopg.Connection, home: Path, database: str) -> None:
    """Make roles and database as far as they are missing; a kill at any moment is made good by the next call."""
    with connection.transaction():
        logins.furnish(connection, home)
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
        command = sql.SQL("CREATE DATABASE {} OWNER {}")
        connection.execute(command.format(sql.Identifier(database), sql.Identifier(logins.OWNER)))


def _is_furnished(connection: psycopg.Connection, server: Server, database: str) -> bool:
    """Are the roles and the database there, and do the passwords in the files fit?"""
    query = """
        SELECT rolname, rolpassword
          FROM pg_authid
         WHERE rolname = ANY(%s) AND rolcanlogin AND NOT rolsuper AND NOT rolbypassrls
         UNION ALL
        SELECT 'database', 'database'
          FROM pg_database
         WHERE datname = %s
    """
    found: dict[str, str | None] = dict(
        connection.execute(query, [[logins.NAMES["service"], logins.NAMES["app"]], database]).fetchall()
    )
    if "database" not in found:
        return False
    try:
        return all(
            logins.fits(logins.password(server.folder, role), found.get(logins.NAMES[role]) or "")
            for role in ("service", "app")
        )
    except DatabaseError:  # a password file is missing: made anew under the lock
        return False


def _size_bytes(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):  # the server removes files all the time
                total += (Path(parent) / name).lstat().st_size
    return total
