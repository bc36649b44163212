"""Appointments and contact cards."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.extraction.mail.content_lines import content_lines
from workbench.records import ExtractionState

MEETING = """BEGIN:VCALENDAR\r
METHOD:REQUEST\r
BEGIN:VTIMEZONE\r
TZID:Europe/Berlin\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
UID:4711\r
SUMMARY;LANGUAGE=de:Besprechung\\, Planung\r
DTSTART;TZID="Europe/Berlin":20250701T090000\r
DTEND;TZID=Europe/Berlin:20250701T100000\r
LOCATION:Raum 1\\; Kiel\r
DESCRIPTION:Bitte Unter\r
 lagen mitbringen.\\nDanke!\r
ORGANIZER;CN="Groß, Jürgen":mailto:juergen@example.org\r
ATTENDEE;CN=Käthe;RSVP=TRUE:MAILTO:kaethe@example.org\r
ATTENDEE:mailto:lager@example.org\r
RRULE:FREQ=WEEKLY;BYDAY=MO\r
ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;FILENAME=a.txt:SGFsbG8=\r
BEGIN:VALARM\r
DESCRIPTION:Erinnerung\r
END:VALARM\r
END:VEVENT\r
END:VCALENDAR\r
""".encode()


def test_an_appointment_reads_like_an_invitation(reading):
    extraction = reading(MEETING, "termin.ics")
    assert (extraction.extractor, extraction.state) == ("calendar", ExtractionState.OK)
    assert extraction.text == (
        "Besprechung, Planung\nStart: 2025-07-01 09:00 Europe/Berlin\nEnd: 2025-07-01 10:00 Europe/Berlin\n"
        "Location: Raum 1; Kiel\nOrganizer: Groß, Jürgen <juergen@example.org>\n"
        "Attendee: Käthe <kaethe@example.org>\nAttendee: lager@example.org\nRepeats: weekly, byday MO\n"
        "Bitte Unterlagen mitbringen.\nDanke!"
    )


def test_an_appointment_has_its_people_dates_and_files(reading):
    extraction = reading(MEETING, "termin.ics")
    metadata = extraction.metadata
    assert (metadata.title, metadata.sender) == ("Besprechung, Planung", "Groß, Jürgen <juergen@example.org>")
    assert metadata.recipients == ("Käthe <kaethe@example.org>", "lager@example.org")
    assert metadata.raw["starts_at"] == datetime(2025, 7, 1, 7, tzinfo=UTC).isoformat()
    assert [(child.name, child.path.read_bytes()) for child in extraction.children] == [("a.txt", b"Hallo")]


def test_an_unknown_zone_and_an_impossible_date_do_no_harm(reading):
    strange = MEETING.replace(b"Europe/Berlin", b"../../etc/passwd").replace(b"20250701T100000", b"20259999T100000")
    assert "../../etc/passwd" in reading(strange, "termin.ics").text


def test_a_damaged_attachment_leaves_the_appointment(reading):
    extraction = reading(MEETING.replace(b"SGFsbG8=", b"SGFsbG8"), "termin.ics")
    assert (extraction.state, "Besprechung" in extraction.text) == (ExtractionState.PARTIAL, True)


def test_a_calendar_without_entries_is_read_as_text(reading):
    extraction = reading(b"BEGIN:VCALENDAR\nX-WR-CALNAME:Leer\nEND:VCALENDAR", "leer.ics")
    assert (extraction.extractor, "Leer" in extraction.text) == ("plain", True)


CARDS = b"""BEGIN:VCARD\r
VERSION:2.1\r
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=\r
=C3=B6rg;;Dr.;\r
TEL;CELL;VOICE:+49 431 1\r
ADR;HOME:;;Hafen 1;Kiel;;24103;DE\r
PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJRg==\r
\r
END:VCARD\r
BEGIN:VCARD\r
VERSION:3.0\r
FN:K\xc3\xa4the Gro\xc3\x9f\r
ORG:Nordlicht\\, Energie;Einkauf\r
item1.EMAIL;TYPE=INTERNET,WORK:kaethe@example.org\r
NOTE:erste\\nzweite\r
END:VCARD\r
"""


def test_contact_cards_of_all_versions_are_read(reading):
    extraction = reading(CARDS, "kontakte.vcf")
    assert extraction.extractor == "contacts"
    assert extraction.text == (
        "Dr. Jörg Müller\nTelephone (mobile): +49 431 1\nAddress (home): Hafen 1, Kiel, 24103, DE\n\n"
        "Käthe Groß\nOrganization: Nordlicht, Energie, Einkauf\nMail (work): kaethe@example.org\nNote: erste\nzweite"
    )
    assert (extraction.metadata.title, extraction.metadata.raw["contacts"]) == ("2 contacts", 2)


def test_a_single_card_is_named_after_its_person(reading):
    assert reading(b"BEGIN:VCARD\nN:;Madonna\nEND:VCARD", "x.vcf").metadata.title == "Madonna"


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='AB;:=,"\\\r\n \tQUOTEDPRINTABLE-äN', max_size=200))
def test_any_lines_are_taken_apart(text):
    for line in content_lines(text):
        assert (line.name, line.parts(), line.text) is not None


@pytest.mark.parametrize(
    "text",
    ["NOTE:" + "x\r\n " * 300_000, "QUOTED-PRINTABLE" * 20_000, "N;QUOTED-PRINTABLE:=\n" * 20_000, "A;" * 200_000],
)
def test_endless_lines_take_no_time(text):
    started = time.process_time()
    assert len(list(content_lines(text))) <= 1
    assert time.process_time() - started < 3
