"""Mail as the world sends it, beyond what tests/extraction/test_containers.py looks at."""

import binascii
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.extraction.mail.mime import decoded_as
from workbench.extraction.mail.uuencoding import taken_out

HEAD = b"From: a@example.org\nTo: b@example.org\nSubject: x\n"


def _uuencoded(name: str, data: bytes) -> str:
    lines = [binascii.b2a_uu(data[start : start + 45]).decode() for start in range(0, len(data), 45)]
    return f"begin 644 {name}\n{''.join(lines)}`\nend\n"


def test_a_file_written_into_the_text_becomes_an_attachment(reading):
    text = f"Hallo,\n\n{_uuencoded('bild.gif', b'GIF89a' * 40)}\nGrüße\n"
    extraction = reading(HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + text.encode(), "x.eml")
    assert extraction.text.endswith("Hallo,\n\nGrüße")
    assert [(child.name, child.path.read_bytes()) for child in extraction.children] == [("bild.gif", b"GIF89a" * 40)]


def test_the_word_begin_begins_no_file():
    text = "begin 2024 was hard\nbegin 644 days later\nend\n"
    assert taken_out(text) == (text, ())


@settings(max_examples=60, deadline=None)
@given(data=st.binary(min_size=1, max_size=300), more=st.text(max_size=60))
def test_what_was_encoded_comes_back(data, more):
    _, files = taken_out(_uuencoded("x", data))
    assert files == (("x", data),)
    taken_out(f"begin 644 {more}\n{more}\nend")


def test_a_boundary_folded_over_two_lines_still_parts(reading):
    body = (
        b'Content-Type: multipart/mixed; boundary="simple\n boundary"\n\n--simple boundary\n\nHallo\n'
        b"--simple boundary\nContent-Type: text/csv; name=a.csv\n\n1;2\n--simple boundary--\n"
    )
    extraction = reading(HEAD + body, "x.eml")
    assert (extraction.text.endswith("\n\nHallo"), [child.name for child in extraction.children]) == (True, ["a.csv"])


def test_what_is_called_latin_1_holds_the_letters_of_windows():
    assert decoded_as(b"\x84\xd6l\x93 \x80", "iso-8859-1") == "„Öl“ €"


@pytest.mark.parametrize("piece", [b"<", b"(", b'"', b",", b"=?", b"=?utf-8?q?a?= ", b"a@b, "])
@pytest.mark.parametrize("header", [b"To: ", b"Subject: ", b"Content-Type: text/plain; name=", b"Date: "])
def test_endless_headers_take_no_time(reading, header, piece):
    started = time.process_time()
    reading(HEAD + header + piece * (200_000 // len(piece)) + b"\n\nText", "x.eml")
    assert time.process_time() - started < 3


def test_endless_parameters_take_no_time(reading):
    started = time.process_time()
    assert "Text" in reading(HEAD + b"Content-Type: text/plain" + b";" * 1_000_000 + b"\n\nText", "x.eml").text
    assert time.process_time() - started < 3


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=120), charset=st.sampled_from([None, "utf-7", "utf-16", "hz", "base64", "idna", "ä\0"]))
def test_any_bytes_are_decoded_whatever_is_declared(data, charset):
    assert isinstance(decoded_as(data, charset), str)


def test_python_s_codecs_that_are_no_encodings_are_not_believed(reading):
    for charset in ("base64", "rot13", "idna", "unicode_escape", "undefined"):
        kind = f"Content-Type: text/plain; charset={charset}\n\n".encode()
        extraction = reading(HEAD + kind + "Schöne Grüße".encode("cp1252"), "x.eml")
        assert (extraction.extractor, "Schöne Grüße" in extraction.text) == ("mail", True)


def test_a_message_that_the_standard_library_cannot_write_is_still_a_child(reading):
    inner = (
        b"Subject: Gr\xc3\xbc\xc3\x9fe\nX-Long: a; \xff\n    h=Date:From\n  Content-Type\nbroken:header\n"
        b"Content-Type: multipart/mixed; boundary=i\n\n--i\nContent-Type: text/plain\n\ninnen\n--i\n"
        b"Content-Type: text/plain; charset=\xff\nX: \xfe\n\nmehr\n--i--\n"
    )
    outer = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n" + inner
    (child,) = reading(outer + b"\n--b--\n", "x.eml").children
    assert "innen" in reading(child.path, child.name).text


def test_a_message_is_written_part_by_part_where_need_be(monkeypatch):
    from email.errors import HeaderParseError
    from email.message import Message

    from workbench.extraction.mail import mime

    def refuse(*_: object, **__: object) -> bytes:
        raise HeaderParseError("no")

    monkeypatch.setattr(Message, "as_bytes", refuse)
    inner = b"Subject: x\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\neins\n--i\n\nzwei\n--i--\n"
    part = mime.parsed(b"Content-Type: message/rfc822\n\n" + inner)
    assert mime.body(mime.parsed(mime.nested_bytes(part))) == "eins\n\nzwei"
