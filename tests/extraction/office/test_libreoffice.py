"""LibreOffice as the last resort: a stand-in on the PATH does what it would do."""

import os

import psutil
import pytest

from tests.extraction import handmade
from tests.extraction.samples.ole import ole
from workbench.extraction import formats
from workbench.extraction import media_types as known
from workbench.extraction.office import libreoffice
from workbench.records import ExtractionState

PUBLISHER = ole({"Quill": {"QuillSub": {"CONTENTS": b"x" * 50}}})


@pytest.fixture
def soffice(tmp_path, monkeypatch):
    """Put a shell script in the place of LibreOffice."""

    def install(script: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir()
        program = folder / "soffice"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    return install


def left_behind(tmp_path) -> list:
    return [path for path in (tmp_path / "scratch").rglob("*") if path.is_file()]


def test_without_libreoffice_a_publisher_document_is_unsupported(reading):
    extraction = reading(PUBLISHER, "a.pub")
    assert (extraction.state, extraction.media_type) == (ExtractionState.UNSUPPORTED, known.PUB)
    missing = {format_.media_type: format_.missing for format_ in formats()}
    assert missing[known.PUB] == ("soffice is not installed; apt install libreoffice-nogui.",)


def test_a_word_perfect_document_becomes_text(reading, soffice, tmp_path):
    soffice('while [ "$1" != --outdir ]; do shift; done; printf "Grüße aus\\nWordPerfect" > "$2/document.txt"')
    extraction = reading(b"\xffWPC" + bytes(99), "a.wpd")
    assert (extraction.extractor, extraction.text) == ("libreoffice", "Grüße aus\nWordPerfect")
    assert left_behind(tmp_path) == []


def test_a_drawing_becomes_pages(reading, soffice, tmp_path):
    (tmp_path / "made.pdf").write_bytes(handmade.pdf("Erste Seite des Plans", "Zweite Seite des Plans"))
    soffice(f'while [ "$1" != --outdir ]; do shift; done; cp {tmp_path}/made.pdf "$2/document.pdf"')
    extraction = reading(PUBLISHER, "a.pub")
    assert (extraction.extractor, extraction.media_type, len(extraction.page_starts)) == ("libreoffice", known.PUB, 2)
    assert "Zweite Seite" in extraction.text


def test_its_profile_forbids_macros_and_lies_in_the_scratch_folder(reading, soffice, tmp_path):
    soffice(
        'echo "$@" > "$HOME/../../called"; cp "$HOME/profile/user/registrymodifications.xcu" "$HOME/../../settings";'
        'while [ "$1" != --outdir ]; do shift; done; echo x > "$2/document.txt"'
    )
    reading(b"\xffWPC" + bytes(99), "a.wpd")
    assert f"-env:UserInstallation=file://{tmp_path}/scratch/libreoffice/profile" in (tmp_path / "called").read_text()
    assert 'oor:name="DisableMacrosExecution" oor:op="fuse"><value>true' in (tmp_path / "settings").read_text()


def test_it_ends_with_all_it_started_when_its_time_is_up(reading, soffice, tmp_path, monkeypatch):
    monkeypatch.setattr(libreoffice, "_TIMEOUT_S", 0.3)
    soffice("sleep 62.5 & sleep 62.5")
    extraction = reading(PUBLISHER, "a.pub")
    assert extraction.state is ExtractionState.TIMEOUT
    assert ["sleep", "62.5"] not in [process.info["cmdline"] for process in psutil.process_iter(["cmdline"])]
    assert left_behind(tmp_path) == []


def test_what_it_cannot_open_is_corrupt(reading, soffice):
    soffice("exit 0")
    extraction = reading(PUBLISHER, "a.pub")
    assert (extraction.state, extraction.message) == (
        ExtractionState.CORRUPT,
        "LibreOffice cannot open it. Ask for an undamaged copy.",
    )
