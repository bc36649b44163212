"""The embedded PostgreSQL: one call makes, starts or finds the server of a folder.

It takes the folder that the catalogue lives in and gives connection strings.
Any number of processes may call `ensure` at once; a running server is found
without a lock. The server outlives its callers and ends by `stop` only.
Passwords are demanded even on the private socket, one per role, in files
that only their owner reads. Nothing here knows the schema.
"""

import base64
import hashlib
import hmac
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from workbench.database import accounts, cluster
from workbench.database.cluster import Cluster
from workbench.errors import DatabaseError

Role = Literal["admin", "service", "app"]

_OWNER = "workbench_owner"
_ROLES: dict[Role, str] = {"admin": cluster.ADMIN, "service": "workbench_service", "app": "workbench_app"}
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
            user=_ROLES[role],
            password=_password(self.folder, role),
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
            for path in [home / "cluster.place", *(_password_file(home, role) for role in _ROLES)]:
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
            _make_password(home, "admin")
        cluster.initialise(found, _password(home, "admin"))
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
        if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", _OWNER):
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(_OWNER)))
        for role in ("service", "app"):
            _furnish_role(connection, home, role)
    if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", database):
        command = sql.SQL("CREATE DATABASE {} OWNER {}")
        connection.execute(command.format(sql.Identifier(database), sql.Identifier(_OWNER)))


def _furnish_role(connection: psycopg.Connection, home: Path, role: Literal["service", "app"]) -> None:
    if not _password_file(home, role).exists():
        _make_password(home, role)
    name = _ROLES[role]
    is_known = _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", name)
    # Hashed here, so that no log of the server can hold the password.
    verifier = connection.pgconn.encrypt_password(_password(home, role).encode(), name.encode(), b"scram-sha-256")
    command = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD {}").format(
        sql.SQL("ALTER" if is_known else "CREATE"), sql.Identifier(name), sql.Literal(verifier.decode())
    )
    connection.execute(command)


def _exists(connection: psycopg.Connection, query: LiteralString, name: str) -> bool:
    return connection.execute(query, [name]).fetchone() is not None


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
        connection.execute(query, [[_ROLES["service"], _ROLES["app"]], database]).fetchall()
    )
    if "database" not in found:
        return False
    try:
        return all(_fits(_password(server.folder, role), found.get(_ROLES[role]) or "") for role in ("service", "app"))
    except DatabaseError:  # a password file is missing: made anew under the lock
        return False


def _fits(password: str, verifier: str) -> bool:
    """Does a password belong to a verifier "SCRAM-SHA-256$iterations:salt$stored key:server key" (RFC 5803)?"""
    scheme, _, rest = verifier.partition("$")
    if scheme != "SCRAM-SHA-256":
        return False
    cost, _, keys = rest.partition("$")
    iterations, _, salt = cost.partition(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(iterations))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored_key = base64.b64decode(keys.partition(":")[0])
    return hmac.compare_digest(hashlib.sha256(client_key).digest(), stored_key)


def _password_file(home: Path, role: Role) -> Path:
    return home / f"{role}.password"


def _make_password(home: Path, role: Role) -> None:
    cluster.write_private(_password_file(home, role), secrets.token_urlsafe(24), accounts.keeper(home))


def _password(home: Path, role: Role) -> str:
    path = _password_file(home, role)
    try:
        return path.read_text()
    except FileNotFoundError:
        raise DatabaseError(f"{path} is missing, which holds the password of the database; restore it") from None


def _size_bytes(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):  # the server removes files all the time
                total += (Path(parent) / name).lstat().st_size
    return total
