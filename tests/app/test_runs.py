"""Runs, problems and lives as a program and a notebook get them."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.catalog.conftest import shelf
from tests.catalog.shelf import Shelf
from tests.conftest import PROJECT, cloned
from workbench import Workbench, config
from workbench.database import Transaction
from workbench.database.embedded import Server
from workbench.errors import RunError
from workbench.records import Run, RunState
from workbench.runs.standing import standing

__all__ = ["shelf"]

LETTER = "Rechnung\n\nRechnungsnummer: 4711\nWir berechnen Ihnen 1.190,00 EUR inkl. 19 % USt.\n"


@dataclass(frozen=True)
class Inbox:
    """A folder that one run took in, and the workbench that did; looked at, never changed."""

    workbench: Workbench
    folder: Path
    run: int


@pytest.fixture(scope="module")
def inbox(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inbox]:
    place = tmp_path_factory.mktemp("home")
    folder = place / "inbox"
    folder.mkdir()
    (folder / "rechnung.txt").write_text(LETTER)
    (folder / "kaputt.pdf").write_bytes(b"%PDF-1.4 kaputt")
    given = config.load(PROJECT)
    for catalogue in cloned(server, template):
        changes = {
            "home": place / "home",
            "workers": 1,
            "database_url": SecretStr(catalogue.conninfo("admin")),
            "app_database_url": SecretStr(catalogue.conninfo("app")),
            "extraction": given.extraction.model_copy(update={"mode": "fast"}),
        }
        with Workbench(settings=given.model_copy(update=changes), role="app", actor="anna") as live:
            yield Inbox(live, folder, live.ingest(folder, reason="nightly").run.id)


def test_runs_are_called_indexed_gone_through_and_shown(workbench: Workbench) -> None:
    with workbench.database.transaction() as tx:
        for kind, state in (("ingest", "finished_with_problems"), ("rollback", "finished"), ("review", "finished")):
            tx.run("INSERT INTO runs (kind, job, actor, state) VALUES (%s, 'x', 'anna', %s)", [kind, state])
    assert [run.id for run in workbench.runs()] == [run.id for run in workbench.runs] == [2, 1]
    assert [run.id for run in workbench.runs(most=1)] == [2]
    assert [run.id for run in workbench.runs(state="finished_with_problems")] == [1]
    assert workbench.runs[3].kind == "review"
    assert "finished with problems" in repr(workbench.runs)
    assert "<table>" in workbench.runs._repr_html_()


def test_a_run_that_is_not_there_says_so(workbench: Workbench) -> None:
    with pytest.raises(RunError, match="there is no run 99"):
        _ = workbench.runs[99]


def test_details_tell_what_a_run_did(inbox: Inbox) -> None:
    found = inbox.workbench.runs.details(inbox.run)
    assert found.title == f"Run {inbox.run}, ingest: finished with problems"
    facts = dict(found.facts)
    assert facts["for"] == f"paths: {inbox.folder}"
    assert "2 new documents, 1 classified" in facts["counts"]
    assert facts["settings"] == found.run.config_digest[:12]
    touched = {(d.name, d.done, d.now) for d in found.documents}
    assert touched == {("rechnung.txt", "taken in", "invoice"), ("kaputt.pdf", "taken in", "unreadable")}
    stages = {stage.stage: (stage.done, stage.total) for stage in found.stages}
    assert stages["read"] == (2, 2)
    assert [stage.stage for stage in found.stages][:3] == ["scan", "take", "read"]
    assert [problem.kind for problem in found.problems] == ["corrupt"]
    assert sum(written.number for written in found.written) == found.run.changes
    assert "kaputt.pdf" in repr(found)
    assert "kaputt.pdf" in found._repr_html_()
    assert json.dumps(asdict(found), default=str)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": RunState.RUNNING, "pid": 7}, "at work: anna on vm, process 7"),
        ({"state": RunState.INTERRUPTED}, "interrupted; 'workbench runs resume 3' goes on with it"),
        (
            {"state": RunState.INTERRUPTED, "message": "the disk is full"},
            "interrupted: the disk is full; 'workbench runs resume 3' goes on with it",
        ),
        ({"state": RunState.INTERRUPTED, "kind": "review"}, "interrupted; the labels given stand"),
        (
            {"state": RunState.ROLLED_BACK, "rolled_back_by": 9, "ended_as": RunState.FINISHED_WITH_PROBLEMS},
            "taken back by run 9; it had finished with problems",
        ),
        ({"state": RunState.FAILED, "message": "a fault"}, "failed: a fault"),
        ({"state": RunState.FINISHED, "pruned_by": 5}, "finished; its journal was pruned by run 5"),
    ],
    ids=["at work", "interrupted", "with a message", "a review", "taken back", "failed", "pruned"],
)
def test_a_run_says_how_it_stands(changes: dict[str, object], words: str) -> None:
    plain = {"id": 3, "kind": "ingest", "job": "", "parameters": {}, "config_digest": "", "code_version": ""}
    run = Run(**{**plain, "host": "vm", "actor": "anna", **changes})  # type: ignore[arg-type]  # fields by name
    assert standing(run) == words


def test_problems_are_listed_by_kind_by_run_and_one_by_one(inbox: Inbox) -> None:
    wb = inbox.workbench
    (kind,) = wb.problems.kinds()
    assert (kind.stage, kind.kind, kind.count, kind.newest_run) == ("read", "corrupt", 1, inbox.run)
    assert kind.examples == ("kaputt.pdf",)
    (one,) = wb.problems(kind="corrupt")
    assert [problem.id for problem in wb.problems(inbox.run)] == [one.id]
    assert wb.problems(kind="timeout") == []
    assert "kaputt.pdf" in repr(wb.problems)
    assert "kaputt.pdf" in wb.problems._repr_html_()


def test_of_a_run_settled_problems_are_listed_too(workbench: Workbench, run: int) -> None:
    with workbench.database.transaction(run=run) as tx:
        tx.run("INSERT INTO problems (stage, kind, message) VALUES ('scan', 'gone', 'the share went away')")
    with workbench.database.transaction() as tx:
        tx.run("INSERT INTO runs (kind, job, actor, state) SELECT kind, job, actor, 'finished' FROM runs")
    assert workbench.problems() == []
    assert workbench.problems.kinds() == []
    assert [problem.is_settled for problem in workbench.problems(run)] == [True]
    assert [problem.is_settled for problem in workbench.problems(settled=True)] == [True]


def test_a_document_is_explained_by_name_with_the_run_that_took_it(inbox: Inbox) -> None:
    life = inbox.workbench.explain("rechnung.txt")
    assert life.chapters[0].run.id == inbox.run
    assert "reason: nightly" in life.chapters[0].run.told
    assert life.verdict.startswith("invoice by rules")


def move_of(tx: Transaction, run: int, document: int) -> None:
    tx.run(
        "INSERT INTO effects (run_id, target, operation, key, digest) "
        "SELECT %s, 'imap', 'move', 'x', digest FROM documents WHERE id = %s",
        [run, document],
    )


def test_analytics_knows_runs_as_they_stand_changes_and_effects(workbench: Workbench, shelf: Shelf) -> None:
    document = shelf.put("a.txt", "Ein Brief")
    with workbench.database.transaction() as tx:
        move_of(tx, shelf.run, document)
        entries = tx.value("SELECT count(*) FROM changes")
    assert list(workbench.sql("SELECT state FROM runs")["state"]) == ["interrupted"]
    assert workbench.sql("SELECT count(*) AS n FROM changes")["n"][0] == entries
    assert list(workbench.sql("SELECT document_id FROM effects")["document_id"]) == [document]


def test_analytics_shows_the_changes_of_sensitive_documents_to_nobody_else(workbench: Workbench, shelf: Shelf) -> None:
    open_, hidden = shelf.put("a.txt", "Ein Brief"), shelf.put("b.txt", "Gehalt", category="payslip")
    with workbench.database.transaction(run=shelf.run) as tx:
        tx.run("INSERT INTO categories (id, sensitive, roles) VALUES ('payslip', true, '{personnel}')")
        move_of(tx, shelf.run, hidden)
    with Workbench(settings=workbench.settings, role="app", roles=["reviewer"]) as limited:
        seen = limited.sql("SELECT DISTINCT document_id FROM changes WHERE document_id IS NOT NULL")
        assert list(seen["document_id"]) == [open_]
        assert len(limited.sql("SELECT id FROM effects")) == 0
