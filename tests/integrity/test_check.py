"""Whatever is wrong with catalogue, store or journal is named, with what to do; what is sound is not."""

import io
import os
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.integrity.conftest import Shelf, told
from workbench import runs
from workbench.errors import ConfigError
from workbench.integrity import FindingKind, check
from workbench.integrity.findings import LISTED, Finding, Findings
from workbench.integrity.sampling import is_due, share
from workbench.records import Digest
from workbench.runs import Order


def _flip(place: Path) -> None:
    content = bytearray(place.read_bytes())
    content[3] ^= 1
    place.write_bytes(content)


def test_after_an_ingest_all_is_well(shelf: Shelf) -> None:
    found = shelf.wb.check()
    assert (told(found), found.is_well, found.is_complete) == ([], True, True)
    assert (found.blobs, found.read, found.relations) == (3, 3, 11)
    assert found.headline.endswith("all well")


def test_a_flipped_bit_is_found_by_reading(shelf: Shelf) -> None:
    place = shelf.blob("brief.txt")
    _flip(place)
    assert shelf.wb.check(sample="0%").is_well
    (finding,) = shelf.wb.check().findings
    assert (finding.kind, finding.what) == (FindingKind.ALTERED, place.name)
    assert (finding.documents, finding.places) == (("brief.txt",), (str(shelf.folder / "brief.txt"),))
    assert finding.message == "Its bytes are not those it was stored with."
    assert f"touch '{shelf.folder / 'brief.txt'}'" in finding.advice


def test_a_truncated_blob_is_found_without_reading(shelf: Shelf) -> None:
    place = shelf.blob("note.txt")
    size = place.stat().st_size
    os.truncate(place, 10)
    found = shelf.wb.check(sample="0%")
    assert told(found) == [("altered", f"It has 10 bytes instead of {size}.")]
    assert found.read == 0


def test_a_missing_blob_comes_back_by_what_is_advised(shelf: Shelf) -> None:
    shelf.blob("liste.csv").unlink()
    (finding,) = shelf.wb.check(sample="0%").findings
    assert (finding.kind, finding.documents) == (FindingKind.MISSING, ("liste.csv",))
    assert "'workbench ingest'" in finding.advice
    original = Path(finding.places[0])
    os.utime(original, ns=(1, original.stat().st_mtime_ns + 1_000_000_000))
    shelf.wb.ingest(original)
    assert shelf.wb.check().is_well


def test_an_altered_blob_comes_back_by_what_is_advised(shelf: Shelf) -> None:
    place = shelf.blob("brief.txt")
    _flip(place)
    (finding,) = shelf.wb.check().findings
    assert "remove its altered bytes" in finding.advice
    place.unlink()
    original = Path(finding.places[0])
    os.utime(original, ns=(1, original.stat().st_mtime_ns + 1_000_000_000))
    shelf.wb.ingest(original)
    assert shelf.wb.check().is_well


def test_what_lay_in_an_archive_names_the_archive(shelf: Shelf, tmp_path: Path) -> None:
    (place := tmp_path / "in").mkdir()
    with ZipFile(place / "alles.zip", "w") as archive:
        archive.writestr("innen/vertrag.txt", "Vertrag über die Lieferung von zwölf Stühlen\n")
    shelf.wb.ingest(place)
    shelf.blob("vertrag.txt").unlink()
    (finding,) = shelf.wb.check().findings
    assert finding.places == (str(place / "alles.zip"),)


def test_an_unreadable_blob_does_not_end_the_check(shelf: Shelf) -> None:
    place = shelf.blob("brief.txt")
    place.unlink()
    place.symlink_to(place)
    shelf.blob("note.txt").unlink()
    found = shelf.wb.check()
    assert {kind for kind, _ in told(found)} == {"unreadable", "missing"}
    assert next(f for f in found.findings if f.kind == FindingKind.UNREADABLE).documents == ("brief.txt",)


def test_an_orphan_is_told_and_removed_only_when_asked(shelf: Shelf) -> None:
    orphan = shelf.store.put(io.BytesIO(b"nobody knows me")).digest
    (finding,) = shelf.wb.check().findings
    assert (finding.kind, finding.what) == (FindingKind.ORPHANED, orphan)
    assert "--repair" in finding.advice
    repaired = shelf.wb.check(repair=True)
    assert (repaired.removed, repaired.is_well) == (1, True)
    assert orphan not in set(shelf.store.digests())
    assert repaired.blobs == len(list(shelf.store.digests()))


def test_what_a_run_at_work_stored_is_no_orphan(shelf: Shelf) -> None:
    with runs.begin(shelf.wb.database, Order(kind="ingest", job="/elsewhere")) as (run, _):
        shelf.store.put(io.BytesIO(b"not committed yet"))
        found = shelf.wb.check()
    assert (found.is_well, found.unfinished, found.open_runs) == (True, 1, (run.id,))
    assert f"run {run.id} is at work or was interrupted" in found.notes[0]


def test_a_blob_that_only_the_journal_names_is_looked_for_too(shelf: Shelf) -> None:
    place = shelf.blob("brief.txt")
    run = shelf.wb.runs()[0].id
    shelf.wb.rollback(run)
    assert shelf.wb.check().is_well
    place.unlink()
    (finding,) = shelf.wb.check().findings
    assert finding.what == place.name
    assert f"run {run}" in finding.advice


def test_stopped_by_ctrl_c_it_tells_what_it_had_found(shelf: Shelf) -> None:
    shelf.blob("note.txt").unlink()

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "blobs":
            raise KeyboardInterrupt

    found = check(shelf.wb.database, shelf.store, progress=stop)
    assert not found.is_complete
    assert found.counts == {"missing": 1}
    assert found.headline.startswith("stopped before the end")


def test_a_row_that_came_in_past_the_journal_is_found(shelf: Shelf) -> None:
    shelf.behind_its_back("INSERT INTO categories (id) VALUES ('smuggled')")
    (finding,) = shelf.wb.check().findings
    assert (finding.kind, finding.what) == (FindingKind.JOURNAL, "categories smuggled")
    assert "no entry of the journal says how it came in" in finding.message


def test_a_row_that_went_past_the_journal_is_found(shelf: Shelf) -> None:
    shelf.behind_its_back("DELETE FROM opinions")
    found = shelf.wb.check()
    assert {finding.message for finding in found.findings} == {
        "By the journal it is there, but it is gone without an entry."
    }
    assert all(finding.what.startswith("opinions ") for finding in found.findings)


def test_a_row_that_came_back_past_the_journal_is_found(shelf: Shelf) -> None:
    shelf.behind_its_back(
        "CREATE TABLE kept AS SELECT * FROM opinions LIMIT 1", "GRANT ALL ON kept TO workbench_service"
    )
    with shelf.wb.database.transaction(run=1) as tx:
        tx.run("DELETE FROM opinions")
        tx.run("UPDATE runs SET changes = (SELECT count(*) FROM changes WHERE run_id = 1) WHERE id = 1")
    assert shelf.wb.check().is_well
    shelf.behind_its_back("INSERT INTO opinions SELECT * FROM kept")
    assert [message for _, message in told(shelf.wb.check())] == ["By the journal it was removed, but it is there."]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ("relation = 'blobs'", "no entry of the journal says how it came in"),
        ("relation = 'documents' AND operation = 'insert'", "Its entries begin in the middle"),
    ],
)
def test_an_entry_that_was_taken_out_of_the_journal_is_found(shelf: Shelf, entries: str, said: str) -> None:
    shelf.behind_its_back(f"DELETE FROM changes WHERE {entries}")
    found = told(shelf.wb.check())
    assert any(said in message for _, message in found)
    assert sum("entries in the journal, of which" in message for _, message in found) == 1


def test_an_entry_that_was_taken_out_of_the_middle_is_found(shelf: Shelf) -> None:
    shelf.behind_its_back(
        "CREATE TABLE kept AS SELECT * FROM opinions LIMIT 1", "GRANT ALL ON kept TO workbench_service"
    )
    with shelf.wb.database.transaction(run=1) as tx:
        tx.run("DELETE FROM opinions WHERE id IN (SELECT id FROM kept)")
        tx.run("INSERT INTO opinions SELECT * FROM kept")
    shelf.behind_its_back("DELETE FROM changes WHERE operation = 'delete'", "UPDATE runs SET changes = NULL")
    assert told(shelf.wb.check()) == [("journal", "Its entries do not follow each other: one in between is gone.")]


def test_a_disaster_lists_the_first_and_counts_the_rest() -> None:
    found = Findings()
    for number in range(LISTED + 7):
        found.add(Finding(kind=FindingKind.MISSING, what=str(number), message="It is not there.", advice="Look."))
    told_of = list(found.all())
    assert (len(told_of), told_of[-1].count) == (LISTED + 1, 7)


def test_five_percent_a_night_or_a_week_reads_everything_before_long() -> None:
    digests = [Digest(f"{number * 2**48 // 997:012x}" + "0" * 52) for number in range(997)]
    for stride in (1, 7):
        left = set(digests)
        for night in range(45):
            due = is_due(0.05, date(2026, 1, 1) + timedelta(days=stride * night))
            taken = {digest for digest in digests if due(digest)}
            assert 48 <= len(taken) <= 51
            left -= taken
        assert left == set()


@pytest.mark.parametrize(("given", "expected"), [("5%", 0.05), ("2,5 %", 0.025), ("100%", 1), (0.5, 0.5), (0, 0)])
def test_a_share_is_a_percentage_or_a_part_of_one(given: str | float, expected: float) -> None:
    assert share(given) == pytest.approx(expected)


@pytest.mark.parametrize("given", ["5", "", "many", "101%", "-1%", 5, -0.1, float("nan")])
def test_what_is_no_share_is_refused_with_a_sentence(given: str | float) -> None:
    with pytest.raises(ConfigError, match=r"for example 5%|between 0% and 100%"):
        share(given)
