"""The canonical digest: blind to ids, runs and times, and to nothing else."""

import psycopg
import pytest

from tests.catalog.shelf import Shelf, digest_of, taken
from tests.conftest import Catalogue, cloned
from workbench.catalog import canonical, deciding, reading, relating
from workbench.catalog.deciding import Category, Decided
from workbench.database import Database, Transaction, as_role
from workbench.database.embedded import Server
from workbench.records import (
    Decision,
    Difference,
    Evidence,
    Kind,
    Label,
    NearDuplicate,
    Opinion,
    Problem,
    Stage,
)

# What the digest does not look at, and why.
BLIND = {
    "surrogate ids": {"id", "run_id", "arrival_id", "extraction_id", "document_id", "original_id", "successor_id",
                      "effect_id"},
    "times": {"stored_at", "modified_at", "taken_at", "extracted_at", "given_at", "labelled_at", "happened_at",
              "applied_at", "seconds"},
    "also in metadata, which is looked at": {"written_at"},
    "what was asked for is in options_digest, which is looked at": {"options"},
    "how bytes lie in the store, not what they are": {"stored_digest", "key_id"},
    "who happened to apply the rules first": {"author", "message"},
}  # fmt: skip
UNSEEN = set().union(*BLIND.values())
# Tie rows together: altered by themselves, they would break the catalogue rather than change it.
KEYS = {"id", "run_id", "document_id", "original_id", "arrival_id", "extraction_id"}


def fill(shelf: Shelf) -> None:
    """One row at least in every journaled relation."""
    first = shelf.put("a.txt", "Rechnung Nummer eins", title="Rechnung")
    second = shelf.put("b.txt", "Rechnung Nummer zwei")
    opinion = Opinion(
        classifier="rules", version="1", inputs="x", category="invoice", confidence=0.9, reason="says so",
        evidence=(Evidence(rule="r", category="invoice", field="text", found="Rechnung"),), scores={"invoice": 2.0},
    )  # fmt: skip
    decided = Decided(
        document_id=first, opinions=[opinion], decision=Decision.CLASSIFIED, category="invoice", confidence=0.9,
        decided_by="rules", reason="says so",
    )  # fmt: skip
    with shelf.database.transaction(run=shelf.run) as tx:
        deciding.keep(tx, [decided])
        deciding.label(tx, Label(document_id=second, category="invoice", actor="anna", note="sure"))
        deciding.keep_rule_set(tx, digest=digest_of("rules"), author="anna", message="first", body="rules: []")
        deciding.keep_categories(tx, [Category(id="invoice", title_de="Rechnung")])
        reading.keep_problem(tx, Problem(stage=Stage.READ, kind="partial", message="half of it", locator="/a.txt"))
        relating.keep(
            tx,
            NearDuplicate(
                document_id=second, original_id=first, kind=Kind.TEXT, score=0.9, difference=Difference.NUMBERS,
                details={"only in a": ["1"]},
            ),
        )  # fmt: skip


def digest(database: Database) -> str:
    with database.transaction() as tx:
        return canonical.digest(tx)


def columns(database: Database) -> list[tuple[str, str, str]]:
    with database.transaction() as tx:
        rows = tx.tuples(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'workbench' AND table_name = ANY(%s) ORDER BY 1, ordinal_position",
            [list(canonical.RELATIONS)],
        )
    return [(relation, column, kind) for relation, column, kind in rows]


OTHER: dict[str, str] = {
    "bigint": "coalesce({0}, 0) + 1",
    "integer": "coalesce({0}, 0) + 1",
    "real": "0.125",
    "text": "coalesce({0}, '') || 'x'",
    "boolean": "NOT {0}",
    "jsonb": """'{{"changed": 1}}'""",
    "ARRAY": "array_append({0}, NULL)",
    "timestamp with time zone": "now() + interval '1 day'",
}
# Columns of few or looked-up values.
SPECIAL: dict[tuple[str, str], str] = {
    ("blobs", "digest"): "repeat('0', 64)",
    ("blobs", "stored_digest"): "repeat('0', 64)",
    ("arrivals", "digest"): "repeat('0', 64)",
    ("arrivals", "parent"): "digest",
    ("arrivals", "state"): "'vanished'",
    ("documents", "state"): "'timeout'",
    ("documents", "decision"): "'needs_review'",
    ("near_duplicates", "difference"): "'scan'",
    ("near_duplicates", "kind"): "'image'",
    ("extractions", "digest"): "repeat('0', 64)",
    ("extractions", "state"): "'timeout'",
    ("extractions", "structure_digest"): "text_digest",
    ("extractions", "text_digest"): "NULL",
    ("problems", "digest"): "repeat('0', 64)",
}


def test_every_relation_of_the_journal_is_looked_at(database: Database) -> None:
    with database.transaction() as tx:
        journaled = {
            row[0]
            for row in tx.tuples(
                "SELECT c.relname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid "
                "WHERE tgname = 'journal_insert'"
            )
        }
    # Holds are notes to the next ingest, no part of what the catalogue holds.
    assert set(canonical.RELATIONS) == journaled - {"holds"}


def test_every_change_is_noticed_unless_it_is_an_id_a_run_or_a_time(shelf: Shelf, catalogue: Catalogue) -> None:
    fill(shelf)
    before = digest(shelf.database)
    unnoticed = set()
    # As the server's administrator, who alone can pass by the triggers and keys that keep a catalogue whole.
    with psycopg.connect(as_role(catalogue.conninfo("admin"), "")) as connection:
        connection.execute("SET session_replication_role = replica")
        for relation, column, kind in columns(shelf.database):
            if column in KEYS:
                continue
            value = SPECIAL.get((relation, column), OTHER[kind].format(column))
            with connection.transaction(force_rollback=True):
                row = f"(SELECT min(ctid::text)::tid FROM {relation})"
                tx = Transaction(connection)
                assert tx.run(f"UPDATE {relation} SET {column} = {value} WHERE ctid = {row}") == 1
                if canonical.digest(tx) == before:
                    unnoticed.add(column)
    assert unnoticed <= UNSEEN
    assert unnoticed >= {"stored_at", "taken_at", "seconds"}


@pytest.mark.parametrize("relation", ["problems", "opinions", "near_duplicates", "labels", "rule_sets"])
def test_a_row_that_is_gone_is_noticed(shelf: Shelf, relation: str) -> None:
    fill(shelf)
    before = digest(shelf.database)
    with shelf.database.transaction(run=shelf.run) as tx:
        assert tx.run(f"DELETE FROM {relation}") == 1
    assert digest(shelf.database) != before


def test_other_ids_runs_and_times_give_the_same_digest(shelf: Shelf, server: Server, template: str) -> None:
    fill(shelf)
    for other in cloned(server, template):
        with Database(other.conninfo("app"), actor="bert") as database:
            with database.transaction() as tx:
                for job in ("one", "two"):
                    tx.run("INSERT INTO runs (kind, job, actor) VALUES ('x', %s, 'bert')", [job])
                run = int(tx.value("SELECT max(id) FROM runs"))
            again = Shelf(database, run)
            # Ids are spent on what is not kept.
            again.take(taken("/gone.txt", "gone"))
            with database.transaction(run=run) as tx:
                tx.run("DELETE FROM documents")
                tx.run("DELETE FROM arrivals")
                tx.run("DELETE FROM blobs")
            fill(again)
            assert digest(database) == digest(shelf.database)


def test_the_digests_of_relations_say_where_two_catalogues_differ(shelf: Shelf) -> None:
    fill(shelf)
    with shelf.database.transaction(run=shelf.run) as tx:
        before = canonical.digests(tx)
        deciding.keep_categories(tx, [Category(id="invoice", title_de="Beleg")])
        after = canonical.digests(tx)
    assert [relation for relation in before if before[relation] != after[relation]] == ["categories"]


def test_an_empty_catalogue_has_a_digest_too(database: Database) -> None:
    assert len(digest(database)) == 64
