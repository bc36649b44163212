"""Scans and pictures of text: only where needed, upright, in the language that reads best."""

import shutil

import pytest
from PIL import Image

from tests.extraction import handmade
from workbench.extraction import Limits
from workbench.extraction.protocol import ExtractOptions
from workbench.extraction.recognition import tesseract
from workbench.extraction.recognition.pictures import on_white, prepared
from workbench.records import ExtractionState

S = ExtractionState
LETTER = (
    "Rechnung für die Lieferung im März",
    "Sehr geehrte Damen und Herren,",
    "wir erlauben uns, folgende Beträge zu berechnen:",
    "Größere Mengen Prüfgeräte 480,25 Euro",
    "Zahlbar innerhalb von vierzehn Tagen ohne Abzug.",
)


@pytest.fixture(scope="module")
def letter() -> Image.Image:
    return handmade.page(*LETTER)


@pytest.mark.parametrize(
    ("kind", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("BMP", "bmp"), ("WEBP", "webp")]
)
def test_a_picture_of_text_is_read(reading, letter, kind, ending):
    extraction = reading(handmade.picture(letter, kind), f"x.{ending}")
    assert (extraction.state, extraction.from_ocr) == (S.OK, True)
    assert extraction.text.splitlines()[0] == LETTER[0]
    assert "Größere Mengen Prüfgeräte" in extraction.text
    assert extraction.metadata.language == "de"


def test_a_heic_photo_is_read(reading, letter):
    import io

    import pi_heif

    if not hasattr(pi_heif, "from_pillow"):
        pytest.fail("pi-heif cannot write the test's picture")
    buffer = io.BytesIO()
    try:
        pi_heif.from_pillow(letter.convert("RGB")).save(buffer)
    except (RuntimeError, AttributeError, ValueError):
        buffer.write(b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(200))
        assert reading(buffer.getvalue(), "x.heic").state is S.CORRUPT
        return
    assert "Rechnung" in reading(buffer.getvalue(), "x.heic").text


def test_a_tiff_is_read_page_by_page(reading, letter):
    second = handmade.page("Die zweite Seite des Vertrages", "endet mit einer Unterschrift")
    data = handmade.picture(letter, "TIFF", save_all=True, append_images=[second], dpi=(150, 150))
    extraction = reading(data, "x.tif")
    assert extraction.metadata.page_count == 2
    assert len(extraction.page_starts) == 2
    assert extraction.text[extraction.page_starts[1] :].startswith("Die zweite Seite")


def test_only_pages_without_text_are_recognised(reading, letter):
    extraction = reading(handmade.scanned_pdf(letter), "x.pdf")
    assert extraction.from_ocr
    assert "Prüfgeräte" in extraction.text
    assert not reading(handmade.pdf("Diese Seite hat genug eigenen Text."), "x.pdf").from_ocr


def test_a_scan_stays_unread_when_recognition_is_off(reading, letter):
    extraction = reading(handmade.scanned_pdf(letter), "x.pdf", ocr=False)
    assert extraction.state is S.EMPTY
    assert "switch on ocr" in extraction.message
    assert reading(handmade.picture(letter, "PNG"), "x.png", ocr=False).state is S.OK


def test_a_blank_scan_is_empty(reading):
    assert reading(handmade.scanned_pdf(Image.new("L", (800, 600), 255)), "x.pdf").state is S.EMPTY


@pytest.mark.parametrize("turn", [90, 180])
def test_a_turned_page_is_set_upright(reading, turn):
    lines = [*LETTER, *LETTER, *LETTER]
    turned = handmade.page(*lines).rotate(turn, expand=True, fillcolor=255)
    extraction = reading(handmade.picture(turned, "PNG"), "x.png")
    assert "Größere Mengen Prüfgeräte" in extraction.text
    assert "turned" in extraction.warnings[0]


def test_a_page_that_takes_too_long_is_given_up(reading, letter):
    extraction = reading(handmade.scanned_pdf(letter), "x.pdf", ocr_page_timeout_s=0.01)
    assert extraction.state is S.TIMEOUT
    assert "took" in extraction.message


def test_one_failed_page_makes_it_partial(reading, letter, monkeypatch):
    from workbench.errors import ExtractionError
    from workbench.extraction.pdf import pages as pdf

    real, calls = pdf.read_picture, []

    def sometimes(*arguments, **options):
        calls.append(1)
        if len(calls) == 1:
            raise ExtractionError("Recognising the page took more than 60 s.", state=S.TIMEOUT)
        return real(*arguments, **options)

    monkeypatch.setattr(pdf, "read_picture", sometimes)
    extraction = reading(handmade.scanned_pdf(letter, letter), "x.pdf")
    assert extraction.state is S.PARTIAL
    assert extraction.message.startswith("1 of 2 pages")
    assert "Prüfgeräte" in extraction.text


def test_a_missing_language_is_named_and_the_next_one_reads(reading, letter, monkeypatch):
    monkeypatch.setattr(tesseract, "installed_languages", lambda: frozenset({"eng", "osd"}))
    extraction = reading(handmade.picture(letter, "PNG"), "x.png")
    assert "Tesseract has no data for 'deu'; apt install tesseract-ocr-deu." in extraction.warnings
    assert "Rechnung" in extraction.text


def test_without_tesseract_a_picture_still_has_its_metadata(reading, letter, monkeypatch):
    monkeypatch.setattr(tesseract, "installed_languages", frozenset)
    extraction = reading(handmade.picture(letter, "PNG"), "x.png")
    assert (extraction.state, extraction.metadata.width) == (S.OK, 1100)
    assert "apt install" in extraction.warnings[0]


def test_threads_are_limited_and_no_file_is_left(letter, monkeypatch, tmp_path):
    import subprocess

    seen = {}
    real = subprocess.run

    def spy(*arguments, **options):
        seen.update(options)
        return real(*arguments, **options)

    monkeypatch.setattr(subprocess, "run", spy)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    tesseract.recognise(letter, language="deu", dpi=150, timeout_s=30)
    assert seen["env"]["OMP_THREAD_LIMIT"] == "1"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("size", "dpi", "expected"),
    [
        ((1600, 2200), 200, (1600, 2200)),
        ((3200, 4400), 400, (1600, 2200)),
        ((800, 1100), None, (800, 1100)),
        ((8000, 2000), None, (4000, 1000)),
    ],
)
def test_a_page_is_made_smaller_but_never_larger(tmp_path, size, dpi, expected):
    image, _ = prepared(Image.new("L", size), ExtractOptions(scratch=tmp_path), dpi=dpi)
    assert image.size == expected


def test_pixels_are_capped(tmp_path):
    options = ExtractOptions(scratch=tmp_path, limits=Limits(pixels=10_000))
    image, _ = prepared(Image.new("L", (1000, 1000)), options, dpi=None)
    assert image.width * image.height <= 10_200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I", "I;16", "F"])
def test_any_colour_mode_becomes_grey(mode):
    assert on_white(Image.new(mode, (30, 30))).mode == "L"


def test_nothing_is_white():
    assert on_white(Image.new("RGBA", (3, 3), (0, 0, 0, 0))).getpixel((1, 1)) == 255


def test_tesseract_is_here():
    assert shutil.which("tesseract")
    assert {"deu", "eng", "osd"} <= tesseract.installed_languages()
