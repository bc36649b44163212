"""Every format gives its words: one sample or more of each that the workbench knows, against what was written in it."""

from pathlib import Path

import pytest

from tests.extraction.samples.every import EVERY, Sample
from workbench.extraction import ExtractOptions, media_type, read
from workbench.extraction import media_types as known
from workbench.records import Extraction, ExtractionState

# LibreOffice alone reads these, and it is not there where tests run.
LIBREOFFICE_ALONE = frozenset({known.WPD, known.WPS, known.VSD, known.PUB})
# Without its name, a Numbers document made by hand looks like one of Pages.
ALIKE = {known.NUMBERS: (known.PAGES,)}


def everything(path: Path, name: str, folder: Path) -> list[Extraction]:
    """Read a file and everything inside it."""
    extraction = read(path, name=name, media_type=media_type(path, name), options=ExtractOptions(scratch=folder))
    inside = [everything(child.path, child.name, folder / f"in{n}") for n, child in enumerate(extraction.children)]
    return [extraction, *(one for members in inside for one in members)]


@pytest.mark.parametrize("sample", EVERY, ids=lambda sample: sample.name)
def test_every_format_gives_its_words(tmp_path: Path, sample: Sample):
    path = tmp_path / "blob"
    path.write_bytes(sample.make())
    assert media_type(path, sample.name) == sample.media_type
    if sample.media_type not in known.TEXTUAL:
        assert media_type(path, "") in {sample.media_type, *ALIKE.get(sample.media_type, ())}
    found = everything(path, sample.name, tmp_path / "scratch")
    assert found[0].state is ExtractionState.OK, found[0].message
    text = " ".join("\n".join(one.text for one in found).split())
    assert not [words for words in sample.words if words not in text], text


def test_there_is_a_sample_of_every_format():
    missing = {format_.name for format_ in known.KNOWN} - {sample.media_type for sample in EVERY}
    assert missing == {known.OCTETS, *LIBREOFFICE_ALONE}
    assert len({sample.media_type for sample in EVERY}) >= 45


def test_a_file_of_no_known_format_is_known_by_its_facts(tmp_path: Path):
    path = tmp_path / "blob"
    path.write_bytes(bytes(range(256)) * 20)
    found = read(path, name="a.bin", media_type=media_type(path, "a.bin"), options=ExtractOptions(scratch=tmp_path))
    assert (found.state, found.metadata.raw["size"]) == (ExtractionState.UNSUPPORTED, 5120)
