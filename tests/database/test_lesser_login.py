"""A database server that somebody else runs: its login may create roles, but is no superuser."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from tests.conftest import PROJECT
from workbench import Workbench, config
from workbench.config import Settings
from workbench.database import embedded


@pytest.fixture
def url() -> Iterator[str]:
    """A server that has never heard of the workbench, and a login that owns one database of it."""
    folder = Path(tempfile.mkdtemp(prefix="wb-test-"))
    folder.chmod(0o755)
    server = embedded.ensure(folder / "pg")
    with psycopg.connect(server.conninfo(role="admin", database="postgres"), autocommit=True) as connection:
        for statement in (
            "DROP DATABASE workbench",
            "DROP ROLE workbench_app",
            "DROP ROLE workbench_service",
            "DROP ROLE workbench_owner",
            "CREATE ROLE analyst LOGIN CREATEROLE PASSWORD 'pass word'",
            "CREATE DATABASE theirs OWNER analyst",
        ):
            connection.execute(statement.encode())
    yield f"postgresql://analyst:pass%20word@/theirs?host={server.socket}&port={server.port}"
    embedded.remove(folder / "pg")
    shutil.rmtree(folder, ignore_errors=True)


def test_a_url_is_all_it_takes(url: str, tmp_path: Path) -> None:
    settings: Settings = config.load(PROJECT).model_copy(
        update={"home": tmp_path / "home", "database_url": SecretStr(url)}
    )
    (tmp_path / "brief.txt").write_text("Kündigung\n\nhiermit kündigen wir den Vertrag fristgerecht.", encoding="utf-8")
    for role in ("service", "app"):
        with Workbench(settings=settings, role=role, actor="anna") as wb:
            wb.ingest(tmp_path / "brief.txt")
            assert wb.document("brief.txt").category == "termination"
            assert wb.search("kündigen")[0].name == "brief.txt"
            assert wb.sql("SELECT count(*) AS n FROM documents")["n"][0] == 1
            with wb.database.transaction() as tx:
                assert tx.value("SELECT current_user") == f"workbench_{role}"
    assert not (tmp_path / "home" / "postgres").exists()
