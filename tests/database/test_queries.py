"""Every query of every .sql file is accepted by the server as it stands."""

import re
from collections.abc import Iterator

import pytest

from tests.conftest import cloned
from workbench.database import Database, Queries
from workbench.database.embedded import Server
from workbench.database.queries import modules
from workbench.errors import UnknownName

ALL = [(module, name, text) for module in modules() for name, text in Queries(module)]
# Tables of one transaction, made by the queries that begin with stage_
STAGED = [text for _, name, text in ALL if name.startswith("stage_")]


@pytest.fixture(scope="module")
def database(server: Server, template: str) -> Iterator[Database]:
    for catalogue in cloned(server, template):
        with Database(catalogue.conninfo("app")) as opened:
            yield opened


@pytest.mark.parametrize(("module", "name", "text"), ALL, ids=[f"{m}.{n}" for m, n, _ in ALL])
def test_query_can_be_prepared(database: Database, module: str, name: str, text: str) -> None:
    if name.startswith("stage_"):
        with database.transaction() as tx:
            tx.run(text)
        return
    if _is_utility(text):
        with database.transaction() as tx:
            for statement in [*STAGED, text]:
                tx.run(statement)
        return
    numbers: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        return f"${numbers.setdefault(match.group(1), len(numbers) + 1)}"

    prepared = re.sub(r"%\((\w+)\)s", numbered, text).replace("%%", "%")
    with database.transaction() as tx:
        for statement in STAGED:
            tx.run(statement)
        tx.connection.execute(f"PREPARE checked AS {prepared}".encode())
        tx.connection.execute("DEALLOCATE checked")


def _is_utility(text: str) -> bool:
    """LOCK, SET, ANALYZE and their like cannot be prepared; they are run."""
    statement = next(line for line in text.splitlines() if not line.startswith("--"))
    return statement.split()[0] not in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}


def test_every_query_says_what_it_answers() -> None:
    bare = [f"{module}.{name}" for module, name, text in ALL if not text.startswith("-- ")]
    assert bare == []


def test_a_misspelt_query_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(UnknownName, match="did you mean 'documents_page'"):
        _ = Queries("catalog").document_page
