"""What every test can have: a real PostgreSQL, a catalogue of its own, a workbench on it.

One embedded server runs for the session. Each catalogue is cloned from a
migrated template, which takes well under 100 ms. Tests speak to it as the app role,
which is neither superuser nor free of row-level security, unless they say why.
"""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from workbench import Workbench, config
from workbench.config import Settings
from workbench.database import Database, embedded, migrations
from workbench.database.embedded import Server

PROJECT = Path(__file__).parent.parent
SAMPLES = PROJECT / "test-data" / "sample-documents"
TEMPLATE = "workbench_template"

_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """A fresh, migrated database: how to connect to it as each role."""

    name: str
    server: Server

    def conninfo(self, role: embedded.Role) -> str:
        return self.server.conninfo(role=role, database=self.name)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the settings of whoever runs it."""
    for name in ("WORKBENCH_HOME", "WORKBENCH_DATABASE_URL", "WORKBENCH_APP_DATABASE_URL", "WORKBENCH_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """An embedded PostgreSQL for the whole session."""
    folder = Path(tempfile.mkdtemp(prefix="wb-test-"))
    folder.chmod(0o755)
    running = embedded.ensure(folder / "pg")
    hurry(running)
    try:
        yield running
    finally:
        embedded.remove(folder / "pg")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """A migrated database that others are cloned from."""
    create_database(server, TEMPLATE)
    migrations.migrate(server.conninfo(role="admin", database=TEMPLATE))
    return TEMPLATE


@pytest.fixture
def catalogue(server: Server, template: str) -> Iterator[Catalogue]:
    """A catalogue of this test's own."""
    yield from cloned(server, template)


def cloned(server: Server, template: str) -> Iterator[Catalogue]:
    """Clone the template, and drop the clone at the end."""
    name = f"test_{next(_numbers)}"
    create_database(server, name, template=template)
    yield Catalogue(name=name, server=server)
    with psycopg.connect(server.conninfo(role="admin", database="postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database(catalogue: Catalogue) -> Iterator[Database]:
    """The catalogue as the app role sees it, acting for Anna, who may see everything."""
    with Database(catalogue.conninfo("app"), actor="anna") as opened:
        yield opened


@pytest.fixture
def run(database: Database) -> int:
    """A run to write under."""
    with database.transaction() as tx:
        return int(tx.value("INSERT INTO runs (kind, job, actor) VALUES ('test', 'test', 'anna') RETURNING id"))


@pytest.fixture
def settings(catalogue: Catalogue, tmp_path: Path) -> Settings:
    """The shipped settings, on this test's catalogue and a home of its own."""
    return config.load(PROJECT).model_copy(
        update={
            "home": tmp_path / "home",
            "workers": 2,
            "database_url": _secret(catalogue.conninfo("admin")),
            "app_database_url": _secret(catalogue.conninfo("app")),
        }
    )


@pytest.fixture
def workbench(settings: Settings) -> Iterator[Workbench]:
    """A live workbench as the app role."""
    with Workbench(settings=settings, role="app", actor="anna") as live:
        yield live


def hurry(server: Server) -> None:
    # Nothing of a test has to survive a power cut.
    with psycopg.connect(server.conninfo(role="admin", database="postgres"), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} TO off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


def _secret(value: str) -> object:
    from pydantic import SecretStr

    return SecretStr(value)


def create_database(server: Server, name: str, *, template: str = "template0") -> None:
    with psycopg.connect(server.conninfo(role="admin", database="postgres"), autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER workbench_owner")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
