"""Scenario 6: what is held can be saved and restored.

Today: catalogue and store agree, and the wheel's own pg_dump carries the catalogue; a command comes later.
"""

import os
import subprocess
from collections.abc import Iterator
from itertools import count

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests.conftest import Catalogue, create_database
from tests.scenarios.conftest import Corpus
from workbench.catalog import browsing, canonical
from workbench.database import Database, embedded, migrations

CHUNK = 1 << 20
_numbers = count(1)


@pytest.fixture
def restored(corpus: Corpus) -> Iterator[Catalogue]:
    """The catalogue, dumped and restored under another name."""
    server = corpus.catalogue.server
    dump = tool(corpus.catalogue, "pg_dump", "--format=custom", "--no-owner")
    other = Catalogue(name=f"restored_{next(_numbers)}", server=server)
    create_database(server, other.name)
    tool(
        other,
        "pg_restore",
        "--exit-on-error",
        "--role=workbench_owner",
        "--no-owner",
        "--dbname",
        other.name,
        given=dump,
    )
    yield other
    with psycopg.connect(server.conninfo(role="admin", database="postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(other.name)))


def tool(catalogue: Catalogue, name: str, *arguments: str, given: bytes | None = None) -> bytes:
    """Run one of PostgreSQL's programs; the password goes by the environment."""
    to = conninfo_to_dict(catalogue.conninfo("admin"))
    keys = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGDATABASE": "dbname"}
    variables = {variable: str(to[key]) for variable, key in keys.items() if to.get(key)}
    done = subprocess.run(
        [embedded.binary(name), *arguments], input=given, capture_output=True, env={**os.environ, **variables}
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def named(corpus: Corpus) -> dict[str, int]:
    with corpus.workbench.database.transaction() as tx:
        return dict(tx.tuples("SELECT stored_digest, size FROM blobs"))


def test_catalogue_and_store_agree_both_ways(corpus: Corpus) -> None:
    held = set(corpus.workbench.store.digests())
    assert len(held) > 150
    assert held == named(corpus).keys()


def test_every_blob_still_has_its_digest_and_its_size(corpus: Corpus) -> None:
    store = corpus.workbench.store
    for digest, size in named(corpus).items():
        with store.open(digest) as stream:  # type: ignore[arg-type]  # as the catalogue keeps it
            assert sum(len(chunk) for chunk in iter(lambda s=stream: s.read(CHUNK), b"")) == size


def test_a_dump_restores_the_very_same_catalogue(corpus: Corpus, restored: Catalogue) -> None:
    with Database(restored.conninfo("service")) as database, database.transaction() as tx:
        after = canonical.digests(tx)
    with corpus.workbench.database.transaction() as tx:
        assert after == canonical.digests(tx)


def test_a_restored_catalogue_works_with_its_rights_journal_and_search(corpus: Corpus, restored: Catalogue) -> None:
    with psycopg.connect(restored.conninfo("admin")) as connection:
        assert migrations.is_current(connection)
    with Database(restored.conninfo("app"), roles=("reviewer",), actor="anna") as database:
        with database.transaction() as tx:
            assert tx.value("SELECT count(*) FROM documents WHERE category = 'payslip'") == 0
            assert browsing.search(tx, "Rechnung")
            run = tx.value("INSERT INTO runs (kind, job, actor) VALUES ('test', 'x', 'anna') RETURNING id")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), database.transaction() as tx:
            tx.run("UPDATE documents SET reason = 'outside of a run'")
        with database.transaction(run=run) as tx:
            assert tx.run("UPDATE documents SET reason = 'x' WHERE id = (SELECT min(id) FROM documents)") == 1
            assert tx.value("SELECT count(*) FROM changes WHERE run_id = %s", [run]) == 1
