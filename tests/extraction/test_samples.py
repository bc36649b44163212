"""The round over all sample documents: each has the state that labels.csv says."""

import csv
from pathlib import Path

import pytest

from workbench.extraction import ExtractOptions, media_type, read
from workbench.records import Extraction, ExtractionState

SAMPLES = Path(__file__).parents[2] / "test-data" / "sample-documents"
ROWS = {row["path"]: row for row in csv.DictReader((SAMPLES / "labels.csv").read_text("utf-8").splitlines())}
FILES = sorted(path for path in ROWS if "!/" not in path and (SAMPLES / path).is_file())


def family(path: Path, name: str, folder: Path) -> list[Extraction]:
    """Read a file and everything inside it."""
    options = ExtractOptions(scratch=folder)
    extraction = read(path, name=name, media_type=media_type(path, name), options=options)
    inner = [family(child.path, child.name, folder / f"in{number}") for number, child in enumerate(extraction.children)]
    return [extraction, *(one for members in inner for one in members)]


def test_there_are_samples():
    assert len(FILES) > 100


@pytest.mark.parametrize("name", FILES)
def test_a_sample_has_its_state(tmp_path: Path, name: str):
    expected = ExtractionState(ROWS[name]["state"] or "ok")
    extraction, *inside = family(SAMPLES / name, name, tmp_path)
    # A container stands for its members in labels.csv: the bomb lies two levels deep, the damaged picture one.
    assert expected in {extraction.state, *(member.state for member in inside)} or (
        expected is ExtractionState.PARTIAL and any(not member.state.is_readable for member in inside)
    )
    if extraction.state is ExtractionState.OK and not extraction.media_type.startswith(("image/", "audio/", "video/")):
        assert extraction.text.strip()
    if extraction.state is not ExtractionState.OK:
        assert extraction.message.endswith(".")
