"""Types by bytes first, names second; text in any encoding."""

import bz2
import gzip
import io
import lzma
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extraction import handmade as builders
from workbench.extraction import media_types as known
from workbench.extraction.encodings import decode, is_text
from workbench.extraction.sniff import media_type

GERMAN = "Größere Änderungen an der Übersicht müssen geprüft werden, schöne Grüße aus Köln."


def tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("a.txt")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"abc"))
    return buffer.getvalue()


MAIL = b"Return-Path: <a@b.c>\r\nFrom: a@b.c\r\nTo: d@e.f\r\nSubject: x\r\n\r\nHallo\r\n"

CASES = [
    ("x.docx", builders.docx, known.DOCX),
    ("x.pptx", builders.pptx, known.PPTX),
    ("x.xlsx", builders.xlsx, known.XLSX),
    ("x.odt", builders.odt, known.ODT),
    ("x.epub", builders.epub, known.EPUB),
    ("x.pdf", lambda: builders.pdf("a"), known.PDF),
    ("x.pdf", lambda: b"\n\njunk before\n" + builders.pdf("a"), known.PDF),
    ("x.zip", lambda: builders.zipped({"a.txt": "a"}), known.ZIP),
    ("x.docx", lambda: builders.zipped({"a.txt": "a"}), known.ZIP),
    ("x.tar", tar, known.TAR),
    ("x.tgz", lambda: gzip.compress(tar()), known.TAR_GZ),
    ("x.tar.bz2", lambda: bz2.compress(tar()), known.TAR_BZ2),
    ("x.txz", lambda: lzma.compress(tar()), known.TAR_XZ),
    ("x.log.gz", lambda: gzip.compress(b"abc"), known.GZIP),
    ("x.eml", lambda: MAIL, known.EML),
    ("no ending", lambda: MAIL, known.EML),
    ("x.txt", lambda: MAIL, known.EML),
    ("x.mbox", lambda: b"From a@b.c Thu Jan  1 00:00:00 2025\n" + MAIL, known.MBOX),
    ("x.rtf", lambda: rb"{\rtf1\ansi Hallo}", known.RTF),
    ("x", lambda: b"<!DOCTYPE html><html><body>Hallo</body></html>", known.HTML),
    ("x.html", lambda: "<html><body>Hallo</body></html>".encode("utf-16"), known.HTML),
    ("x", lambda: b'<?xml version="1.0"?><rechnung/>', known.XML),
    ("x", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', known.SVG),
    ("x.json", lambda: b'{"a": 1}', known.JSON),
    ("x", lambda: b'{"a": 1}', known.JSON),
    ("x.md", lambda: b"# Title\n\ntext", known.MARKDOWN),
    ("x.csv", lambda: b"a;b\n1;2\n", known.CSV),
    ("x.yaml", lambda: b"a: 1\n", known.YAML),
    ("x.tex", lambda: b"\\documentclass{article}", known.LATEX),
    ("x.vtt", lambda: b"WEBVTT\n\n00:01.000 --> 00:02.000\nHallo\n", known.VTT),
    ("x.ics", lambda: b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", known.ICS),
    ("x", lambda: GERMAN.encode("cp1252"), known.TXT),
    ("x.pdf", lambda: GERMAN.encode(), known.TXT),
    ("x.pdf", lambda: bytes(range(256)) * 8, known.PDF),
    ("x.bin", lambda: bytes(range(256)) * 8, known.OCTETS),
    ("x.docx", lambda: builders.docx()[:2000], known.DOCX),
    ("x", lambda: builders.docx()[:2000], known.DOCX),
    ("x.mp3", lambda: b"\xff\xfb\x90\x64" + b"\0" * 400, known.MP3),
    ("x", lambda: b"\0\0\0\x18ftypheic\0\0\0\0", known.HEIC),
    ("x", lambda: b"\0\0\0\x18ftypqt  \0\0\0\0", known.MOV),
    ("x", lambda: b"\0\0\0\x18ftypisom\0\0\0\0", known.MP4),
]


@pytest.mark.parametrize(("name", "content", "expected"), CASES, ids=lambda value: str(value)[:40])
def test_the_type_is_told(tmp_path: Path, name: str, content, expected: str):
    path = tmp_path / "blob"
    path.write_bytes(content())
    assert media_type(path, name) == expected


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP"])
def test_pictures_are_told_without_their_name(tmp_path: Path, kind: str):
    path = tmp_path / "blob"
    path.write_bytes(builders.picture(builders.page("a"), kind))
    assert media_type(path, "blob") == f"image/{kind.lower()}"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp1252", "cp850"],
)
def test_german_text_survives_any_encoding(encoding: str):
    assert decode(GERMAN.encode(encoding))[0] == GERMAN


def test_a_declared_encoding_is_believed_where_bytes_do_not_tell():
    assert decode("Привет, мир".encode("koi8-r"), declared="koi8-r")[0] == "Привет, мир"


def test_one_damaged_letter_does_not_turn_utf8_into_another_encoding():
    text, encoding = decode((GERMAN * 20).encode() + b" \xff " + GERMAN.encode())
    assert encoding == "utf-8"
    assert text.startswith(GERMAN)


def test_utf8_cut_in_the_middle_of_a_letter_stays_utf8():
    assert decode("Grüße, ä".encode()[:-1]) == ("Grüße, �", "utf-8")


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=600))
def test_any_bytes_decode(data: bytes):
    text, encoding = decode(data)
    "".encode(encoding)
    assert isinstance(text, str)
    is_text(data)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    start=st.sampled_from(
        [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b", b"BZh", b"<?xml", b"From "]
    ),
    data=st.binary(max_size=400),
    ending=st.sampled_from(["", ".pdf", ".docx", ".eml", ".tar.gz", ".xml"]),
)
def test_any_bytes_have_a_type(tmp_path_factory: pytest.TempPathFactory, start: bytes, data: bytes, ending: str):
    path = tmp_path_factory.getbasetemp() / "fuzzed"
    path.write_bytes(start + data)
    assert "/" in media_type(path, f"x{ending}")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=300))
def test_utf8_is_read_as_it_was_written(text: str):
    assert decode(text.encode())[0] == text.removeprefix("\ufeff") or "\0" in text
