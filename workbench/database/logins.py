"""The roles of the embedded server and the passwords of those that log in.

One file per login in the cluster's home, which only its owner reads. The
server is told verifiers (SCRAM-SHA-256), never a password. Opens no
connection of its own.
"""

import base64
import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql

from workbench.database import accounts, cluster
from workbench.errors import DatabaseError

Role = Literal["admin", "service", "app"]

OWNER = "workbench_owner"
NAMES: dict[Role, str] = {"admin": cluster.ADMIN, "service": "workbench_service", "app": "workbench_app"}


def password_file(home: Path, role: Role) -> Path:
    """Where the password of a login is kept."""
    return home / f"{role}.password"


def make_password(home: Path, role: Role) -> None:
    """Write a new random password into the login's file."""
    cluster.write_private(password_file(home, role), secrets.token_urlsafe(24), accounts.keeper(home))


def password(home: Path, role: Role) -> str:
    """Read the password of a login.

    Raises
    ------
    DatabaseError
        Its file is missing.
    """
    path = password_file(home, role)
    try:
        return path.read_text()
    except FileNotFoundError:
        raise DatabaseError(f"{path} is missing, which holds the password of the database; restore it") from None


def furnish(connection: psycopg.Connection, home: Path) -> None:
    """Make the roles as far as they are missing, and give the logins the passwords of their files."""
    if not _is_known(connection, OWNER):
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(OWNER)))
    for role in ("service", "app"):
        _furnish_login(connection, home, role)


def _furnish_login(connection: psycopg.Connection, home: Path, role: Literal["service", "app"]) -> None:
    if not password_file(home, role).exists():
        make_password(home, role)
    name = NAMES[role]
    is_known = _is_known(connection, name)
    # Hashed here, so that no log of the server can hold the password.
    verifier = connection.pgconn.encrypt_password(password(home, role).encode(), name.encode(), b"scram-sha-256")
    command = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD {}").format(
        sql.SQL("ALTER" if is_known else "CREATE"), sql.Identifier(name), sql.Literal(verifier.decode())
    )
    connection.execute(command)


def _is_known(connection: psycopg.Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone() is not None


def fits(password: str, verifier: str) -> bool:
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
