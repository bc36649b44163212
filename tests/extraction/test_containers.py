"""Mails and archives hand out their members, and hostile ones do no harm."""

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
from pathlib import Path

import libarchive
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extraction import handmade
from workbench.extraction import ExtractOptions, Limits, Mode, read
from workbench.extraction.archives.unpacking import safe_name
from workbench.records import ExtractionState

S = ExtractionState
MEMBERS = {"Ordner/Rechnung März.txt": "Rechnung über 480,25 €", "b.txt": "zwei"}


def tar(kind: str = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=kind) as archive:
        for name, text in MEMBERS.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


def seven_zip(tmp_path: Path) -> bytes:
    path = tmp_path / "x.7z"
    with libarchive.file_writer(str(path), "7zip") as archive:
        for name, text in MEMBERS.items():
            archive.add_file_from_memory(name, len(text.encode()), text.encode())
    return path.read_bytes()


ARCHIVES = [
    ("x.zip", lambda _: handmade.zipped(MEMBERS)),
    ("x.tar", lambda _: tar()),
    ("x.tar.gz", lambda _: tar("w:gz")),
    ("x.tar.bz2", lambda _: tar("w:bz2")),
    ("x.tar.xz", lambda _: tar("w:xz")),
    ("x.7z", seven_zip),
]


@pytest.mark.parametrize(("name", "content"), ARCHIVES, ids=[name for name, _ in ARCHIVES])
def test_an_archive_hands_out_its_members(reading, tmp_path, name, content):
    extraction = reading(content(tmp_path), name)
    assert extraction.state is S.OK
    assert {child.name: child.path.read_text() for child in extraction.children} == MEMBERS
    assert "Rechnung März.txt" in extraction.text


@pytest.mark.parametrize(
    ("name", "pack"), [("a.txt.gz", gzip.compress), ("a.txt.bz2", bz2.compress), ("a.txt.xz", lzma.compress)]
)
def test_a_compressed_file_is_one_member(reading, name, pack):
    extraction = reading(pack("Größe".encode()), name)
    assert [(child.name, child.path.read_text()) for child in extraction.children] == [("a.txt", "Größe")]


def test_a_mail_gives_text_facts_and_attachments(reading):
    extraction = reading(handmade.mail(), "x.eml")
    assert extraction.text.splitlines()[:4] == [
        "From: Jürgen Groß <juergen@example.org>",
        "To: Käthe Müller <kaethe@example.org>, lager@example.org",
        "Subject: Rechnung für März – fällig",
        "Date: Wed, 15 Jan 2025 09:08:00 +0100",
    ]
    assert extraction.text.count("480,25 €") == 1
    metadata = extraction.metadata
    assert metadata.subject == "Rechnung für März – fällig"
    assert metadata.sender == "Jürgen Groß <juergen@example.org>"
    assert metadata.recipients == ("Käthe Müller <kaethe@example.org>", "lager@example.org")
    assert metadata.created_at.isoformat() == "2025-01-15T08:08:00+00:00"
    assert metadata.raw["headers"]["mime-version"] == "1.0"
    names = [(child.name, child.media_type) for child in extraction.children]
    assert names == [("Rechnung März.pdf", "application/pdf"), ("Die ursprüngliche Frage.eml", "message/rfc822")]
    assert b"Wann kommt" in extraction.children[1].path.read_bytes()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\n\nHallo", "Subject: Grüße"),
        (b"Subject: =?utf-8?B?R3LDvMOfZQ?=\n\nHallo", "Subject: Grüße"),
        (b"From: a@b.c\nSubject: Gr\xfc\xdfe\n\nHallo", "Subject: Grüße"),
        (b"From: a@b.c\nSubject: Gr\xc3\xbc\xc3\x9fe\n\nHallo", "Subject: Grüße"),
        (b"From: a@b.c\nContent-Type: text/plain; charset=no-such\n\nGr\xfc\xdfe", "Grüße"),
        (b"From: a@b.c\nContent-Type: text/plain; charset=utf-8\n\nGr\xfc\xdfe", "Grüße"),
        (b"From: a@b.c\nContent-Type: text/html\n\n<p>Gr&uuml;&szlig;e", "Grüße"),
        (b"From: a@b.c\nContent-Transfer-Encoding: base64\n\nR3LDvMOfZQ", "Grüße"),
        (b"From: a@b.c\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nGr\xc3\xbc\xc3\x9fe", "Grüße"),
        (b"From: a@b.c\nContent-Type: multipart/mixed\n\nohne Grenze", "ohne Grenze"),
        (b"From: a@b.c\rSubject: alt\r\rMac", "Mac"),
        (b"Date: gestern\nFrom: <<\n\nHallo", "Hallo"),
    ],
)
def test_malformed_mails_are_read(reading, data, words):
    extraction = reading(data, "x.eml")
    assert extraction.state is S.OK
    assert words in extraction.text


def test_an_html_body_is_taken_where_the_plain_one_is_a_stub(reading):
    data = (
        b"From: a@b.c\nContent-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/plain\n\n \n"
        b"--x\nContent-Type: text/html\n\n<p>Der Inhalt</p>\n--x--\n"
    )
    assert "Der Inhalt" in reading(data, "x.eml").text


def test_a_mailbox_hands_out_its_messages(reading):
    message = b"From a@b.c Thu Jan  1 00:00:00 2025\nFrom: a@b.c\nTo: d@e.f\nSubject: %s\n\nHallo\n>From hier\n\n"
    extraction = reading(message % b"Eins" + message % b"Zwei", "Inbox")
    assert [child.name for child in extraction.children] == ["Eins.eml", "Zwei.eml"]
    assert b"\nFrom hier" in extraction.children[0].path.read_bytes()


def test_a_mail_of_attachments_alone_is_no_empty_document(reading):
    data = b"MIME-Version: 1.0\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nQUJD"
    extraction = reading(data, "x.eml")
    assert (extraction.state, extraction.children[0].path.read_bytes()) == (S.OK, b"ABC")


HOSTILE_NAMES = {
    "../../etc/passwd": "etc/passwd",
    "/abs/a.txt": "abs/a.txt",
    "..\\..\\win.ini": "win.ini",
    "C:\\x\\a.txt": "C_/x/a.txt",
    "a\0b.txt": "a_b.txt",
    "....": "unnamed",
    "": "unnamed",
    "a/./b/../c.txt": "a/b/c.txt",
    "rech\u202efdp.exe": "rech_fdp.exe",
}


@pytest.mark.parametrize(("name", "expected"), HOSTILE_NAMES.items())
def test_names_are_made_safe(name, expected):
    assert safe_name(name) == expected


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=900))
def test_any_name_is_made_safe(name):
    safe = safe_name(name)
    assert safe
    assert not safe.startswith("/")
    assert "\0" not in safe
    assert not {"..", ".", ""} & set(safe.split("/"))
    assert safe_name(safe) == safe
    safe.encode()


def test_zip_slip_stays_in_the_scratch_folder(reading, tmp_path):
    before = set(tmp_path.rglob("*"))
    extraction = reading(handmade.zipped({"../../evil.txt": "x", "/etc/evil.txt": "y", "ok.txt": "z"}), "x.zip")
    assert [child.name for child in extraction.children] == ["evil.txt", "etc/evil.txt", "ok.txt"]
    new = set(tmp_path.rglob("*")) - before - {tmp_path / "blob", tmp_path / "scratch"}
    assert {path.parent for path in new} == {tmp_path / "scratch"}


def test_equal_names_are_kept_apart(reading):
    members = {"a.txt": "1", "A.txt": "2", "../a.txt": "3", "b": "4", "./b": "5"}
    names = [child.name for child in reading(handmade.zipped(members), "x.zip").children]
    assert names == ["a.txt", "A (2).txt", "a (3).txt", "b", "b (2)"]


def test_links_and_devices_are_passed_over(reading):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for kind, name in (
            (tarfile.SYMTYPE, "link"),
            (tarfile.LNKTYPE, "hard"),
            (tarfile.CHRTYPE, "dev"),
            (tarfile.FIFOTYPE, "pipe"),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("plain.txt")
        info.size = 1
        archive.addfile(info, io.BytesIO(b"x"))
    assert [child.name for child in reading(buffer.getvalue(), "x.tar").children] == ["plain.txt"]


def test_a_symlink_in_a_zip_is_passed_over(reading):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("link")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("a.txt", "x")
    assert [child.name for child in reading(buffer.getvalue(), "x.zip").children] == ["a.txt"]


BOMBS = [
    ("x.zip", lambda: handmade.zipped({"a": bytes(30_000_000), "b": "never"}), Limits()),
    ("x.gz", lambda: gzip.compress(bytes(30_000_000)), Limits()),
    ("x.xz", lambda: lzma.compress(bytes(30_000_000)), Limits()),
    ("x.zip", lambda: handmade.zipped({str(number): "x" for number in range(30)}), Limits(members=10)),
    ("x.tar", lambda: tar(), Limits(members=1)),
    ("x.zip", lambda: handmade.zipped({"a": b"x" * 500, "b": b"x" * 600}), Limits(unpacked_bytes=1000)),
    ("x.zip", lambda: handmade.zipped({"a": "x"}), Limits(depth=0)),
    (
        "x.docx",
        lambda: handmade.zipped(
            {"[Content_Types].xml": "wordprocessingml.document.main+xml", "word/document.xml": b" " * 60_000_000}
        ),
        Limits(),
    ),
]


@pytest.mark.parametrize(("name", "content", "limits"), BOMBS)
def test_bombs_stop(reading, tmp_path, name, content, limits):
    extraction = reading(content(), name, limits=limits)
    assert extraction.state is S.TOO_LARGE
    assert extraction.message.endswith(".")
    written = (
        [path for path in (tmp_path / "scratch").rglob("*") if path.is_file()]
        if (tmp_path / "scratch").exists()
        else []
    )
    assert sorted(written) == sorted(child.path for child in extraction.children)
    assert sum(path.stat().st_size for path in written) <= 12_000_000


def test_overlapping_members_are_refused(reading):
    """David Fifield's bomb: many directory entries for the same bytes."""
    data = handmade.zipped({"a": bytes(range(256)) * 400}, compression=zipfile.ZIP_STORED)
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[start:end]
    count = 50
    tail = (
        b"PK\x05\x06\0\0\0\0"
        + count.to_bytes(2, "little") * 2
        + (len(entry) * count).to_bytes(4, "little")
        + start.to_bytes(4, "little")
        + b"\0\0"
    )
    assert reading(data[:start] + entry * count + tail, "x.zip").state is S.TOO_LARGE


def test_a_nested_bomb_is_found_by_whoever_opens_it(reading):
    inner = handmade.zipped({"zeros": bytes(40_000_000)})
    outer = reading(handmade.zipped({"inner.zip": inner}), "x.zip")
    assert outer.state is S.OK
    assert reading(outer.children[0].path.read_bytes(), outer.children[0].name).state is S.TOO_LARGE


def test_a_damaged_member_leaves_the_others(reading):
    data = bytearray(handmade.zipped({"a.txt": bytes(range(256)) * 40, "b.txt": "gut"}))
    data[60:70] = b"\xff" * 10
    extraction = reading(bytes(data), "x.zip")
    assert (extraction.state, [child.name for child in extraction.children]) == (S.PARTIAL, ["b.txt"])


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "haha">'
    + "".join('<!ENTITY {} "{}">'.format(name, f"&{before};" * 10) for before, name in ("ab", "bc", "cd", "de", "ef"))
    + "]><l>start &f; end</l>"
).encode()


def test_entities_are_not_expanded(reading):
    extraction = reading(LAUGHS, "x.xml")
    assert len(extraction.text) < 2_000
    assert "haha" not in extraction.text


def test_outside_entities_are_not_read(reading, tmp_path):
    (tmp_path / "secret.txt").write_text("GEHEIM")
    xml = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">]><r>&x; offen</r>'
    assert "GEHEIM" not in reading(xml.encode(), "x.xml").text
    evil = handmade.zipped({"[Content_Types].xml": "wordprocessingml.document.main+xml", "word/document.xml": xml})
    for mode in (Mode.BALANCED, Mode.FAST):
        assert "GEHEIM" not in reading(evil, "x.docx", mode=mode).text


def test_deeply_nested_html_is_read(reading):
    extraction = reading(b"<html><body>" + b"<div>" * 10_000 + b"unten", "x.html", mode=Mode.FAST)
    assert extraction.text == "unten"


def test_a_picture_of_too_many_pixels_is_not_decoded(reading):
    import struct
    import zlib

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )
    extraction = reading(data, "x.png")
    assert extraction.state is S.TOO_LARGE
    assert "60,000" in extraction.message


def test_a_panic_of_calamine_is_a_failure_of_the_file(reading, monkeypatch):
    import python_calamine

    class PanicException(BaseException):
        """As pyo3 raises it: not derived from Exception."""

    def panic(_file):
        raise PanicException("index out of bounds")

    monkeypatch.setattr(python_calamine.CalamineWorkbook, "from_filelike", staticmethod(panic), raising=False)
    extraction = reading(handmade.xlsx(), "x.xlsx", mode=Mode.FAST)
    assert extraction.state is S.CORRUPT
    assert "index out of bounds" in extraction.message


@pytest.mark.parametrize("name", ["x.7z", "y.tar", "z.rar"])
def test_what_is_said_of_noise_is_the_same_in_every_process(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(bytes(range(7, 256)) * 20)
    kind = {"x.7z": "application/x-7z-compressed", "y.tar": "application/x-tar", "z.rar": "application/vnd.rar"}[name]
    found = read(file, name=name, media_type=kind, options=ExtractOptions(scratch=tmp_path))
    assert found.state == ExtractionState.CORRUPT
    assert "archive_p" not in found.message
    assert not re.search(r"\d{9,}", found.message)
