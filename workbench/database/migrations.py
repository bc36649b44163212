"""Numbered migrations, the only truth about the schema.

Each file in ``sql/migrations`` runs once, in one transaction together with
the note that it ran. Its digest is kept, so that a file which was altered
afterwards is noticed. Two processes that migrate at once wait for each other.
"""

import hashlib
from importlib.resources import files

import psycopg

from workbench.errors import DatabaseError

_LOCK = 0x576F726B  # any constant will do, as long as every process takes the same


def available() -> dict[str, str]:
    """File name to SQL, in the order in which they run."""
    folder = files("workbench") / "sql" / "migrations"
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))
    return {name: (folder / name).read_text(encoding="utf-8") for name in names}


def migrate(conninfo: str) -> list[str]:
    """Bring a database up to date and say which files ran.

    Parameters
    ----------
    conninfo : of a role that may create roles the first time

    Raises
    ------
    DatabaseError
        A migration failed, was altered after it ran, or the database is newer than this code.
    """
    ran = []
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            done = _done(connection)
            _refuse_strangers(done)
            for name, text in available().items():
                if name not in done:
                    _run(connection, name, text)
                    ran.append(name)
    except psycopg.Error as error:
        raise DatabaseError(f"the catalogue could not be migrated: {str(error).strip()}") from error
    return ran


def is_current(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    """Whether every migration of this code has run; cheap enough for every start."""
    exists = connection.execute("SELECT to_regclass('public.workbench_migrations') IS NOT NULL").fetchone()
    if exists is None or not exists[0]:
        return False
    rows = connection.execute("SELECT name, digest FROM public.workbench_migrations").fetchall()
    done = {str(name): str(digest) for name, digest in rows}
    _refuse_strangers(done)
    return len(done) == len(available())


def _done(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, str]:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS public.workbench_migrations ("
        "name text PRIMARY KEY, digest text NOT NULL, ran_at timestamptz NOT NULL DEFAULT now())"
    )
    connection.execute("GRANT SELECT ON public.workbench_migrations TO PUBLIC")
    rows = connection.execute("SELECT name, digest FROM public.workbench_migrations").fetchall()
    return {str(name): str(digest) for name, digest in rows}


def _refuse_strangers(done: dict[str, str]) -> None:
    known = available()
    for name, digest in done.items():
        if name not in known:
            raise DatabaseError(
                f"the catalogue was migrated by a newer workbench ({name}); update this installation and try again"
            )
        if digest != _digest(known[name]):
            raise DatabaseError(
                f"migration {name} was altered after it ran; restore the file and put the change into a new migration"
            )


def _run(connection: psycopg.Connection[tuple[object, ...]], name: str, text: str) -> None:
    with connection.transaction():
        # Any: psycopg wants a literal to guard against injection; these are our own files.
        connection.execute(text.encode())
        connection.execute(
            "INSERT INTO public.workbench_migrations (name, digest) VALUES (%s, %s)", [name, _digest(text)]
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
