"""Scenario 3: every run can be taken back.

Today the journal holds enough to do it by hand; a command for it comes later.
"""

from pathlib import Path

import pytest

from tests.conftest import SAMPLES, Catalogue
from workbench import Workbench
from workbench.catalog import canonical
from workbench.config import Settings
from workbench.database import Database, Transaction

LETTER = "Sehr geehrte Damen und Herren, anbei unsere Rechnung Nr. 4711 über 1.190,00 EUR zum 03.03.2026."


@pytest.fixture
def settings(settings: Settings) -> Settings:
    extraction = settings.extraction.model_copy(update={"ocr": False, "mode": "fast"})
    return settings.model_copy(update={"extraction": extraction})


def take_back(tx: Transaction, run: int) -> int:
    """Apply what a run changed backwards, newest first; how many changes there were."""
    tx.run("SET CONSTRAINTS ALL DEFERRED")
    changes = tx.tuples(
        "SELECT relation, operation, key::text, before::text FROM changes WHERE run_id = %s ORDER BY id DESC", [run]
    )
    for relation, operation, key, before in changes:
        row = f"jsonb_populate_record(NULL::{relation}, %s::jsonb)"
        columns = [r[0] for r in tx.tuples("SELECT jsonb_object_keys(%s::jsonb)", [key])]
        same = " AND ".join(f"t.{column} = old.{column}" for column in columns)
        if operation == "insert":
            assert tx.run(f"DELETE FROM {relation} AS t USING {row} AS old WHERE {same}", [key]) == 1
        elif operation == "delete":
            tx.run(f"INSERT INTO {relation} SELECT * FROM {row}", [before])
        else:
            names = [r[0] for r in tx.tuples("SELECT jsonb_object_keys(%s::jsonb)", [before])]
            values = ", ".join(f"{name} = old.{name}" for name in names if name not in columns)
            assert tx.run(f"UPDATE {relation} AS t SET {values} FROM {row} AS old WHERE {same}", [before]) == 1
    return len(changes)


def digests(catalogue: Catalogue) -> dict[str, str]:
    with Database(catalogue.conninfo("service")) as database, database.transaction() as tx:
        return dict(canonical.digests(tx))


def undo(catalogue: Catalogue, run: int) -> int:
    """Take a run back as the service role, under a run of its own."""
    with Database(catalogue.conninfo("service"), actor="test") as database:
        with database.transaction() as tx:
            own = tx.value("INSERT INTO runs (kind, job, actor) VALUES ('rollback', 'x', 'test') RETURNING id")
        with database.transaction(run=own) as tx:
            return take_back(tx, run)


def test_an_ingest_is_taken_back_to_the_very_catalogue_before(
    workbench: Workbench, catalogue: Catalogue, tmp_path: Path
) -> None:
    place = tmp_path / "in"
    place.mkdir()
    (place / "bleibt.txt").write_text(LETTER)
    (place / "wird bearbeitet.txt").write_text(LETTER.replace("4711", "4712"))
    (place / "zieht um.txt").write_text("Protokoll der Sitzung vom 3. März, anwesend waren alle.")
    (place / "verschwindet.txt").write_text("Einladung zum Sommerfest.")
    workbench.ingest(place)
    before = digests(catalogue)

    (place / "wird bearbeitet.txt").write_text(LETTER.replace("4711", "4713"))
    (place / "zieht um.txt").rename(place / "ist umgezogen.txt")
    (place / "verschwindet.txt").unlink()
    (place / "B.txt").write_text(LETTER)
    (place / "mail.eml").write_bytes((SAMPLES / "emails" / "Rechnung anbei.eml").read_bytes())
    (place / "leer.txt").touch()
    second = workbench.ingest(place)
    counts = second.counts
    assert (counts["superseded"], counts["moved"], counts["vanished"], counts["duplicates"]) == (1, 1, 1, 2)
    assert digests(catalogue) != before

    assert undo(catalogue, second.run.id) > 20
    assert digests(catalogue) == before


def test_a_label_is_taken_back_to_what_the_rules_said(
    workbench: Workbench, catalogue: Catalogue, tmp_path: Path
) -> None:
    (tmp_path / "rechnung.txt").write_text(LETTER)
    workbench.ingest(tmp_path / "rechnung.txt")
    before = digests(catalogue)
    workbench.label("rechnung.txt", "offer")
    assert workbench.document("rechnung.txt").category == "offer"
    (run,) = workbench.runs(kind="review")
    assert undo(catalogue, run.id) == 2
    assert digests(catalogue) == before


def test_what_was_taken_back_can_be_taken_in_again(workbench: Workbench, catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "rechnung.txt").write_text(LETTER)
    first = workbench.ingest(tmp_path / "rechnung.txt")
    after = digests(catalogue)
    undo(catalogue, first.run.id)
    assert workbench.stats()["documents"] == 0
    again = workbench.ingest(tmp_path / "rechnung.txt")
    assert again.counts["documents"] == 1
    assert digests(catalogue) == after
