"""What was taken back is not taken again by itself, and is when somebody asks for it."""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench import Workbench
from workbench.config import Settings
from workbench.records import RunState

LETTER = "Rechnung\n\nRechnungsnummer: {0}\nBitte überweisen Sie den Rechnungsbetrag von {0},00 EUR.\n"


@pytest.fixture
def workbench(settings: Settings) -> Iterator[Workbench]:
    """As the service role, which may take runs back."""
    with Workbench(settings=settings, actor="anna") as live:
        yield live


@pytest.fixture
def post(tmp_path: Path) -> Path:
    """A folder of three letters and an archive with a fourth."""
    place = tmp_path / "documents" / "post"
    place.mkdir(parents=True)
    for number in range(3):
        (place / f"{number}.txt").write_text(LETTER.format(number + 4711), encoding="utf-8")
    with zipfile.ZipFile(place / "archiv.zip", "w") as archive:
        archive.writestr("vierte.txt", LETTER.format(4799))
    return place


@pytest.fixture
def taken_back(workbench: Workbench, post: Path) -> int:
    """The run that took the letters, taken back."""
    number = workbench.ingest(post).run.id
    workbench.rollback(number)
    return number


def _names(workbench: Workbench) -> set[str]:
    return set(workbench.sql("SELECT name FROM documents")["name"])


def _touch(file: Path) -> None:
    os.utime(file, ns=(0, file.stat().st_mtime_ns + 1_000_000_000))


def test_the_next_ingest_passes_over_what_was_taken_back_and_says_so(
    workbench: Workbench, post: Path, taken_back: int
) -> None:
    report = workbench.ingest(post)
    assert _names(workbench) == set()
    assert (report.counts["arrivals"], report.counts["held"], report.counts["vanished"]) == (0, 4, 0)
    assert f"'workbench reprocess --run {taken_back}' takes them in again" in report.headline
    assert workbench.report(report.run.id).counts["held"] == 4


def test_what_is_new_edited_or_copied_is_taken_but_not_what_was_only_touched(
    workbench: Workbench, post: Path, taken_back: int
) -> None:
    (post / "neu.txt").write_text(LETTER.format(99), encoding="utf-8")
    (post / "1.txt").write_text(LETTER.format(98), encoding="utf-8")
    (post / "kopie.txt").write_bytes((post / "2.txt").read_bytes())
    _touch(post / "0.txt")
    report = workbench.ingest(post)
    # A copy at another place is another arrival.
    assert _names(workbench) == {"neu.txt", "1.txt", "kopie.txt"}
    assert (report.counts["arrivals"], report.counts["held"]) == (3, 3)
    with workbench.database.transaction() as tx:
        named = {row[0] for row in tx.tuples("SELECT digest FROM named_blobs")}
    assert set(workbench.store.digests()) <= named
    # What was touched is known by its new time.
    assert workbench.ingest(post).counts["held"] == 3
    problems = workbench.reprocess(run=taken_back).problems
    assert [Path(p.locator).name for p in problems] == ["1.txt"]
    assert {"0.txt", "archiv.zip", "vierte.txt"} < _names(workbench)


def test_an_interrupted_run_does_not_take_what_was_taken_back_since_it_looked(
    workbench: Workbench, post: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.pipeline.through_stations", stop)
    monkeypatch.setattr("workbench.pipeline.take_on", stop)
    with pytest.raises(KeyboardInterrupt):
        workbench.ingest(post)  # has noted what is to be taken
    monkeypatch.undo()
    number = workbench.ingest(post.parent).run.id
    workbench.rollback(number)
    monkeypatch.setattr("workbench.pipeline.scan", lambda *_, **__: None)  # it goes on by its notes alone
    report = workbench.ingest(post)
    assert _names(workbench) == set()
    assert (report.counts["arrivals"], report.counts["held"]) == (0, 4)


def test_reprocessing_the_run_takes_it_all_in_again(workbench: Workbench, post: Path) -> None:
    number = workbench.ingest(post).run.id
    before = workbench.canonical_digest()
    workbench.rollback(number)
    (post / "neu.txt").write_text(LETTER.format(99), encoding="utf-8")
    report = workbench.reprocess(run=number)
    assert workbench.canonical_digest() == before  # not the new one, which nobody asked for
    assert report.counts["arrivals"] == 5
    assert "5 arrivals taken in again" in report.headline
    assert report.run.state == RunState.FINISHED
    again = workbench.ingest(post)
    assert (again.counts["documents"], again.counts["held"]) == (1, 0)


def test_what_is_gone_or_changed_since_is_told_and_free_again(
    workbench: Workbench, post: Path, taken_back: int
) -> None:
    (post / "0.txt").unlink()
    (post / "1.txt").write_text(LETTER.format(98), encoding="utf-8")
    report = workbench.reprocess(run=taken_back)
    assert {(p.kind, Path(p.locator).name) for p in report.problems} == {("gone", "0.txt"), ("changed", "1.txt")}
    assert _names(workbench) == {"2.txt", "archiv.zip", "vierte.txt"}
    assert workbench.ingest(post).counts["held"] == 0
    assert "1.txt" in _names(workbench)


def test_taking_in_again_can_be_taken_back_and_repeated(workbench: Workbench, post: Path, taken_back: int) -> None:
    again = workbench.reprocess(run=taken_back).run.id
    workbench.rollback(again)
    assert _names(workbench) == set()
    assert workbench.ingest(post).counts["held"] == 4
    workbench.reprocess(run=again)
    assert len(_names(workbench)) == 5


def test_taking_in_again_goes_on_where_it_was_interrupted(
    workbench: Workbench, post: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = workbench.ingest(post).run.id
    before = workbench.canonical_digest()
    workbench.rollback(number)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.pipeline.reworking.through_stations", stop)
    with pytest.raises(KeyboardInterrupt):
        workbench.reprocess(run=number)
    monkeypatch.undo()
    run = workbench.reprocess(run=number).run
    assert run.attempts == 2
    assert workbench.canonical_digest() == before
