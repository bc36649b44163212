"""Text with bytes in it that are none is read, and a stranger under a text's name is not."""

import pickle
import random
import struct

import pytest

from tests.extraction import handmade
from workbench.extraction import Mode
from workbench.extraction import media_types as known
from workbench.extraction.damage import LEFT_OUT, is_mostly_text, reason
from workbench.records import ExtractionState as S

GERMAN = "Sehr geehrte Damen und Herren, schöne Grüße aus Köln. " * 60
TEXTS = {
    "a.txt": GERMAN,
    "a.md": f"# Titel\n\n{GERMAN}",
    "a.html": f"<html><body><p>{GERMAN}</p></body></html>",
    "a.csv": f"Datum;Betrag\n1.2.;{GERMAN}\n",
    "a.json": '{"a": "' + GERMAN + '"}',
    "a.xml": f"<?xml version='1.0'?><a><b>{GERMAN}</b></a>",
    "a.eml": f"From: a@b.de\r\nTo: c@d.de\r\nSubject: Rechnung 17\r\n\r\n{GERMAN}",
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_one_nul_loses_nothing(reading, name, encoding):
    data = TEXTS[name].encode(encoding)
    place = data.index(b"Damen")
    extraction = reading(data[:place] + b"\0" + data[place:], name, mode=Mode.FAST)
    assert (extraction.state, extraction.media_type) == (S.OK, known.by_extension(name))
    assert extraction.text.count("geehrte Damen und Herren, schöne Grüße") == 60


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_a_lost_tenth_leaves_the_rest_and_is_said(reading, name, share):
    data = TEXTS[name].encode()
    tenth = len(data) // 10
    start = min(int(share * len(data)), len(data) - tenth)
    extraction = reading(data[:start] + bytes(tenth) + data[start + tenth :], name, mode=Mode.FAST)
    assert (extraction.state, extraction.message) == (S.PARTIAL, LEFT_OUT)
    assert extraction.text.count("schöne Grüße aus Köln") > 50
    assert "\0" not in extraction.text


def test_a_few_control_codes_are_no_reason_to_refuse_a_short_note(reading):
    extraction = reading(b"Abgesagt:\x02 das Treffen\x03 am Montag\x1a", "notiz.txt")
    assert (extraction.state, extraction.text.strip()) == (S.OK, "Abgesagt: das Treffen am Montag")


@pytest.mark.parametrize("name", ["a.eml", "a.txt", "anhang", "a.msg"])
def test_a_mail_is_known_by_its_headers_whatever_its_parts_are(reading, name):
    data = (
        b"From: a@b.de\r\nTo: c@d.de\r\nSubject: Angebot\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\nAnbei.\r\n"
        b"--B\r\nContent-Type: image/png; name=x.png\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        + bytes(range(256)) * 16
        + b"\r\n--B--\r\n"
    )
    extraction = reading(data, name)
    assert (extraction.state, extraction.media_type) == (S.OK, known.EML)
    assert extraction.text.endswith("Anbei.")
    assert [child.name for child in extraction.children] == ["x.png"]


STRANGERS = {
    "noise": random.Random(7).randbytes(20_000),
    "nothing but zeros": bytes(20_000),
    "numbers": struct.pack("<2000d", *(number / 7 for number in range(2000))),
    "small numbers": struct.pack("<4000I", *range(4000)),
    "a table of Python": pickle.dumps([{"a": number} for number in range(500)]),
    "mostly zeros": b"abc" + bytes(5_000) + b"def",
}


@pytest.mark.parametrize("kind", STRANGERS)
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.html", "a.eml"])
def test_a_stranger_under_a_text_s_name_stays_unknown(reading, kind, name):
    extraction = reading(STRANGERS[kind], name)
    assert (extraction.state, extraction.media_type) == (S.UNSUPPORTED, known.OCTETS)


def test_a_lost_beginning_does_not_stand_for_a_long_file():
    assert is_mostly_text(bytes(40_000) + GERMAN.encode() * 20)
    assert not is_mostly_text(b"")


def test_elements_nested_beyond_measure_give_their_text(reading):
    extraction = reading(b"<?xml version='1.0'?>" + b"<a>" * 50_000 + b"tief &amp; dunkel" + b"</a>" * 50_000, "a.xml")
    assert (extraction.state, extraction.text) == (S.PARTIAL, "tief & dunkel")
    assert extraction.message.startswith("Its elements are nested too deep")


def test_tables_nested_beyond_measure_give_their_text(reading):
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    deep = "<w:p><w:r><w:t>oben</w:t></w:r></w:p>" + "<w:tbl><w:tr><w:tc>" * 2_000
    body = f"{deep}<w:p><w:r><w:t>tief</w:t></w:r></w:p>{'</w:tc></w:tr></w:tbl>' * 2_000}"
    document = f'<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>'
    members = {"[Content_Types].xml": "wordprocessingml.document.main+xml", "word/document.xml": document}
    extraction = reading(handmade.zipped(members), "a.docx", mode=Mode.FAST)
    assert (extraction.state, extraction.text.split()) == (S.PARTIAL, ["oben", "tief"])


def test_a_fault_is_told_with_the_file_s_own_name(tmp_path, reading):
    blob = tmp_path / "3f9a"
    assert reason(OSError("3f9a is no mail"), blob, "Angebot.msg") == "Angebot.msg is no mail"
    assert reason(ValueError("use sys.set_int_max_str_digits()"), blob, "a.doc") == "its directory is out of order"
    extraction = reading(b"\x07\x99" * 500, "Angebot.msg")
    assert (extraction.state, "blob" in extraction.message) == (S.CORRUPT, False)
    assert "Angebot.msg" in extraction.message


def test_a_presentation_says_how_many_slides_it_has(reading):
    extraction = reading(handmade.pptx(), "a.pptx", mode=Mode.FAST)
    assert extraction.metadata.page_count == len(extraction.page_starts) > 0
