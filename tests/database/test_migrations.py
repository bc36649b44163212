"""Numbered migrations run once, in order, and are never altered afterwards."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.conftest import Catalogue, create_database
from workbench.database import migrations
from workbench.errors import DatabaseError


@pytest.fixture
def empty(catalogue: Catalogue) -> str:
    name = f"{catalogue.name}_empty"
    create_database(catalogue.server, name)
    return catalogue.server.conninfo(role="admin", database=name)


def test_migrating_twice_does_nothing_the_second_time(empty: str) -> None:
    assert migrations.migrate(empty) == list(migrations.available())
    assert migrations.migrate(empty) == []
    with psycopg.connect(empty) as connection:
        assert migrations.is_current(connection)


def test_two_processes_that_migrate_at_once_wait_for_each_other(empty: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        ran = list(threads.map(migrations.migrate, [empty] * 4))
    assert sorted(map(len, ran)) == [0, 0, 0, len(migrations.available())]


def test_a_migration_altered_after_it_ran_is_refused(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    migrations.migrate(empty)
    altered = {name: text + "\n-- altered" for name, text in migrations.available().items()}
    monkeypatch.setattr(migrations, "available", lambda: altered)
    with pytest.raises(DatabaseError, match="was altered after it ran"):
        migrations.migrate(empty)


def test_a_catalogue_of_a_newer_workbench_is_refused(empty: str) -> None:
    migrations.migrate(empty)
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute("INSERT INTO public.workbench_migrations (name, digest) VALUES ('9999_later.sql', '')")
    with pytest.raises(DatabaseError, match="newer workbench"):
        migrations.migrate(empty)


def test_a_migration_that_fails_leaves_nothing_behind(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {**migrations.available(), "9999_broken.sql": "CREATE TABLE workbench.half (id int); SELECT 1/0;"}
    monkeypatch.setattr(migrations, "available", lambda: broken)
    with pytest.raises(DatabaseError, match="division by zero"):
        migrations.migrate(empty)
    with psycopg.connect(empty) as connection:
        assert connection.execute("SELECT to_regclass('workbench.half')").fetchone() == (None,)
