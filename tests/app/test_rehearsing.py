"""A rehearsal gives the report that the real thing gives, and writes nothing anywhere."""

import shutil
import zipfile
from pathlib import Path

import pytest

from tests.app.watching import look
from tests.conftest import Catalogue
from workbench import Workbench
from workbench.report import Report

LETTER = "Rechnung\n\nRechnungsnummer: 4711\nWir berechnen Ihnen 1.190,00 EUR inkl. 19 % USt.\n"


def _told(report: Report) -> tuple[object, ...]:
    """Everything that a report says, but for the run's number and time."""
    return report.counts, list(report.categories), list(report.problems), report.run.state


def _change(folder: Path) -> None:
    """A day passes: files are edited, moved, copied, removed and added."""
    edited, moved, removed, copied, nearly, *_ = sorted(folder.glob("emails/*.eml"))
    edited.write_bytes(edited.read_bytes() + b"\nNachtrag: bitte bis Freitag.\n")
    moved.rename(folder / "misc" / f"umgezogen-{moved.name}")
    removed.unlink()
    shutil.copy2(copied, folder / "misc" / f"kopie-{copied.name}")
    (folder / "misc" / "fast-gleich.eml").write_bytes(nearly.read_bytes() + b"\n--\nPS\n")
    bundle = next(folder.glob("archives/*.zip"))
    with zipfile.ZipFile(folder / "misc" / "neu.zip", "w") as packed:
        packed.writestr("brief.txt", LETTER)
        packed.write(bundle, bundle.name)
    (folder / "broken" / "neu.pdf").write_bytes(b"%PDF-1.4 and nothing more")


def test_a_rehearsal_gives_the_report_of_the_ingest_and_writes_nothing(
    workbench: Workbench, catalogue: Catalogue, folder: Path
) -> None:
    home = workbench.settings.home_folder
    before = look(catalogue.conninfo("admin"), home / "objects", folder)
    rehearsed = workbench.ingest(folder, rehearse=True)
    assert look(catalogue.conninfo("admin"), home / "objects", folder) == before
    assert list((home / "scratch").iterdir()) == []
    assert rehearsed.headline.startswith("rehearsal, nothing was written: ")
    assert rehearsed.as_json()["run"] is None

    real = workbench.ingest(folder)
    assert _told(rehearsed) == _told(real)
    happened = {name for name, count in real.counts.items() if count}
    assert happened >= {"documents", "duplicates", "near_duplicates", "containers", "unreadable", "needs_review"}

    _change(folder)
    before = look(catalogue.conninfo("admin"), home / "objects", folder)
    rehearsed = workbench.ingest(folder, rehearse=True)
    assert look(catalogue.conninfo("admin"), home / "objects", folder) == before

    real = workbench.ingest(folder)
    assert _told(rehearsed) == _told(real)
    happened = {name for name, count in real.counts.items() if count}
    assert happened >= {"documents", "duplicates", "superseded", "moved", "vanished", "near_duplicates", "problems"}


def test_files_that_would_be_moved_stay_where_they_are(
    workbench: Workbench, catalogue: Catalogue, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "done").mkdir()
    (inbox / "brief.txt").write_text(LETTER, encoding="utf-8")
    before = look(catalogue.conninfo("admin"), inbox, tmp_path / "done")
    rehearsed = workbench.ingest(inbox, move_to=tmp_path / "done", rehearse=True)
    assert rehearsed.counts["effects"] == 1
    assert look(catalogue.conninfo("admin"), inbox, tmp_path / "done") == before
    real = workbench.ingest(inbox, move_to=tmp_path / "done")
    assert not (inbox / "brief.txt").exists()
    assert _told(rehearsed) == _told(real)


def test_steps_of_one_rehearsal_see_each_other_and_are_forgotten_together(
    operator: Workbench, catalogue: Catalogue, folder: Path
) -> None:
    operator.ingest(folder / "emails")
    before = look(catalogue.conninfo("admin"), operator.settings.home_folder / "objects", folder)
    with operator.rehearsal() as twin:
        assert twin.ingest(folder / "letters").counts["documents"] > 0
        assert twin.ingest(folder / "letters").headline.endswith("nothing new")
        letter = next(d for d in twin.documents() if "letters" in d.locator)
        assert twin.label(letter.id, "contract").category == "contract"
        assert twin.text(letter.id)
        labelled = "SELECT d.category FROM labels AS l JOIN documents AS d ON d.id = l.document_id"
        assert list(twin.sql(labelled)["category"]) == ["contract"]
        seen, real = (one.analytics.arrow(*one.analytics.tables()) for one in (twin, operator))
        assert {name: table.schema.names for name, table in seen.items()} == {
            name: table.schema.names for name, table in real.items()
        }
        with twin.store.open(letter.digest) as stream:
            assert stream.read()
        assert twin.rollback(twin.runs()[1].id, cascade=True, labels=True).by
        assert twin.rollback(operator.runs()[0].id).by
        assert twin.stats()["documents"] == 0
    assert look(catalogue.conninfo("admin"), operator.settings.home_folder / "objects", folder) == before


def test_every_workbench_of_a_process_rehearses_where_the_environment_says_so(
    workbench: Workbench, catalogue: Catalogue, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = look(catalogue.conninfo("admin"), folder)
    monkeypatch.setenv("WORKBENCH_REHEARSE", "1")
    with Workbench(settings=workbench.settings, role="app") as unaware:
        assert unaware.ingest(folder / "letters").rehearsal
        assert unaware.stats()["documents"] > 0
    monkeypatch.setenv("WORKBENCH_REHEARSE", "0")
    with Workbench(settings=workbench.settings, role="app") as real:
        assert not real.is_rehearsal
    assert look(catalogue.conninfo("admin"), folder) == before
