"""From a folder of files to an explained catalogue, and the same folder again and again."""

import os
import shutil
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest
from pydantic import SecretStr

from tests.conftest import cloned
from workbench import Workbench
from workbench.config import Settings
from workbench.errors import ConfigError, SourceError, StoreError
from workbench.records import Arrival, Digest, RunState
from workbench.sources import FolderSource


def _write(place: Path, text: str) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    return place


INVOICE = (
    "Rechnung\n\nRechnungsnummer: 4711\nRechnungsdatum: 03.03.2026\n\nSehr geehrte Frau Müller,\n"
    "für unsere Lieferung berechnen wir Ihnen 1.190,00 EUR inkl. 19 % USt.\n"
    "Bitte überweisen Sie den Rechnungsbetrag bis zum 17.03.2026 auf unser Konto.\n"
)


def test_every_arrival_ends_in_exactly_one_outcome(workbench: Workbench, folder: Path) -> None:
    report = workbench.ingest(folder)
    counts = report.counts
    assert counts["arrivals"] == counts["documents"] + counts["duplicates"]
    outcomes = ("classified", "needs_review", "containers", "unreadable")
    assert counts["documents"] == sum(counts[key] for key in outcomes)
    assert counts["classified"] >= 20
    assert report.run.state == RunState.FINISHED_WITH_PROBLEMS
    assert workbench.sql("SELECT count(*) AS n FROM documents WHERE decision = 'pending'")["n"][0] == 0


def test_a_second_ingest_takes_nothing(workbench: Workbench, folder: Path) -> None:
    workbench.ingest(folder)
    before = workbench.canonical_digest()
    report = workbench.ingest(folder)
    assert report.counts["arrivals"] == 0
    assert report.headline.endswith("nothing new")
    assert workbench.canonical_digest() == before


def test_every_decision_names_the_words_that_matched(workbench: Workbench, tmp_path: Path) -> None:
    workbench.ingest(_write(tmp_path / "in" / "brief.txt", INVOICE).parent)
    life = workbench.life("brief.txt")
    assert life.document.category == "invoice"
    assert life.document.decided_by == "rules"
    evidence = life.opinions[0].evidence
    spans = {INVOICE[e.start : e.end] for e in evidence if e.field == "text"}
    assert "Rechnungsnummer" in spans
    assert spans == {e.found for e in evidence if e.field == "text"}


def test_equal_files_are_one_document_with_two_arrivals(workbench: Workbench, tmp_path: Path) -> None:
    _write(tmp_path / "in" / "b" / "kopie.txt", INVOICE)
    _write(tmp_path / "in" / "rechnung.txt", INVOICE)
    report = workbench.ingest(tmp_path / "in")
    assert (report.counts["documents"], report.counts["duplicates"]) == (1, 1)
    life = workbench.life("rechnung.txt")
    assert [Path(a["locator"]).name for a in life.arrivals] == ["kopie.txt", "rechnung.txt"]


def test_an_edited_file_supersedes_the_old_one(workbench: Workbench, tmp_path: Path) -> None:
    file = _write(tmp_path / "in" / "brief.txt", INVOICE)
    workbench.ingest(tmp_path / "in")
    _write(file, INVOICE.replace("4711", "4712"))
    report = workbench.ingest(tmp_path / "in")
    assert report.counts["documents"] == 1
    assert report.counts["superseded"] == 1
    states = workbench.sql("SELECT state FROM arrivals ORDER BY id")["state"]
    assert list(states) == ["superseded", "present"]


def test_a_file_edited_back_is_present_again(workbench: Workbench, tmp_path: Path) -> None:
    file = _write(tmp_path / "in" / "brief.txt", INVOICE)
    first = file.stat()
    workbench.ingest(tmp_path / "in")
    workbench.ingest(_write(file, "Something else entirely").parent)
    _write(file, INVOICE)
    os.utime(file, ns=(first.st_atime_ns, first.st_mtime_ns))
    report = workbench.ingest(tmp_path / "in")
    assert report.counts["documents"] == 0
    assert list(workbench.sql("SELECT state FROM arrivals ORDER BY id")["state"]) == ["present", "superseded"]


def test_a_touched_file_adds_nothing(workbench: Workbench, tmp_path: Path) -> None:
    file = _write(tmp_path / "in" / "brief.txt", INVOICE)
    workbench.ingest(file)
    os.utime(file, (1, 1))
    assert workbench.ingest(file).counts["arrivals"] == 0
    # … and the new time is remembered, so that the bytes are not read each time
    workbench.ingest(file)
    assert workbench.sql("SELECT count(*) AS n FROM arrivals")["n"][0] == 1
    run = workbench.runs(most=1)[0]
    with workbench.database.transaction() as tx:
        assert tx.value("SELECT count(*) FROM items WHERE run_id = %s", [run.id]) == 0


def test_a_moved_file_is_shown_as_moved_and_a_removed_one_as_vanished(workbench: Workbench, tmp_path: Path) -> None:
    moved = _write(tmp_path / "in" / "a.txt", INVOICE)
    removed = _write(tmp_path / "in" / "b.txt", "Sehr geehrte Damen und Herren, anbei unser Protokoll.")
    _write(tmp_path / "in" / "c.txt", "Bleibt.")
    workbench.ingest(tmp_path / "in")
    moved.rename(tmp_path / "in" / "z.txt")
    removed.unlink()
    report = workbench.ingest(tmp_path / "in")
    assert (report.counts["moved"], report.counts["vanished"], report.counts["documents"]) == (1, 1, 0)


def test_a_share_that_dropped_its_mount_is_not_taken_for_a_thousand_deletions(
    workbench: Workbench, tmp_path: Path
) -> None:
    file = _write(tmp_path / "share" / "a.txt", INVOICE)
    workbench.ingest(tmp_path / "share")
    file.unlink()
    with pytest.raises(SourceError, match="is the share mounted"):
        workbench.ingest(tmp_path / "share")
    assert workbench.runs(most=1)[0].state == RunState.INTERRUPTED
    assert list(workbench.sql("SELECT state FROM arrivals")["state"]) == ["present"]
    assert workbench.ingest(tmp_path / "share", allow_empty=True).counts["vanished"] == 1


def test_a_folder_that_is_not_there_is_an_error_with_advice(workbench: Workbench, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no file or folder .*nowhere; is the share mounted"):
        workbench.ingest(tmp_path / "nowhere")


def test_members_of_archives_and_mails_are_documents_of_their_own(workbench: Workbench, folder: Path) -> None:
    workbench.ingest(folder / "archives")
    members = workbench.sql("SELECT locator, depth FROM arrivals WHERE depth > 0")
    assert len(members) >= 8
    assert members["locator"].str.contains("!/").all()
    assert members["depth"].max() == 2


def test_members_follow_their_archive_when_it_vanishes_and_when_it_is_back(workbench: Workbench, folder: Path) -> None:
    place, aside = folder / "archives", folder.parent / "aside.zip"
    workbench.ingest(place)
    shutil.move(place / "belege.zip", aside)
    workbench.ingest(place)
    gone = workbench.sql("SELECT state FROM arrivals WHERE locator LIKE '%belege.zip%' ORDER BY depth")["state"]
    assert set(gone) == {"vanished", "superseded"}
    shutil.move(aside, place / "belege.zip")
    workbench.ingest(place)
    back = workbench.sql("SELECT state FROM arrivals WHERE locator LIKE '%belege.zip%'")["state"]
    assert set(back) == {"present"}


def test_broken_encrypted_and_empty_files_are_problems_and_the_run_goes_on(workbench: Workbench, folder: Path) -> None:
    report = workbench.ingest(folder / "broken")
    kinds = {problem.kind for problem in report.problems}
    assert {"corrupt", "encrypted", "empty"} <= kinds
    assert all(problem.message and problem.advice for problem in report.problems)
    assert report.counts["arrivals"] >= len(list((folder / "broken").iterdir()))


def test_unreadable_files_are_problems_and_are_taken_the_next_time(workbench: Workbench, tmp_path: Path) -> None:
    file = _write(tmp_path / "in" / "a.txt", INVOICE)
    dangling = tmp_path / "in" / "b.txt"
    dangling.symlink_to(tmp_path / "in" / "later.txt")
    assert workbench.ingest(tmp_path / "in").counts["arrivals"] == 1
    _write(tmp_path / "in" / "later.txt", "Nun ist es da.")
    assert workbench.ingest(tmp_path / "in").counts["arrivals"] == 2
    assert file.exists()


def test_a_file_that_grows_while_it_is_read_is_taken_the_next_time(
    workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _write(tmp_path / "in" / "a.txt", INVOICE)
    opened = FolderSource.open

    def growing(self: FolderSource, arrival: Arrival) -> BinaryIO:
        stream = opened(self, arrival)
        with file.open("a") as more:
            more.write("…\n")
        return stream

    monkeypatch.setattr(FolderSource, "open", growing)
    report = workbench.ingest(tmp_path / "in")
    assert report.counts["arrivals"] == 0
    assert "changed while it was read" in report.problems[0].message
    monkeypatch.undo()
    assert workbench.ingest(tmp_path / "in").counts["documents"] == 1


def test_a_full_disk_is_noticed_before_anything_is_taken(
    workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path / "in" / "a.txt", INVOICE)
    monkeypatch.setattr(type(workbench.store), "free_bytes", lambda self: 1000)
    with pytest.raises(StoreError, match="free some space"):
        workbench.ingest(tmp_path / "in")
    monkeypatch.undo()
    assert workbench.ingest(tmp_path / "in").counts["documents"] == 1


def test_the_store_holds_exactly_what_the_catalogue_names(workbench: Workbench, folder: Path) -> None:
    workbench.ingest(folder)
    with workbench.database.transaction() as tx:
        named = {Digest(row[0]) for row in tx.tuples("SELECT digest FROM blobs")}
    assert set(workbench.store.digests()) == named


def test_the_number_of_workers_and_the_order_of_arrival_change_nothing(
    workbench: Workbench, settings: Settings, folder: Path, tmp_path: Path, catalogue, server, template: str
) -> None:  # type: ignore[no-untyped-def]
    workbench.ingest(folder)
    expected = workbench.canonical_digest()
    for other in cloned(server, template):
        changed = settings.model_copy(
            update={
                "workers": 1,
                "home": tmp_path / "other",
                "database_url": SecretStr(other.conninfo("admin")),
                "app_database_url": SecretStr(other.conninfo("app")),
            }
        )
        with Workbench(settings=changed, role="app", actor="anna") as second:
            for part in sorted(folder.iterdir(), reverse=True):
                second.ingest(part)
            first_relations = _relations(workbench)
            assert _relations(second) == first_relations
            assert second.canonical_digest() == expected


def _relations(workbench: Workbench) -> dict[str, str]:
    from workbench.catalog import canonical

    with workbench.database.transaction() as tx:
        return dict(canonical.digests(tx))


def test_nothing_temporary_is_left_behind(workbench: Workbench, folder: Path, settings: Settings) -> None:
    workbench.ingest(folder)
    assert list((settings.home_folder / "scratch").iterdir()) == []
    assert list((settings.home_folder / "objects" / "incoming").iterdir()) == []


def test_a_share_that_goes_away_in_mid_run_interrupts_it_and_nothing_is_lost(
    workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share, aside = tmp_path / "share", tmp_path / "aside"
    for number in range(5):
        _write(share / f"{number}.txt", f"{INVOICE} {number}")
    opened = FolderSource.open

    def unmounting(self: FolderSource, arrival: Arrival) -> BinaryIO:
        if share.exists():
            share.rename(aside)
        return opened(self, arrival)

    monkeypatch.setattr(FolderSource, "open", unmounting)
    with pytest.raises(SourceError, match="is the share still mounted"):
        workbench.ingest(share)
    monkeypatch.undo()
    aside.rename(share)
    report = workbench.ingest(share)
    assert report.counts["documents"] == 5
    assert report.problems == []
    assert len(workbench.runs()) == 1


def test_members_are_where_their_archive_is_said_to_be_whichever_copy_came_first(
    workbench: Workbench, folder: Path, tmp_path: Path
) -> None:
    far, near = tmp_path / "in" / "far" / "away" / "b.zip", tmp_path / "in" / "a.zip"
    far.parent.mkdir(parents=True)
    shutil.copy(folder / "archives" / "Umzug.zip", far)
    workbench.ingest(tmp_path / "in")
    shutil.copy(far, near)
    workbench.ingest(tmp_path / "in")
    places = workbench.sql("SELECT locator FROM arrivals WHERE depth > 0")["locator"]
    assert len(places) >= 4
    assert places.str.startswith(f"{near}!/").all()
    assert set(workbench.sql("SELECT decision FROM documents")["decision"]) <= {
        "classified",
        "needs_review",
        "container",
    }


def test_an_empty_path_is_not_taken_for_the_current_folder(workbench: Workbench) -> None:
    with pytest.raises(ConfigError, match="a path is empty"):
        workbench.ingest("")


def test_a_removed_file_that_is_put_back_has_not_moved(workbench: Workbench, tmp_path: Path) -> None:
    file = _write(tmp_path / "in" / "a.txt", INVOICE)
    _write(tmp_path / "in" / "b.txt", "Bleibt.")
    workbench.ingest(tmp_path / "in")
    file.unlink()
    workbench.ingest(tmp_path / "in")
    os.utime(_write(file, INVOICE), (1, 1))
    report = workbench.ingest(tmp_path / "in")
    assert report.counts["moved"] == 0
    states = workbench.sql("SELECT state FROM arrivals WHERE name = 'a.txt' ORDER BY id")["state"]
    assert list(states) == ["superseded", "present"]


def test_an_archive_over_a_limit_is_a_container_of_what_was_taken(
    settings: Settings, workbench: Workbench, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(10_050):
            archive.writestr(f"{number}.bin", b"")
    report = workbench.ingest(tmp_path / "many.zip")
    document = workbench.document("many.zip")
    assert (document.state, document.decision) == ("too_large", "container")
    assert [problem.kind for problem in report.problems if problem.locator.endswith("many.zip")] == ["too_large"]
    assert report.counts["arrivals"] == 10_001
