"""What is read from each format, against text that other libraries wrote."""

from datetime import UTC, datetime

import pytest

from tests.extraction import handmade
from workbench.extraction import Caps, ExtractOptions, Mode, bids, formats, options_digest
from workbench.extraction import media_types as known
from workbench.records import ExtractionState

OFFICE = [
    ("x.docx", handmade.docx, ["Kündigung", "fristgerecht", "Kaltmiete", "1.250,00 €"]),
    ("x.pptx", handmade.pptx, ["Unser Konzept", "Ausgangslage", "Zahlen nennen"]),
    ("x.xlsx", handmade.xlsx, ["Umsätze", "März", "1250", "12.5", "2025-04-30", "Notizen", "geprüft von Käthe"]),
    ("x.odt", handmade.odt, ["Bescheid", "480,25 Euro"]),
    ("x.epub", handmade.epub, ["Kapitel eins", "Lager in Lindental"]),
]


@pytest.mark.parametrize("mode", [Mode.BALANCED, Mode.FAST])
@pytest.mark.parametrize(
    ("name", "content", "words"), OFFICE, ids=lambda value: value if isinstance(value, str) else ""
)
def test_office_files_give_all_their_words(reading, name, content, words, mode):
    extraction = reading(content(), name, mode=mode)
    assert extraction.state is ExtractionState.OK
    assert (extraction.extractor == "docling") is (mode is Mode.BALANCED)
    assert not [word for word in words if word not in extraction.text]
    assert extraction.warnings == ()


@pytest.mark.parametrize("mode", [Mode.BALANCED, Mode.FAST])
def test_a_letterhead_comes_first_and_a_footer_last(reading, mode):
    text = reading(handmade.docx(), "x.docx", mode=mode).text
    assert text.startswith("Rheingold Datentechnik AG, Lindental")
    assert text.endswith("Geschäftsführer: Sönke Vößing")


def test_office_metadata_is_normalised(reading):
    metadata = reading(handmade.docx(), "x.docx").metadata
    assert metadata.title == "Kündigung des Mietvertrags"
    assert metadata.author == "Jürgen Groß"
    assert metadata.language == "de"
    assert metadata.created_at is not None
    assert metadata.created_at.tzinfo is UTC


def test_structure_is_given_where_it_is_asked_for(reading):
    assert reading(handmade.docx(), "x.docx").structure is None
    assert '"Kündigung"' in (reading(handmade.docx(), "x.docx", structure=True).structure or "")


def test_above_docling_s_caps_the_direct_reader_reads(reading):
    extraction = reading(handmade.docx(), "x.docx", caps=Caps(word_kb=1))
    assert (extraction.extractor, extraction.warnings) == ("word", ())


def test_pdf_pages_begin_where_they_are_said_to(reading):
    extraction = reading(handmade.pdf("Erste Seite der Rechnung", "Zweite Seite der Rechnung"), "x.pdf")
    assert [extraction.text[start : start + 6] for start in extraction.page_starts] == ["Erste ", "Zweite"]
    assert extraction.metadata.page_count == 2
    assert extraction.metadata.title == "Rechnung 4711"
    assert not extraction.from_ocr


HTML = """<html lang=de><head><title>Angebot</title><meta name=author content="Käthe"><style>p{}</style></head>
<body><nav>Start</nav><p>Preis:<b>12</b>,50&nbsp;€<script>alert('nie')</script></p><table><tr><td>Menge<td>3</table>
<img src="http://example.invalid/x.png" alt="Bild der Halle"><div>Ende</div></body></html>"""


@pytest.mark.parametrize("mode", [Mode.BALANCED, Mode.FAST])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_html_gives_what_is_seen(reading, encoding, mode):
    extraction = reading(HTML.encode(encoding), "x.html", mode=mode)
    for words in ("Start", "Menge", "Bild der Halle", "Ende", "€"):
        assert words in extraction.text
    assert "nie" not in extraction.text
    assert (extraction.metadata.title, extraction.metadata.author) == ("Angebot", "Käthe")


REFERENCES = [
    ("x.tex", r"\documentclass{{article}}\begin{{document}}Offen \input{{{0}}}\end{{document}}"),
    ("x.adoc", "= Titel\n\nOffen\n\ninclude::{0}[]\n"),
    ("x.html", '<p>Offen</p><img src="file://{0}"><iframe src="file://{0}"></iframe>'),
    ("x.md", "Offen ![bild]({0})"),
]


@pytest.mark.parametrize(("name", "source"), REFERENCES)
def test_nothing_that_a_document_refers_to_is_read(reading, tmp_path, name, source):
    secret = tmp_path / "secret.tex"
    secret.write_text("GEHEIM")
    extraction = reading(source.format(secret).encode(), name, structure=True)
    assert extraction.extractor == "docling"
    assert "Offen" in extraction.text
    assert "GEHEIM" not in extraction.text + (extraction.structure or "")


def test_html_breaks_lines_at_blocks_only(reading):
    assert (
        reading(b"<p>Rech<b>nung</b> Nr.<i>7</i></p><p>Ende</p>", "x.html", mode=Mode.FAST).text
        == "Rechnung Nr.7\n\nEnde"
    )


def test_a_web_archive_gives_its_page(reading):
    data = (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        b"<p>Gr=C3=BC=C3=9Fe aus dem Archiv</p>\r\n--b--\r\n"
    )
    assert "Grüße aus dem Archiv" in reading(data, "x.mhtml").text


def test_text_formats_keep_every_character(reading):
    for name, text in (("a.txt", "Übersicht  A_B\n"), ("a.md", "# Titel\n\n* snake_case\n"), ("a.csv", "Größe;1,5\n")):
        extraction = reading(text.encode("cp1252"), name)
        assert extraction.text == text
    assert reading(b"# Titel\n\ntext", "a.md").metadata.title == "Titel"


def test_json_and_xml_give_their_words(reading):
    assert "Müller" in reading(b'{"name": "M\\u00fcller", "menge": 3}', "x.json").text
    xml = '<?xml version="1.0" encoding="ISO-8859-1"?><r waehrung="EUR"><name>Müller</name></r>'.encode("latin-1")
    extraction = reading(xml, "x.xml")
    assert ("Müller" in extraction.text, "EUR" in extraction.text, extraction.metadata.raw["root"]) == (True, True, "r")


def test_rtf_is_read_in_its_code_page(reading):
    data = rb"{\rtf1\ansi\ansicpg1252{\info{\title K\'fcndigung}}Sch\'f6ne Gr\u252?\u223?e\par Ende}"
    extraction = reading(data, "x.rtf")
    assert extraction.text == "Schöne Grüße\nEnde"
    assert extraction.metadata.title == "Kündigung"


def test_a_word_97_document_is_read_piece_by_piece(reading):
    data = handmade.doc("Kündigung\r", "siehe \x13 PAGEREF x \x14Seite 3\x15 Größe".encode("cp1252"), "\rEnde €")
    extraction = reading(data, "x.doc")
    assert (extraction.extractor, extraction.text) == ("word-binary", "Kündigung\nsiehe Seite 3 Größe\nEnde €")


def test_a_powerpoint_97_presentation_is_read_without_its_master(reading):
    extraction = reading(handmade.ppt("Unser Konzept", "Zahlen\rund Fakten"), "x.ppt")
    assert extraction.text == "Unser Konzept\nZahlen\nund Fakten\nGrüße"


def test_audio_gives_its_length(reading):
    import io
    import wave

    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * 12000)
    extraction = reading(buffer.getvalue(), "x.wav")
    assert (extraction.state, extraction.metadata.duration_s) == (ExtractionState.OK, 1.5)


def test_a_photograph_is_read_by_its_metadata(reading):
    from PIL import Image

    image = Image.effect_noise((640, 480), 60)
    exif = image.getexif()
    exif[0x010F], exif[0x0110], exif[0x0132] = "Kamerawerk", "Modell 3", "2025:04:30 10:20:30"
    exif.get_ifd(0x8825).update({1: "N", 2: (53.0, 30.0, 0.0), 3: "E", 4: (9.0, 59.0, 24.0)})
    extraction = reading(handmade.picture(image, "JPEG", exif=exif), "x.jpg")
    metadata = extraction.metadata
    assert (extraction.state, extraction.text) == (ExtractionState.OK, "")
    assert (metadata.width, metadata.height) == (640, 480)
    assert metadata.created_at == datetime(2025, 4, 30, 10, 20, 30, tzinfo=UTC)
    assert metadata.raw["gps"] == {"latitude": 53.5, "longitude": 9.99}
    assert metadata.raw["Make"] == "Kamerawerk"


EVERYTHING = ["text", "pages", "structure", "tables", "fields", "metadata", "children", "ocr", "thumbnails"]


def test_every_known_format_has_a_reader():
    listed = formats()
    assert len(listed) >= 45
    for format_ in listed:
        assert format_.extractors, format_.title
    by_type = {format_.media_type: format_ for format_ in listed}
    assert set(by_type[known.PDF].gives) == set(EVERYTHING)
    assert by_type[known.ZIP].gives == ("text", "children")
    assert by_type[known.DOCX].extractors[:2] == ("docling", "word")
    assert by_type[known.PDF].missing == ()


def test_formats_say_what_is_missing(monkeypatch):
    from workbench.extraction.recognition import tesseract

    monkeypatch.setattr(tesseract, "installed_languages", lambda: frozenset({"eng", "osd"}))
    missing = {format_.media_type: format_.missing for format_ in formats()}
    assert missing[known.PNG] == ("Tesseract has no data for 'deu'; apt install tesseract-ocr-deu.",)


def test_bids_come_best_first():
    assert [extractor.name for extractor in bids(known.DOCX, b"PK")] == ["docling", "word", "unknown"]
    assert bids(known.DOCX, b"\xd0\xcf\x11\xe0")[0].name == "sealed-office"


def test_the_digest_of_options_leaves_out_where_and_what(tmp_path):
    options = ExtractOptions(scratch=tmp_path)
    assert options_digest(options) == options_digest(ExtractOptions(scratch=tmp_path / "b", name="x"))
    assert options_digest(options) != options_digest(ExtractOptions(scratch=tmp_path, dpi=300))
