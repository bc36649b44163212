"""What a rehearsal must leave as it is: every row, every blob, every file of the source."""

from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Everything there is, to be compared."""

    rows: dict[str, str]
    files: dict[str, list[tuple[str, int, int]]]


def look(conninfo: str, *folders: Path) -> Seen:
    """Look at every table, as an administrator, and at every file with its time."""
    return Seen(rows=_rows(conninfo), files={str(folder): _files(folder) for folder in folders})


def _rows(conninfo: str) -> dict[str, str]:
    """A digest over all rows of each table."""
    found = {}
    with psycopg.connect(conninfo) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'workbench' ORDER BY tablename"
        ).fetchall()
        for (table,) in tables:
            query = sql.SQL(
                "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') "
                "FROM workbench.{} AS t"
            )
            row = connection.execute(query.format(sql.Identifier(table))).fetchone()
            assert row
            found[table] = row[0]
    assert len(found) > 20
    return found


def _files(folder: Path) -> list[tuple[str, int, int]]:
    places = [folder, *sorted(folder.rglob("*"))] if folder.exists() else []
    return [(str(place), place.lstat().st_size, place.lstat().st_mtime_ns) for place in places]
