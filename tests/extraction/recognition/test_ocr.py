"""A page is looked at again where print was passed over, and only then."""

import pytest
from PIL import Image, ImageDraw

from workbench.errors import ExtractionError
from workbench.extraction.protocol import ExtractOptions
from workbench.extraction.recognition import ocr
from workbench.extraction.recognition.layout import Line
from workbench.extraction.recognition.tesseract import from_lines
from workbench.records import ExtractionState, Word


def line(text, left, confidence=95.0):
    words = (Word(text=text, confidence=confidence, box=(left, 200, left + 300, 240)),)
    return Line(place=(str(left), "1"), words=words)


@pytest.fixture
def looks(monkeypatch, tmp_path):
    """Read a page of bars with answers given in turn; return the text and how Tesseract was asked."""
    made = Image.new("L", (1000, 1000), 255)
    for left in (100, 600):
        for bar in range(left, left + 300, 20):
            ImageDraw.Draw(made).rectangle((bar, 200, bar + 10, 240), fill=0)

    def read(*answers):
        asked, left = [], list(answers)

        def recognise(image, *, segmentation=3, **_):
            asked.append((segmentation, image.crop((100, 200, 400, 240)).getextrema()[0] == 0))
            answer = left.pop(0)
            if isinstance(answer, ExtractionError):
                raise answer
            return from_lines(answer)

        monkeypatch.setattr(ocr, "recognise", recognise)
        monkeypatch.setattr(ocr, "usable_languages", lambda wanted: (("deu",), ()))
        return ocr.read_picture(made, ExtractOptions(scratch=tmp_path), dpi=200).text, asked

    return read


def test_a_page_that_was_read_whole_is_read_once(looks):
    assert looks([line("Summe", 100), line("17,95", 600)]) == ("Summe 17,95", [(3, True)])


def test_an_amount_that_was_passed_over_is_set_into_its_row(looks):
    text, asked = looks([line("Summe", 100)], [line("17,95", 600)])
    assert text == "Summe 17,95"
    assert asked == [(3, True), (11, False)]


def test_what_a_second_look_is_unsure_of_is_left_out(looks):
    assert looks([line("Summe", 100)], [line("|/-~", 600, confidence=40.0)])[0] == "Summe"


def test_the_first_look_stands_when_the_second_fails(looks):
    fault = ExtractionError("Recognising the page took too long.", state=ExtractionState.TIMEOUT)
    assert looks([line("Summe", 100)], fault)[0] == "Summe"
