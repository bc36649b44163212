"""PDFs that open and whose pages do not decode to their end: partial, and read as far as they go."""

import random
import re
import zlib

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extraction import handmade
from tests.extraction.pdf import made
from workbench.extraction.cleaning import join_pages
from workbench.extraction.pdf import pages, second, second_program
from workbench.extraction.pdf.mending import inflated
from workbench.records import ExtractionState

S = ExtractionState
LINES = 60


def letter(count: int = 3, *, is_ascii: bool = False) -> bytes:
    """Pages of many lines that differ, packed by Flate, or as reportlab does it by default."""

    def draw(canvas):
        for page in range(1, count + 1):
            dice = random.Random(page)
            canvas.drawString(72, 800, f"Blatt {page} beginnt")
            for line in range(LINES):
                canvas.drawString(72, 780 - 12 * line, f"Zeile {line}: {dice.getrandbits(160):x}")
            canvas.showPage()

    if is_ascii:
        return made.drawn(draw, pageCompression=1)
    return made.changed(made.drawn(draw, pageCompression=0), lambda _: None, compress_streams=True)


def places(data: bytes) -> list[tuple[int, int]]:
    """Where the large streams begin and end, which are the pages in their order."""
    found = [match.span(1) for match in re.finditer(rb"stream\n(.*?)\n?endstream", data, re.DOTALL)]
    return [(start, end) for start, end in found if end - start > 1_000]


def overwritten(data: bytes, page: int, share: float, junk: bytes) -> bytes:
    """The same file with some bytes of a page's content replaced."""
    start, end = places(data)[page - 1]
    place = start + int(share * (end - start))
    return data[:place] + junk + data[place + len(junk) :]


@pytest.mark.parametrize("is_ascii", [False, True])
def test_a_page_that_breaks_off_in_the_middle_is_read_up_to_there(reading, tmp_path, is_ascii):
    data = letter(is_ascii=is_ascii)
    assert (b"~>" in data) is is_ascii
    whole = reading(data, "x.pdf")
    assert whole.state is S.OK
    extraction = reading(overwritten(data, 2, 0.6, b"\0" * 200), "x.pdf")
    assert extraction.state is S.PARTIAL
    assert extraction.message == "The content of page 2 is damaged; what could be decoded was read."
    second_page = extraction.text[extraction.page_starts[1] : extraction.page_starts[2]]
    assert "Blatt 2 beginnt" in second_page
    assert 0.3 < second_page.count("Zeile") / LINES < 0.9
    assert extraction.text.count("Zeile") > 2.3 * LINES
    assert not (tmp_path / "scratch" / "mended.pdf").exists()


def test_all_damaged_pages_are_named(reading):
    data = letter()
    for page in (1, 3):
        data = overwritten(data, page, 0.5, b"\0" * 200)
    assert reading(data, "x.pdf").message.startswith("The content of pages 1 and 3 is damaged;")


def test_a_page_whose_packing_is_damaged_at_its_beginning_is_read_whole(reading):
    extraction = reading(overwritten(letter(), 1, 0, b"\0\0"), "x.pdf")
    assert (extraction.state, extraction.text.count("Zeile")) == (S.PARTIAL, 3 * LINES)


def test_a_page_of_which_nothing_comes_out_is_corrupt(reading):
    start, end = places(data := letter(1))[0]
    extraction = reading(data[:start] + b"\xff" * (end - start) + data[end:], "x.pdf")
    assert extraction.state is S.CORRUPT
    assert "page 1 is damaged and gives no text" in extraction.message


@pytest.mark.parametrize("is_ascii", [False, True])
def test_a_page_whose_filter_is_lost_is_read(reading, is_ascii):
    data = letter(1, is_ascii=is_ascii).replace(b"/Filter", b"/F\xeclter")
    extraction = reading(data, "x.pdf")
    assert (extraction.state, extraction.text.count("Zeile")) == (S.PARTIAL, LINES)


def test_a_page_whose_content_is_gone_is_told(reading):
    data = letter(2)
    extraction = reading(data.replace(b"/Contents", b"/C\0ntents", 1), "x.pdf")
    assert extraction.state is S.PARTIAL
    assert "content of page" in extraction.message


def test_a_form_drawn_on_a_page_that_is_damaged_is_told(reading):
    def change(document):
        words = "".join(f"BT /F1 9 Tf 50 {800 - 12 * n} Td (Satz {n * 7919}) Tj ET\n" for n in range(LINES))
        form = pikepdf.Stream(document, b"")
        form.write(zlib.compress(words.encode())[:-300], filter=pikepdf.Name.FlateDecode)
        form.Type, form.Subtype, form.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 600, 850]
        form.Resources = document.pages[0].Resources
        document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=form))
        document.pages[0].Contents = document.make_stream(b"/X Do")

    extraction = reading(made.changed(letter(1), change, compress_streams=False), "x.pdf")
    assert extraction.state is S.PARTIAL
    assert "Satz 7919" in extraction.text


def test_healthy_pages_are_not_suspected(reading):
    sealed = handmade.pdf("Streng geheime Rechnung", password="x")
    blank = made.changed(letter(1), lambda document: document.add_blank_page(), compress_streams=False)
    without_checksum = made.changed(letter(1), _shortened, compress_streams=False)
    for data in (letter(), letter(is_ascii=True), sealed, blank, without_checksum, made.form()):
        extraction = reading(data, "x.pdf", passwords=("x",))
        assert (extraction.state, extraction.message) == (S.OK, "")


def _shortened(document: pikepdf.Pdf) -> None:
    content = document.pages[0].Contents
    content.write(content.read_raw_bytes()[:-4], filter=pikepdf.Name.FlateDecode)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(text=st.binary(min_size=200, max_size=2_000), place=st.floats(0, 1), junk=st.binary(min_size=1, max_size=20))
def test_what_is_left_of_packed_bytes_is_unpacked_without_an_error(text, place, junk):
    packed = bytearray(zlib.compress(text))
    assert inflated(bytes(packed)) == (text, True)
    start = int(place * len(packed))
    packed[start : start + len(junk)] = junk
    left, is_whole = inflated(bytes(packed))
    assert left == text or not is_whole


def test_blank_pages_have_no_text(reading):
    assert join_pages(["", "", ""]) == ("", (0, 0, 0))
    assert join_pages(["", "a"]) == ("\n\na", (0, 2))
    extraction = reading(handmade.pdf("", "", ""), "x.pdf")
    assert (extraction.state, extraction.text, extraction.page_starts) == (S.EMPTY, "", (0, 0, 0))


def test_pages_beyond_the_limit_are_told(reading, monkeypatch, tmp_path):
    monkeypatch.setattr(pages, "_MOST_PAGES", 2)
    extraction = reading(handmade.pdf("eins", "zwei", "drei"), "x.pdf")
    assert (extraction.state, extraction.text) == (S.PARTIAL, "eins\n\nzwei")
    assert extraction.message == "Only the first 2 of 3 pages were read."


def test_the_second_engine_says_how_many_pages_there_are(tmp_path, monkeypatch):
    monkeypatch.setattr(second_program, "_MOST_PAGES", 2)
    path = tmp_path / "x.pdf"
    path.write_bytes(handmade.pdf("eins", "zwei", "drei"))
    answer = second_program._read({"path": str(path), "passwords": [], "pages": None})
    assert (answer["texts"], answer["count"]) == ({0: "eins", 1: "zwei"}, 3)


def test_the_second_engine_is_partial_when_pages_are_left(reading, monkeypatch, tmp_path):
    path = tmp_path / "x.pdf"
    path.write_bytes(b"%PDF-1.7\n%%EOF")
    monkeypatch.setattr(second, "asked", lambda *_: second.Answer(texts={0: "eins"}, failures=(), count=3))
    monkeypatch.setattr(second, "_pdfium_opens", lambda *_: False)
    extraction = reading(path, "x.pdf")
    assert (extraction.state, extraction.text) == (S.PARTIAL, "eins")
    assert extraction.message == "Only the first 1 of 3 pages were read."


def test_a_dense_drawing_is_given_up(reading, monkeypatch):
    monkeypatch.setattr(pages, "_DRAWING_S", 0.0)
    lines = b"10 10 m 500 700 l S\n" * 3_000

    def change(document):
        document.pages[0].Contents = document.make_stream(lines)

    extraction = reading(made.changed(handmade.pdf(""), change), "x.pdf")
    assert extraction.state is S.EMPTY
    assert extraction.warnings == ("Page 1 is a dense drawing; what is written on it was not recognised.",)
