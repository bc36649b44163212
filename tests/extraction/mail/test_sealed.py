"""Signed and encrypted mail: what is open is read, what is not is said."""

import base64
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extraction.mail.handmade import signed
from workbench.errors import ExtractionError
from workbench.extraction.mail.signed_content import is_cms, signed_content
from workbench.records import ExtractionState

ENVELOPED = "2a864886f70d010703"
INNER = (
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"Gr\xc3\xbc\xc3\x9fe\r\n--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\n"
    b"1;2\r\n--b--\r\n"
)


def mail(body: bytes, kind: str = "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m") -> bytes:
    head = f"From: a@example.org\r\nTo: b@example.org\r\nSubject: Vertrag\r\nContent-Type: {kind}\r\n"
    return head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(body)


@pytest.mark.parametrize("pieces", [1, 3])
def test_a_signed_message_is_read_through_its_signature(reading, pieces):
    extraction = reading(mail(signed(INNER, pieces=pieces)), "x.eml")
    assert extraction.state is ExtractionState.OK
    assert extraction.text.endswith("Subject: Vertrag\n\nGrüße")
    assert [child.name for child in extraction.children] == ["a.csv"]


def test_an_encrypted_message_says_so_and_keeps_its_headers(reading):
    for body in (mail(signed(b"x", kind=ENVELOPED)), mail(b"x", 'multipart/encrypted; boundary="b"')):
        extraction = reading(body, "x.eml")
        assert (extraction.state, "encrypted" in extraction.message) == (ExtractionState.ENCRYPTED, True)
        assert (extraction.metadata.subject, "Vertrag" in extraction.text) == ("Vertrag", True)


def test_a_message_with_a_block_of_pgp_is_partial(reading):
    text = b"From: a@example.org\nTo: b@example.org\nSubject: x\n\nHallo\n-----BEGIN PGP MESSAGE-----\n\nabc\n"
    extraction = reading(text, "x.eml")
    assert (extraction.state, "PGP" in extraction.message) == (ExtractionState.PARTIAL, True)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [("rechnung.xml.p7m", b"<a>Hallo</a>", "rechnung.xml"), ("smime.p7m", INNER, "smime.eml")],
)
def test_a_signed_file_hands_out_what_is_signed(reading, name, content, expected):
    extraction = reading(signed(content), name)
    assert extraction.state is ExtractionState.OK
    assert [(child.name, child.path.read_bytes()) for child in extraction.children] == [(expected, content)]


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (signed(b"geheim", kind=ENVELOPED), ExtractionState.ENCRYPTED),
        (signed(None), ExtractionState.UNSUPPORTED),
        (signed(b"x" * 100)[:60], ExtractionState.CORRUPT),
    ],
)
def test_what_cannot_be_opened_has_its_state_and_a_sentence(reading, data, state):
    extraction = reading(data, "x.p7m")
    assert (extraction.state, extraction.message.endswith(".")) == (state, True)


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=120), whole=st.booleans())
def test_any_bytes_end_in_content_or_an_error(data, whole):
    source = signed(b"Inhalt", pieces=2)
    place = len(data) % len(source)
    damaged = data if whole else source[:place] + data[:4] + source[place + 4 :]
    is_cms(damaged)
    with suppress(ExtractionError):
        signed_content(damaged)


def test_lengths_left_open_a_thousand_times_end():
    with pytest.raises(ExtractionError):
        signed_content(b"\x30\x80" * 5_000)
