"""A run is done again in rehearsal, as it was: what would differ today, and why."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.app.watching import look
from tests.conftest import Catalogue
from workbench import Workbench
from workbench.config import Settings
from workbench.errors import RunError
from workbench.jobs.replay import Replay
from workbench.records import RunState

INVOICE = (
    "Rechnung\n\nRechnungsnummer: {}\nRechnungsdatum: 03.03.2026\n\nSehr geehrte Frau Müller,\n"
    "für unsere Lieferung berechnen wir Ihnen 1.190,00 EUR inkl. 19 % USt.\n"
    "Bitte überweisen Sie den Rechnungsbetrag bis zum 17.03.2026 auf unser Konto.\n"
)


@pytest.fixture
def post(tmp_path: Path) -> Path:
    """A folder of four letters."""
    place = tmp_path / "post"
    place.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (place / name).write_text(INVOICE.format(name * 40), encoding="utf-8")
    (place / "d.txt").write_text("Guten Tag.\n", encoding="utf-8")
    return place


@pytest.fixture
def admin(catalogue: Catalogue) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """For putting the past otherwise than it was, past the journal."""
    with psycopg.connect(catalogue.conninfo("admin"), autocommit=True) as connection:
        connection.execute("SET search_path TO workbench")
        connection.execute("SET session_replication_role TO replica")
        yield connection


def _told(replay: Replay) -> set[tuple[str, str]]:
    return {(Path(d.place).name, d.what) for d in replay.differences}


def _why(replay: Replay, what: str) -> str:
    return next(d.why for d in replay.differences if d.what == what)


def test_where_nothing_changed_nothing_would_differ_and_nothing_is_written(
    operator: Workbench, catalogue: Catalogue, folder: Path
) -> None:
    done = operator.ingest(folder)
    before = look(catalogue.conninfo("admin"), operator.settings.home_folder / "objects", folder)
    replay = operator.runs.replay(done.run.id)
    assert list(replay.differences) == []
    assert replay.compared == done.counts["documents"]
    assert replay.report.counts == done.counts
    assert replay.headline.endswith("documents, nothing would differ")
    assert look(catalogue.conninfo("admin"), operator.settings.home_folder / "objects", folder) == before
    assert list((operator.settings.home_folder / "scratch").iterdir()) == []


def test_files_that_changed_went_or_came_since_are_told(operator: Workbench, post: Path) -> None:
    done = operator.ingest(post)
    (post / "a.txt").write_text("Etwas ganz anderes.\n", encoding="utf-8")
    (post / "b.txt").unlink()
    (post / "e.txt").write_text("Neu.\n", encoding="utf-8")
    replay = operator.runs.replay(done.run.id)
    assert _told(replay) == {
        ("a.txt", "content"),
        ("b.txt", "gone"),
        ("c.txt", "near duplicates"),
        ("e.txt", "new"),
    }
    assert _why(replay, "content") == "the file was changed since"
    assert _why(replay, "gone") == "the file is no longer there"
    assert _why(replay, "new").startswith("the file came since")
    assert _why(replay, "near duplicates") == "it is compared with other documents now"
    assert replay.headline.endswith("4 of 6 documents would differ")
    assert "b.txt" in str(replay)
    assert "b.txt" in replay._repr_html_()
    assert replay.as_json()["counts"] == {"content": 1, "gone": 1, "near duplicates": 1, "new": 1}


def test_another_reader_and_another_decision_are_told_and_what_a_person_decided_since_is_kept(
    operator: Workbench, post: Path, admin: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    done = operator.ingest(post)
    operator.label("c.txt", "contract")
    admin.execute("UPDATE runs SET code_version = '0.0.1'")
    named = "(SELECT digest FROM documents WHERE name = 'a.txt')"
    admin.execute(f"UPDATE extractions SET version = '0' WHERE digest = {named}".encode())
    admin.execute("UPDATE documents SET category = 'contract' WHERE name = 'b.txt'")
    replay = operator.runs.replay(done.run.id)
    assert _told(replay) == {("a.txt", "reading"), ("b.txt", "category")}
    assert "the reader is of another version; the code was 0.0.1 and is " in _why(replay, "reading")
    assert "the code was 0.0.1" in _why(replay, "category")
    (category,) = (d for d in replay.differences if d.what == "category")
    assert (category.then, category.now) == ("contract", "invoice")
    assert any("the code was 0.0.1" in sentence for sentence in replay.surroundings)
    assert [(document.name, document.why) for document in replay.kept] == [("c.txt", "otto said it is 'contract'")]
    assert replay.compared == 3


def test_it_is_done_with_the_settings_and_rules_that_it_had(
    operator: Workbench, settings: Settings, post: Path, tmp_path: Path
) -> None:
    done = operator.ingest(post)
    rules = tmp_path / "rules.yaml"
    shutil.copy2(settings.path(settings.rules), rules)
    rules.write_text(rules.read_text(encoding="utf-8").replace("Rechnungsnummer", "Katzenfutter"), encoding="utf-8")
    folders = settings.folders.model_copy(update={"exclude": ("b.*",)})
    other = settings.model_copy(update={"folders": folders, "rules": rules})
    with Workbench(settings=other, actor="otto") as now:
        assert list(now.runs.replay(done.run.id).differences) == []


def test_a_run_that_was_taken_back_can_be_done_again(operator: Workbench, post: Path) -> None:
    done = operator.ingest(post)
    operator.rollback(done.run.id)
    (post / "b.txt").unlink()
    replay = operator.runs.replay(done.run.id)
    assert _told(replay) == {("b.txt", "gone")}
    assert operator.runs[done.run.id].state == RunState.ROLLED_BACK


def test_an_earlier_run_is_compared_by_itself_also_where_a_later_one_was_interrupted(
    operator: Workbench, post: Path, admin: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    first = operator.ingest(post)
    shutil.copy2(post / "a.txt", post / "kopie.txt")
    (post / "b.txt").write_text("Geändert.\n", encoding="utf-8")
    operator.ingest(post)
    admin.execute("UPDATE runs SET state = 'interrupted' WHERE id = (SELECT max(id) FROM runs)")
    replay = operator.runs.replay(first.run.id)
    assert ("c.txt", "gone") not in _told(replay)
    assert {name for name, _ in _told(replay)} <= {"a.txt", "b.txt", "kopie.txt"}


def test_doing_stages_again_can_be_done_again(operator: Workbench, post: Path) -> None:
    operator.ingest(post)
    report = operator.reprocess(everything=True, anew=True)
    replay = operator.runs.replay(report.run.id)
    assert list(replay.differences) == []


def test_what_cannot_be_done_again_is_refused_with_a_sentence(
    operator: Workbench, post: Path, admin: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    done = operator.ingest(post)
    operator.label("a.txt", "contract")
    (review,) = operator.runs(kind="review")
    with pytest.raises(RunError, match="kind 'review'; only ingest and reprocess are done again"):
        operator.runs.replay(review.id)
    admin.execute("UPDATE runs SET notebook = 'x.ipynb' WHERE id = %s", [done.run.id])
    admin.execute("UPDATE runs SET kind = 'notebook', notebook = 'x.ipynb' WHERE id = %s", [review.id])
    with pytest.raises(RunError, match=f"it started run {done.run.id}"):
        operator.runs.replay(review.id)
    admin.execute("UPDATE runs SET state = 'interrupted' WHERE id = %s", [done.run.id])
    with pytest.raises(RunError, match="it can be resumed"):
        operator.runs.replay(done.run.id)
    with pytest.raises(RunError, match="there is no run 99"):
        operator.runs.replay(99)
