"""Questions about the catalogue, answered by DuckDB over Arrow.

The tables a question names are fetched from PostgreSQL as Arrow (by ADBC) and
handed to DuckDB, which can reach neither files nor the network. `sql` takes
any question; the functions below are the ones that are asked most.
"""

import json
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.conninfo import conninfo_to_dict

from workbench.database import Database, Queries
from workbench.errors import ConfigError, DatabaseError, UnknownName

if TYPE_CHECKING:
    import duckdb
    import pandas as pd  # loaded with the first answer, not with the package

SQL = Queries("analytics")


@dataclass(frozen=True, kw_only=True)
class Analytics:
    """DuckDB over the catalogue, as one role sees it.

    Parameters
    ----------
    conninfo : libpq connection string
    roles : what the caller may see; ("*",) for everything
    rehearsal : whose rows are asked, which no other connection sees
    """

    conninfo: str
    roles: tuple[str, ...] = ("*",)
    rehearsal: Database | None = None

    def sql(self, question: str, params: Mapping[str, Any] | None = None) -> "pd.DataFrame":  # Any: what DuckDB binds
        """Answer a question in DuckDB's SQL.

        Parameters
        ----------
        question : over the tables that `tables` lists
        params : for ``$name`` in the question

        Raises
        ------
        ConfigError
            The question is wrong; the message is DuckDB's.
        """
        import duckdb  # loaded with the first question, not with the package

        with duckdb.connect(":memory:", config={"enable_external_access": "false"}) as connection:
            try:
                for name, table in self.arrow(*_wanted(connection, question, self.tables())).items():
                    connection.register(name, table)
                return _frame(connection.execute(question, dict(params or {})))
            except duckdb.CatalogException as error:
                raise _unknown(error, self.tables()) from error
            except duckdb.Error as error:
                raise ConfigError(f"the question is wrong: {error}") from error
            except RuntimeError as error:
                # DuckDB's way to say that Ctrl-C reached it.
                if "interrupted" not in str(error).lower():
                    raise
                raise KeyboardInterrupt from error

    def arrow(self, *names: str) -> dict[str, Any]:  # Any: pyarrow.Table carries no types
        """Tables of the catalogue as Arrow, read in one snapshot."""
        import adbc_driver_manager
        from adbc_driver_postgresql import dbapi

        if not names:
            return {}
        try:
            with dbapi.connect(_uri(self.conninfo)) as connection, connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                cursor.execute(f"SET LOCAL workbench.roles = '{','.join(self.roles)}'")
                if self.rehearsal:
                    return {name: _rehearsed(cursor, self.rehearsal, getattr(SQL, name)) for name in names}
                return {name: _fetch(cursor, getattr(SQL, name)) for name in names}
        except adbc_driver_manager.OperationalError as error:
            raise DatabaseError(f"the catalogue could not be read: {error}") from error

    @staticmethod
    def tables() -> tuple[str, ...]:
        """The tables that a question may name."""
        return tuple(name for name, _ in SQL)

    def categories(self) -> "pd.DataFrame":
        """Documents per category and language, with the mean confidence."""
        return self.sql(
            "SELECT coalesce(category, '(' || decision || ')') AS category, count(*) AS documents, "
            "count(*) FILTER (language = 'de') AS german, count(*) FILTER (language = 'en') AS english, "
            "round(avg(confidence), 2) AS confidence FROM documents GROUP BY 1 ORDER BY 2 DESC, 1"
        )

    def media_types(self) -> "pd.DataFrame":
        """Documents per media type: how many, how large, how long they took to read."""
        return self.sql(
            "SELECT media_type, count(*) AS documents, round(sum(size) / 1e6, 2) AS megabytes, "
            "round(100 * avg((state IN ('ok', 'partial'))::int), 1) AS readable_percent, "
            "round(median(read_s) * 1000, 1) AS median_ms FROM documents GROUP BY 1 ORDER BY 2 DESC, 1"
        )

    def problems(self) -> "pd.DataFrame":
        """What went wrong, by kind, with an example."""
        return self.sql(
            "SELECT stage, kind, count(*) AS problems, min(locator) AS example, min(advice) AS advice "
            "FROM problems GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
        )

    def duplicates(self) -> "pd.DataFrame":
        """Documents that lie in more than one place, and what that costs."""
        return self.sql(
            "SELECT d.id, d.name, count(*) AS places, round((count(*) - 1) * any_value(d.size) / 1e6, 3) AS wasted_mb "
            "FROM arrivals AS a JOIN documents AS d ON d.id = a.document_id WHERE a.state = 'present' "
            "GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 4 DESC, 3 DESC, 1"
        )

    def near_duplicates(self) -> "pd.DataFrame":
        """Documents that are almost another one."""
        return self.sql(
            "SELECT n.document_id, d.name, n.original_id, o.name AS original, n.kind, round(n.score, 3) AS score, "
            "n.difference FROM near_duplicates AS n JOIN documents AS d ON d.id = n.document_id "
            "JOIN documents AS o ON o.id = n.original_id ORDER BY n.score DESC, n.document_id"
        )

    def rules(self) -> "pd.DataFrame":
        """Which rules spoke, how often, and in how many documents their category won."""
        return self.sql(
            "SELECT e.rule, e.category, count(DISTINCT e.document_id) AS documents, "
            "round(100 * avg((d.category = e.category)::int), 1) AS won_percent, mode(lower(e.found)) AS most_found "
            "FROM evidence AS e JOIN documents AS d ON d.id = e.document_id GROUP BY 1, 2 ORDER BY 3 DESC, 1"
        )

    def runs(self) -> "pd.DataFrame":
        """Every run with its counts and speed, newest first."""
        return self.sql(
            "SELECT id, kind, state, started_at, round(duration_s, 1) AS seconds, documents, duplicates, classified, "
            "needs_review, problems, round(documents / nullif(duration_s, 0) * 60) AS documents_per_minute "
            "FROM runs ORDER BY id DESC"
        )


def _wanted(connection: "duckdb.DuckDBPyConnection", question: str, tables: tuple[str, ...]) -> list[str]:
    import duckdb

    try:
        named = {name.lower() for name in connection.get_table_names(question)}
    except duckdb.BinderException:
        # It names the tables of no question that holds parameters; a word too many costs a little time.
        named = {word.lower() for word in re.findall(r"\w+", question)}
    return sorted(named & set(tables))


def _frame(answer: "duckdb.DuckDBPyConnection") -> "pd.DataFrame":
    with warnings.catch_warnings():
        # DuckDB still drops columns in the way that pandas 3.1 would have otherwise.
        warnings.filterwarnings("ignore", message="The inplace keyword in DataFrame.drop", category=DeprecationWarning)
        return answer.df()


def _fetch(cursor: Any, query: str) -> Any:  # Any: neither driver nor Arrow carries types
    cursor.execute(query)
    return cursor.fetch_arrow_table()


def _rehearsed(cursor: Any, rehearsal: Database, query: str) -> Any:  # Any: neither driver nor Arrow carries types
    """The rows of a rehearsal, under the types that the driver gives those of the catalogue."""
    import pyarrow as pa

    schema = _fetch(cursor, f"SELECT * FROM ({query}) AS asked LIMIT 0").schema
    with rehearsal.transaction() as tx:
        rows = tx.tuples(query)
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    arrays = [
        pa.array([json.dumps(v) if isinstance(v, dict) else v for v in column], getattr(f.type, "storage_type", f.type))
        for column, f in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, names=schema.names)


def _uri(conninfo: str) -> str:
    # The driver takes a libpq URI; every part goes as a parameter, since sockets and options fit nowhere else.
    from urllib.parse import quote

    parts = "&".join(
        f"{key}={quote(str(value), safe='')}" for key, value in conninfo_to_dict(conninfo).items() if value
    )
    return f"postgresql://?{parts}"


def _unknown(error: Exception, tables: tuple[str, ...]) -> ConfigError:
    message = str(error)
    if "Table with name" in message:
        if message.split("Table with name ")[1].split(" ")[0].lower() in tables:
            return ConfigError("the catalogue can be asked here, not changed")
        return UnknownName("table", message.split("Table with name ")[1].split(" ")[0], known=tables)
    return ConfigError(f"the question is wrong: {message}")
