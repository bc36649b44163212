"""Scans with some text of their own: what the picture shows is read too, and nothing twice."""

import pytest

from tests.extraction import handmade
from tests.extraction.pdf import made
from workbench.extraction import Mode
from workbench.extraction.pdf.scans import is_scan, with_own
from workbench.records import ExtractionState

LETTER = ("Rechnung über die Lieferung", "von zwanzig Stühlen im Herbst", "Zahlbar in vierzehn Tagen")
HEADER = "Case 3:18-cv-01234-ABC Document 12-3 Filed 05/06/19 Page 4 of 30 PageID #: 567"
ABOVE = ("Sehr geehrte Damen und Herren, anbei das Schreiben,", "das wir am vierten März von Ihnen erhalten haben.")
WHOLE_PAGE = (0, 0, 595, 842)


def scan(*texts, place=WHOLE_PAGE, hidden=False, lines=(*LETTER, *LETTER), size=8):
    """A page with a scan and lines of text from the top down."""

    def draw(canvas):
        canvas.drawInlineImage(handmade.page(*lines), *place)
        for number, text in enumerate(texts):
            shown = canvas.beginText(40, 830 - 1.5 * size * number)
            shown.setFont("Helvetica", size)
            shown.setTextRenderMode(3 if hidden else 0)
            shown.textOut(text)
            canvas.drawText(shown)

    return made.drawn(draw)


@pytest.fixture
def never_recognised(monkeypatch):
    from workbench.extraction.pdf import pages

    monkeypatch.setattr(pages, "read_picture", lambda *_, **__: pytest.fail("there is nothing to recognise"))


@pytest.mark.parametrize("mode", [Mode.FAST, Mode.STRUCTURED])
def test_a_header_does_not_hide_the_scan_below_it(reading, mode):
    extraction = reading(scan(HEADER), "x.pdf", mode=mode)
    assert extraction.from_ocr
    assert HEADER in extraction.text
    assert "Lieferung" in extraction.text
    assert extraction.text.index(HEADER) < extraction.text.index("Lieferung")


def test_a_page_that_is_turned_is_seen_as_it_is_shown(reading):
    def draw(canvas):
        canvas.setPageRotation(180)
        canvas.drawInlineImage(handmade.page(*LETTER, *LETTER).rotate(180), *WHOLE_PAGE)
        canvas.drawString(40, 830, HEADER)

    extraction = reading(made.drawn(draw), "x.pdf")
    assert extraction.from_ocr
    assert "Lieferung" in extraction.text


@pytest.mark.parametrize("mode", [Mode.FAST, Mode.STRUCTURED])
def test_a_scan_pasted_below_a_few_lines_is_read(reading, mode):
    text = reading(scan(*ABOVE, place=(40, 200, 515, 500), size=11), "x.pdf", mode=mode).text
    assert all(line in text for line in ABOVE)
    assert "Lieferung" in text


def test_a_scan_in_strips_is_one_scan(reading):
    image = handmade.page(*LETTER, *LETTER)

    def draw(canvas):
        height = image.height // 10
        for row in range(10):
            strip = image.crop((0, row * height, image.width, (row + 1) * height))
            canvas.drawInlineImage(strip, 0, 738 - 82 * row, 595, 82)
        canvas.drawString(40, 830, HEADER)

    assert "Lieferung" in reading(made.drawn(draw), "x.pdf").text


@pytest.mark.parametrize("mode", [Mode.FAST, Mode.STRUCTURED])
def test_a_poor_reading_laid_below_a_scan_gives_way(reading, mode):
    data = scan("Rechnvng vber d1e Lief3rung", "v0n zwanz1g Stvhlen", hidden=True)
    extraction = reading(data, "x.pdf", mode=mode)
    assert "Lieferung" in extraction.text
    assert "Lief3rung" not in extraction.text


@pytest.mark.parametrize("mode", [Mode.FAST, Mode.STRUCTURED])
def test_a_scan_that_was_read_already_is_not_read_again(reading, never_recognised, mode):
    image = handmade.page(*LETTER, *[""] * 17)
    scale = 595 / image.width

    def draw(canvas):
        canvas.drawInlineImage(image, 0, 842 - scale * image.height, 595, scale * image.height)
        for number, line in enumerate(LETTER):
            shown = canvas.beginText(scale * 60, 842 - scale * (80 + 70 * number))
            shown.setFont("Helvetica", 21)
            shown.setTextRenderMode(3)
            shown.textOut(line)
            canvas.drawText(shown)

    extraction = reading(made.drawn(draw), "x.pdf", mode=mode)
    assert (extraction.from_ocr, extraction.state) == (False, ExtractionState.OK)
    assert LETTER[0] in extraction.text


def test_logos_and_backgrounds_are_no_scans(reading, never_recognised):
    assert HEADER in reading(scan(HEADER, place=(400, 700, 150, 100)), "x.pdf").text
    written_upon = [f"Zeile {number} des Schreibens" for number in range(22)]
    assert written_upon[-1] in reading(scan(*written_upon, size=14), "x.pdf").text
    plain = reading(scan(HEADER, lines=()), "x.pdf")
    assert (plain.text, plain.from_ocr) == (HEADER, False)


def test_a_page_of_text_is_not_looked_at(reading, monkeypatch):
    from workbench.extraction.pdf import pages

    monkeypatch.setattr(pages, "drawn_on", lambda *_, **__: pytest.fail("it has enough text"))
    assert reading(scan(*["Ein langer Satz steht hier. " * 3] * 9), "x.pdf").text


@pytest.mark.parametrize(
    ("pictures", "texts", "expected"),
    [
        ([(0, 0, 1, 1)], [(0.1, 0.01, 0.6, 0.02)], True),
        ([(0, 0.3, 1, 0.7)], [(0.1, 0.1, 0.9, 0.2)], True),
        ([(0, 0, 1, 1)], [(0.1, 0.1, 0.9, 0.4)], False),
        ([(0, 0, 0.3, 0.3)], [], False),
        ([(0, 0, 0.09, 0.09)] * 90, [], False),
        ([(-9, -9, 9, 9)], [(5, 5, -5, -5)], True),
        ([], [], False),
    ],
)
def test_a_scan_is_large_and_hardly_written_upon(pictures, texts, expected):
    assert is_scan(pictures, texts) is expected


def test_only_lines_that_were_not_recognised_are_added():
    assert with_own("Seite 3\nAz. 4711", "Seite  3\nText") == "Az. 4711\nSeite  3\nText"


def test_words_broken_by_any_hyphen_are_joined():
    from workbench.extraction.pdf.layer import joined

    assert joined("Lie\u2010\r\nferung und Ge\u00ad\r\nbühr, E\u2010\r\nMail, eins\u2010zwei") == (
        "Lieferung und Gebühr, E-Mail, eins\u2010zwei"
    )
