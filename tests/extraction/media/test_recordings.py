"""What is read from sound and film."""

import importlib
import sys

import pytest

from tests.extraction.samples import footage
from workbench.extraction import media_types as known
from workbench.extraction.media import speech
from workbench.extraction.media.probing import probe
from workbench.records import ExtractionState


def test_tags_become_metadata_and_words(reading):
    extraction = reading(footage.sound("mp3"), "a.mp3")
    metadata = extraction.metadata
    assert (metadata.title, metadata.author) == ("Sitzung im März", "Käthe Müller")
    assert metadata.created_at.isoformat() == "2024-03-05T00:00:00+00:00"
    assert metadata.duration_s == pytest.approx(1, abs=0.1)
    assert metadata.raw["codecs"] == ["MPEG Audio"]
    assert extraction.text.splitlines()[:4] == [
        "Title: Sitzung im März",
        "Artist: Käthe Müller",
        "Album: Protokolle",
        "Comment: Im großen Saal",
    ]


def test_a_film_gives_its_size_place_chapters_and_captions(reading):
    where = ("-metadata", "location=+53.5511+009.9937/")
    extraction = reading(footage.film("mov", *where, captions="mov_text"), "a.mov")
    metadata = extraction.metadata
    assert (metadata.width, metadata.height) == (320, 240)
    assert (metadata.latitude, metadata.longitude) == (53.5511, 9.9937)
    assert "00:00:00 Haushalt" in extraction.text
    assert extraction.text.endswith("\n\nGuten Tag, Frau Groß")


def test_letters_of_a_riff_file_are_repaired(reading):
    assert reading(footage.sound("wav"), "a.wav").metadata.title == "Sitzung im März"


def test_recordings_are_left_alone_where_that_is_asked_for(reading):
    extraction = reading(footage.sound("wav"), "a.wav", media=False)
    assert (extraction.state, extraction.text, extraction.metadata.duration_s) == (ExtractionState.OK, "", None)
    assert "extraction.media is off" in extraction.message


def test_ffprobe_stands_in_for_mediainfo(tmp_path, monkeypatch):
    path = tmp_path / "a.mp4"
    path.write_bytes(footage.film("mp4", captions="mov_text"))
    usual = probe(path, known.MP4)
    monkeypatch.setitem(sys.modules, "pymediainfo", None)
    other = probe(path, known.MP4)
    assert other.general["Title"] == usual.general["Title"] == "Sitzung im März"
    assert other.general["Performer"] == "Käthe Müller"
    assert other.duration_s == pytest.approx(usual.duration_s, abs=0.1)
    assert (len(other.video), len(other.audio), len(other.subtitles)) == (1, 1, 1)


def test_without_mediainfo_a_playlist_that_calls_itself_music_opens_nothing(reading, tmp_path, monkeypatch):
    (tmp_path / "secret.ts").write_bytes(footage.sound("ts"))
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.0,\nfile://{tmp_path}/secret.ts\n#EXT-X-ENDLIST\n"
    monkeypatch.setitem(sys.modules, "pymediainfo", None)
    extraction = reading(b"ID3\x04" + bytes(5) + b"\x0a" + bytes(10) + playlist.encode(), "a.mp3")
    assert extraction.media_type == known.MP3
    assert (extraction.state, extraction.text) == (ExtractionState.CORRUPT, "")


def test_a_playlist_that_calls_itself_a_film_opens_nothing(reading, tmp_path):
    secret = tmp_path / "secret.srt"
    secret.write_text("1\n00:00:00,000 --> 00:00:01,000\nGEHEIM\n")
    playlist = f"ffconcat version 1.0\nfile {secret}\n".encode()
    extraction = reading(b"\0\0\0\x18ftypisom\0\0\0\0isom\0\0\0\0" + playlist, "a.mp4")
    assert (extraction.state, "GEHEIM" in extraction.text) == (ExtractionState.CORRUPT, False)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("ending", ["mp3", "mkv", "mp4"])
def test_a_recording_that_was_cut_off_has_a_state(reading, ending, share):
    data = footage.film(ending) if ending != "mp3" else footage.sound(ending)
    extraction = reading(data[: int(len(data) * share)], f"a.{ending}")
    assert extraction.state in {ExtractionState.OK, ExtractionState.CORRUPT}


PLUG_IN = """
class Listener:
    name, version = "listener", "3"

    def transcribe(self, path, language):
        assert path.stat().st_size > 0
        if language == "xx":
            raise ValueError("no such language")
        return [(0.0, 0.5, "Guten Tag."), (3725.0, 3726.0, " Auf Wiederhören. "), (1.0, 2.0, " ")]
"""


@pytest.fixture
def listener(tmp_path, monkeypatch):
    """An installed distribution with a transcriber, as a package manager would leave it behind."""
    site = tmp_path / "site"
    facts = site / "listener-3.dist-info"
    facts.mkdir(parents=True)
    (site / "listener_of_tests.py").write_text(PLUG_IN)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: listener\nVersion: 3\n")
    (facts / "entry_points.txt").write_text("[workbench.transcribers]\nlistener = listener_of_tests:Listener\n")
    monkeypatch.syspath_prepend(str(site))
    importlib.invalidate_caches()
    speech._loaded.cache_clear()
    yield facts
    speech._loaded.cache_clear()
    sys.modules.pop("listener_of_tests", None)


def test_what_is_said_is_written_down_by_an_installed_transcriber(reading, listener):
    extraction = reading(footage.sound("wav"), "a.wav")
    assert extraction.text.endswith("\n\n[00:00:00] Guten Tag.\n[01:02:05] Auf Wiederhören.")
    assert extraction.version.endswith("+listener-3")


def test_a_transcriber_that_fails_is_a_warning(reading, listener):
    extraction = reading(footage.film("mkv", "-metadata:s:a:0", "language=xx"), "a.mkv")
    assert extraction.state is ExtractionState.OK
    if not extraction.warnings:
        pytest.fail(str(extraction.metadata.raw["audio"]))
    assert extraction.warnings == ("listener could not write down what is said (no such language).",)


def test_a_broken_transcriber_is_reported(listener):
    (listener / "entry_points.txt").write_text("[workbench.transcribers]\nbroken = listener_of_tests:Missing\n")
    speech._loaded.cache_clear()
    assert speech.transcriber() is None
    assert "'broken'" in speech.broken_transcribers()[0]
