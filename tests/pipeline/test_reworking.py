"""Stages are done again for what is chosen: what is valid is reused, and what ends as it began leaves no trace."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from tests.conftest import PROJECT, Catalogue, cloned
from tests.extraction import handmade
from workbench import Workbench
from workbench.catalog import canonical
from workbench.catalog.reading import Reading
from workbench.config import Settings
from workbench.database.embedded import Server
from workbench.errors import ConfigError, UnknownName
from workbench.pipeline import reading, steps
from workbench.pipeline.steps import Task, read_document
from workbench.records import Run, RunState

LETTER = """Rechnung

Rechnungsnummer: {0}
Sehr geehrte Damen und Herren, für die Lieferung der Küchenmöbel in das Lager am Nordhafen erlauben wir uns, Ihnen
den folgenden Betrag in Rechnung zu stellen. Bitte überweisen Sie den Rechnungsbetrag von {0},00 EUR bis zum Ende des
Monats auf das unten angegebene Konto, und geben Sie dabei die Nummer der Rechnung an. {1}
Mit freundlichen Grüßen, Ihre Buchhaltung
"""
RULES = """
version: 1
decide: {{threshold: 1.0, margin: 0.1}}
categories:
  - {{id: invoice, title: {{de: Rechnung, en: Invoice}}}}
  - {{id: letter, title: {{de: Brief, en: Letter}}}}
rules:
  - {{id: words, category: {0}, weight: 2, any: [{{keyword: [Rechnung]}}]}}
"""


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """With rules of two categories, of which one is ever given."""
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES.format("invoice"), encoding="utf-8")
    return settings.model_copy(update={"rules": rules})


@pytest.fixture
def post(tmp_path: Path) -> Path:
    """Three letters, the second and third nearly the same, one that is locked, one that is damaged and a mail."""
    place = tmp_path / "post"
    place.mkdir()
    (place / "a.txt").write_text("Rechnung über den Grillabend\n", encoding="utf-8")
    (place / "b.txt").write_text(LETTER.format(4711, "Vielen Dank."), encoding="utf-8")
    (place / "c.txt").write_text(LETTER.format(4711, "Vielen Dank!!"), encoding="utf-8")
    (place / "d.pdf").write_bytes(handmade.pdf("Rechnung Nummer sieben", password="geheim"))
    (place / "e.docx").write_bytes(b"PK\x03\x04 this is no archive")
    (place / "f.zip").write_bytes(_zip({"g.txt": "Rechnung im Archiv"}))
    return place


@pytest.fixture
def taken(workbench: Workbench, post: Path) -> Workbench:
    """A workbench that has taken the folder in."""
    workbench.ingest(post)
    return workbench


def _zip(members: dict[str, str]) -> bytes:
    import io
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return stream.getvalue()


def _changes(workbench: Workbench, run: Run) -> int:
    with workbench.database.transaction() as tx:
        return int(tx.value("SELECT count(*) FROM changes WHERE run_id = %s", [run.id]))


def _originals(workbench: Workbench) -> list[tuple[str, str]]:
    with workbench.database.transaction() as tx:
        return tx.tuples(
            "SELECT c.name, o.name FROM near_duplicates n JOIN documents c ON c.id = n.document_id "
            "JOIN documents o ON o.id = n.original_id"
        )


@pytest.mark.parametrize("anew", [False, True])
def test_what_ends_as_it_began_leaves_no_trace(taken: Workbench, anew: bool) -> None:
    before = taken.canonical_digest()
    report = taken.reprocess(everything=True, anew=anew)
    assert _changes(taken, report.run) == 0
    assert taken.canonical_digest() == before
    assert report.counts["reworked"] == 7
    # Failed ones are always read again, and still fail.
    assert report.counts["read_anew"] == (7 if anew else 2)
    assert report.counts["reused"] == (0 if anew else 5)
    assert {Path(p.locator).name for p in report.problems} == {"d.pdf", "e.docx"}
    assert report.run.state == RunState.FINISHED_WITH_PROBLEMS


def test_failed_ones_are_read_again_and_what_is_mended_is_a_problem_no_more(
    taken: Workbench, settings: Settings
) -> None:
    opened = settings.model_copy(update={"passwords": (SecretStr("geheim"),)})
    with Workbench(settings=opened) as wb:
        report = wb.reprocess(failed=True)
        assert (report.counts["reworked"], report.counts["read_anew"], report.counts["recategorised"]) == (2, 2, 1)
        assert report.moves == [{"before": "", "after": "invoice", "documents": 1}]
        assert wb.document("d.pdf").state == "ok"
        with wb.database.transaction() as tx:
            assert tx.tuples("SELECT locator FROM problems") == [(wb.document("e.docx").locator,)]


def test_changed_rules_decide_anew_but_not_what_a_person_decided(taken: Workbench, settings: Settings) -> None:
    taken.label("a.txt", "invoice", note="paid")
    settings.rules.write_text(RULES.format("letter"), encoding="utf-8")
    report = taken.reprocess(category="invoice", stage="classify")
    assert report.moves == [{"before": "invoice", "after": "letter", "documents": 3}]
    assert (report.counts["read_anew"], report.counts["reused"]) == (0, 0)
    assert {d.name: d.category for d in taken.documents() if d.category} == {
        "a.txt": "invoice", "b.txt": "letter", "c.txt": "letter", "g.txt": "letter",
    }  # fmt: skip
    assert taken.reprocess(category="invoice", stage="classify").counts["recategorised"] == 0
    assert taken.report(report.run.id).moves == report.moves


def test_conditions_hold_all_together(taken: Workbench) -> None:
    run = next(iter(taken.runs)).id
    assert taken.reprocess(run=run, extractor="plain", documents=["b.txt", "d.pdf"]).counts["reworked"] == 1
    assert taken.reprocess(run=run, failed=True, extractor="plain").headline.endswith("nothing was done again")
    assert taken.reprocess(run=run + 1).run.state == RunState.FINISHED


def test_wrong_names_are_told_with_the_nearest(taken: Workbench) -> None:
    with pytest.raises(ConfigError, match="which documents are meant"):
        taken.reprocess()
    with pytest.raises(UnknownName, match="did you mean 'plain'"):
        taken.reprocess(extractor="plian")
    with pytest.raises(UnknownName, match="did you mean 'invoice'"):
        taken.reprocess(category="invoce")
    with pytest.raises(UnknownName, match="did you mean 'classify'"):
        taken.reprocess(failed=True, stage="clasify")


def test_another_text_by_the_same_reader_takes_the_place_of_the_old_and_likeness_follows(
    taken: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((copy, original),) = _originals(taken)
    assert {copy, original} == {"b.txt", "c.txt"}
    before = _held(taken)
    monkeypatch.setattr(reading, "read_document", other_text)
    run = taken.reprocess(documents=[original], anew=True).run
    assert taken.text(original) == "etwas ganz anderes"
    assert _originals(taken) == []
    with taken.database.transaction() as tx:
        assert tx.value("SELECT count(*) FROM extractions WHERE digest = %s", [taken.document(original).digest]) == 1
    monkeypatch.undo()
    assert taken.reprocess(documents=[original]).counts["reused"] == 1  # it counts as valid now
    again = taken.reprocess(documents=[original], anew=True)
    assert _held(taken) == before
    assert again.counts["near_duplicates"] == 1
    assert run.parameters["documents"] == [taken.document(original).id]


def _held(workbench: Workbench) -> dict[str, str]:
    """The catalogue but for opinions, which are only ever added."""
    with workbench.database.transaction() as tx:
        return {name: digest for name, digest in canonical.digests(tx).items() if name != "opinions"}


def other_text(task: Task) -> Reading:
    """Read anything as the same few words."""
    found = steps._read(task)
    return replace(read_document(task), extraction=replace(found, text="etwas ganz anderes"), text_signature=None)


@pytest.fixture
def twins(settings: Settings, server: Server, template: str, tmp_path: Path) -> Iterator[list[tuple[Catalogue, Path]]]:
    """Two empty catalogues, and a home for each."""
    for one in cloned(server, template):
        for other in cloned(server, template):
            yield [(one, tmp_path / "one"), (other, tmp_path / "other")]


def test_killed_and_started_again_it_ends_as_one_that_was_not(
    twins: list[tuple[Catalogue, Path]], settings: Settings, post: Path
) -> None:
    digests = []
    for is_killed, (catalogue, home) in enumerate(twins):
        own = {"home": home, "database_url": SecretStr(catalogue.conninfo("admin")), "app_database_url": None}
        settings.rules.write_text(RULES.format("invoice"), encoding="utf-8")
        with Workbench(settings=settings.model_copy(update=own)) as wb:
            wb.ingest(post)
            settings.rules.write_text(RULES.format("letter"), encoding="utf-8")
            if is_killed:
                # Once when it is chosen what to do, once when something of it is done.
                for state in ("todo", "done"):
                    _kill(_start(catalogue, home, settings.rules), catalogue, state)
            process = _start(catalogue, home, settings.rules)
            _, err = process.communicate(timeout=120)
            assert process.returncode == 3, err
            digests.append(wb.canonical_digest())
            (run,) = wb.runs(kind="reprocess")
            assert run.attempts == (3 if is_killed else 1)
            assert {d.category for d in wb.documents() if d.category} == {"letter"}
    assert digests[0] == digests[1]


def _start(catalogue: Catalogue, home: Path, rules: Path) -> "subprocess.Popen[str]":
    environment = {
        **os.environ,
        "WORKBENCH_HOME": str(home),
        "WORKBENCH_CONFIG": str(PROJECT / "config"),
        "WORKBENCH_DATABASE_URL": catalogue.conninfo("admin"),
        "WORKBENCH_RULES": str(rules),
        "WORKBENCH_WORKERS": "2",
        "WORKBENCH_EXTRACTION__MODE": "fast",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "workbench", "reprocess", "--all", "--anew", "--quiet"],
        env=environment, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _kill(process: "subprocess.Popen[str]", catalogue: Catalogue, state: str) -> None:
    """End a process as soon as its run has a piece of work that stands like this."""
    with psycopg.connect(catalogue.conninfo("admin"), autocommit=True) as connection:
        question = (
            "SELECT count(*) FROM workbench.items JOIN workbench.runs ON runs.id = run_id "
            "WHERE kind = 'reprocess' AND items.state = %s"
        )
        end = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < end:
            row = connection.execute(question, [state]).fetchone()
            if row and row[0]:
                break
    process.send_signal(signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, err
