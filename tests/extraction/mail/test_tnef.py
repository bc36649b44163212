"""winmail.dat: text, people and files out of Outlook's own packing."""

import struct
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extraction.mail import handmade
from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.mail.tnef_stream import attributes, properties, rows
from workbench.records import ExtractionState


def test_a_message_gives_text_people_and_files(reading):
    extraction = reading(handmade.message(), "winmail.dat")
    assert (extraction.extractor, extraction.state) == ("tnef", ExtractionState.OK)
    assert extraction.text == (
        "From: Jürgen Groß <juergen@example.org>\nTo: Käthe <kaethe@example.org>\n"
        "Subject: Rechnung für März\n\nGrüße aus Outlook"
    )
    assert extraction.metadata.created_at == datetime(2025, 4, 24, 20, 26, 40, tzinfo=UTC)
    (child,) = extraction.children
    assert (child.name, child.media_type, child.path.read_bytes()) == (
        "Rechnung März.pdf",
        "application/pdf",
        b"%PDF-1.4 Inhalt",
    )


def _stored(rtf: bytes) -> bytes:
    return struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf


@pytest.mark.parametrize(
    "body",
    [
        handmade.binary(0x1013, "<p>Schöne <b>Grüße</b></p>".encode("cp1252")),
        handmade.string(0x1013, "<p>Schöne <b>Grüße</b></p>"),
        handmade.binary(0x1009, _stored(rb"{\rtf1\ansi\ansicpg1252 Sch\'f6ne Gr\'fc\'dfe}")),
    ],
)
def test_the_text_may_be_html_or_compressed_rtf(reading, body):
    stream = handmade.tnef(handmade.attribute(1, 0x00069003, handmade.properties(body)))
    assert reading(stream, "winmail.dat").text == "Schöne Grüße"


def test_an_old_stream_has_its_facts_in_attributes(reading):
    stream = handmade.tnef(
        handmade.attribute(1, 0x00018004, "Prüfung\0".encode("cp1252")),
        handmade.attribute(1, 0x00038005, struct.pack("<7H", 2001, 5, 17, 8, 30, 0, 4)),
        handmade.attribute(1, 0x0002800C, "Alles in Ordnung.\0".encode("cp1252")),
    )
    extraction = reading(stream, "winmail.dat")
    assert extraction.text == "Subject: Prüfung\n\nAlles in Ordnung."
    assert extraction.metadata.created_at == datetime(2001, 5, 17, 8, 30, tzinfo=UTC)


def test_a_message_inside_becomes_a_child_that_can_be_read(reading):
    outer = handmade.tnef(*handmade.attached_message("Weitergeleitet", handmade.message("innen")))
    (child,) = reading(outer, "winmail.dat").children
    assert child.name == "Weitergeleitet.tnef"
    assert "innen" in reading(child.path, child.name).text


def test_a_mail_hands_out_its_winmail_dat(reading):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "Anbei"
    mail.set_content("siehe Anhang")
    mail.add_attachment(handmade.message(), maintype="application", subtype="ms-tnef", filename="winmail.dat")
    (child,) = reading(bytes(mail), "x.eml").children
    assert reading(child.path, child.name).metadata.subject == "Rechnung für März"


def test_a_wrong_checksum_makes_it_partial(reading):
    stream = handmade.tnef(handmade.attribute(1, 0x0002800C, b"Text", checksum=1))
    extraction = reading(stream, "winmail.dat")
    assert (extraction.state, extraction.text) == (ExtractionState.PARTIAL, "Text")


@pytest.mark.parametrize("noise", [bytes(5_000), b"\xff" * 5_000, bytes(range(256)) * 4])
def test_a_message_that_gives_nothing_is_corrupt(reading, noise):
    extraction = reading(b"\x78\x9f\x3e\x22\0\0" + noise, "winmail.dat")
    assert (extraction.state, extraction.media_type) == (ExtractionState.CORRUPT, known.TNEF)


def test_its_usual_name_is_known(reading):
    assert known.by_extension("Winmail.DAT") == known.TNEF
    assert known.by_extension("daten.dat") is None


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95])
def test_a_cut_off_stream_gives_what_was_whole(reading, share):
    whole = handmade.message()
    extraction = reading(whole[: int(len(whole) * share)], "winmail.dat")
    assert extraction.state in {ExtractionState.PARTIAL, ExtractionState.EMPTY}


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes_can_be_taken_apart(data):
    for stream in (data, b"\x78\x9f\x3e\x22\0\0" + data):
        list(attributes(stream))
        properties(data)
        rows(data)


@settings(max_examples=60, deadline=None)
@given(place=st.integers(6, 600), junk=st.binary(min_size=1, max_size=12))
def test_damage_ends_in_a_message_or_an_error(tmp_path_factory, place, junk):
    from workbench.extraction import ExtractOptions
    from workbench.extraction.mail.tnef import TnefReader

    folder = tmp_path_factory.mktemp("tnef")
    whole = handmade.message()
    (folder / "x").write_bytes(whole[:place] + junk + whole[place + len(junk) :])
    with suppress(ExtractionError):
        TnefReader().extract(folder / "x", "application/ms-tnef", ExtractOptions(scratch=folder / "scratch"))
