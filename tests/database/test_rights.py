"""Who sees what: one door, row-level security on role and category."""

import hashlib

import psycopg
import pytest

from tests.conftest import Catalogue
from workbench.database import Database


@pytest.fixture
def payslip(database: Database, run: int) -> int:
    """A document of a category that only personnel may see."""
    digest = hashlib.sha256(b"payslip").hexdigest()
    body = hashlib.sha256(b"body").hexdigest()
    with database.transaction(run=run) as tx:
        tx.run("INSERT INTO categories (id, sensitive, roles) VALUES ('payslip', true, '{personnel}')")
        tx.run("INSERT INTO blobs (digest, size, stored_digest) VALUES (%s, 1, %s)", [digest, digest])
        arrival = tx.value(
            "INSERT INTO arrivals (source, external_id, locator, name, digest) "
            "VALUES ('folder', '/p', '/p', 'p', %s) RETURNING id",
            [digest],
        )
        tx.run("INSERT INTO texts VALUES (%s, 'Gehalt von Erika Mustermann', 27)", [body])
        tx.run("INSERT INTO structures VALUES (%s, '[]')", [body])
        tx.run("INSERT INTO thumbnails VALUES (%s, 1, 1, 1, 'image/webp', 'x')", [digest])
        extraction = tx.value(
            "INSERT INTO extractions (digest, extractor, version, options_digest, media_type, state, text_digest, "
            "recognition_digest) VALUES (%s, 'plain', '1', '', 'text/plain', 'ok', %s, %s) RETURNING id",
            [digest, body, body],
        )
        return int(
            tx.value(
                "INSERT INTO documents (digest, arrival_id, extraction_id, name, locator, media_type, size, category) "
                "VALUES (%s, %s, %s, 'p', '/p', 'text/plain', 1, 'payslip') RETURNING id",
                [digest, arrival, extraction],
            )
        )


RELATIONS = (
    "documents",
    "arrivals",
    "extractions",
    "texts",
    "structures",
    "thumbnails",
    "search_documents('Gehalt', 10, 0)",
)


@pytest.mark.parametrize(("roles", "count"), [((), 0), (("reviewer",), 0), (("personnel",), 1), (("*",), 1)])
@pytest.mark.parametrize("relation", RELATIONS)
def test_a_sensitive_document_is_seen_by_its_roles_only(
    catalogue: Catalogue, payslip: int, relation: str, roles: tuple[str, ...], count: int
) -> None:
    with Database(catalogue.conninfo("app"), roles=roles) as seen, seen.transaction() as tx:
        assert tx.value(f"SELECT count(*) FROM {relation}") == count


def test_the_service_role_sees_everything(catalogue: Catalogue, payslip: int) -> None:
    with Database(catalogue.conninfo("service")) as seen, seen.transaction() as tx:
        assert tx.value("SELECT count(*) FROM documents") == 1


def test_neither_login_is_a_superuser_or_passes_by_row_security(catalogue: Catalogue) -> None:
    for role in ("app", "service"):
        with Database(catalogue.conninfo(role)) as seen, seen.transaction() as tx:  # type: ignore[arg-type]
            row = tx.tuples("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
            assert row == [(False, False, False)]


def test_the_search_index_itself_is_out_of_reach(database: Database) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.transaction() as tx:
        tx.value("SELECT count(*) FROM search_entries")


def test_one_login_can_act_as_the_app_role_by_configuration_alone(catalogue: Catalogue, payslip: int) -> None:
    with Database(catalogue.conninfo("admin"), role="workbench_app", roles=()) as seen, seen.transaction() as tx:
        assert tx.value("SELECT current_user") == "workbench_app"
        assert tx.value("SELECT count(*) FROM documents") == 0
