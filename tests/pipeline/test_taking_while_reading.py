"""Files are read while others are still taken; what comes late changes nothing in the end."""

from pathlib import Path

import pytest

from workbench import Workbench
from workbench.config import Settings
from workbench.pipeline import reading, taking

TEXT = "# Mahnung\n\nRechnung Nr. 4711 ist seit dem 17.03.2026 überfällig.\n"


@pytest.fixture
def twins(tmp_path: Path) -> Path:
    """One content under two endings, the better place last in the order of the scan, and others between."""
    place = tmp_path / "post"
    place.mkdir()
    (place / "aa-lange-kopie.txt").write_text(TEXT, encoding="utf-8")
    for number in range(12):
        (place / f"m{number:02}.txt").write_text(f"{TEXT}\n{number}\n", encoding="utf-8")
    (place / "z.md").write_text(TEXT, encoding="utf-8")
    return place


def _ingested(settings: Settings, *paths: Path) -> tuple[str, str, str]:
    with Workbench(settings=settings) as wb:
        for path in paths:
            wb.ingest(path)
        document = wb.document("z.md")
        return wb.canonical_digest(), document.media_type, document.title or ""


def test_a_better_name_that_comes_late_is_read_by_its_ending(
    settings: Settings, other_settings: Settings, twins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = _ingested(settings, twins)
    for module, name in ((taking, "BATCH"), (reading, "COMMIT_AFTER")):
        monkeypatch.setattr(module, name, 1)
    assert _ingested(other_settings, twins) == at_once
    assert at_once[1:] == ("text/markdown", "Mahnung")


def test_documents_are_read_before_all_are_taken(
    settings: Settings, twins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "BATCH", 1)
    monkeypatch.setattr(reading, "COMMIT_AFTER", 1)
    seen: list[int] = []
    store = taking._store

    def watched(*arguments: object) -> object:
        with Workbench(settings=settings) as other:
            seen.append(other.stats()["documents"] - len(other.documents(state="taken", most=100)))
        return store(*arguments)  # type: ignore[arg-type] # it is the same function

    monkeypatch.setattr(taking, "_store", watched)
    with Workbench(settings=settings) as wb:
        wb.ingest(twins)
    assert seen[0] == 0
    assert seen[-1] >= len(seen) // 2
