"""The order in which a page's words are read: turned text, near columns, columns that look like cells."""

import io
import re
from dataclasses import replace

import pytest

from tests.extraction.docling_bridge.papers import HEIGHT, WIDTH
from workbench.extraction import Mode
from workbench.extraction.docling_bridge.grids import grids
from workbench.extraction.docling_bridge.lines import Line, grown, gutters, joined, rows
from workbench.extraction.docling_bridge.pdf import _best
from workbench.extraction.docling_bridge.ranges import Structured

PROSE = (
    "Die Kisten stehen seit gestern im hinteren Lager und werden am Montag geholt, sobald der große Wagen frei ist.",
    "Wer sie vorher braucht, meldet sich bei der Leitung und trägt sich in die Liste ein, die am Tor hängt.",
    "Alles andere bleibt wie besprochen, auch wenn die Rampe noch nicht trocken und der Weg dahin gesperrt ist.",
)


def wrapped(text: str, letters: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def drawn(draw) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=True)
    canvas.setFont("Helvetica", 10)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def column(canvas, lines, left: float, top: float, *, leading: float = 13) -> None:
    for number, text in enumerate(lines):
        canvas.drawString(left, top - number * leading, text)


def flat(text: str) -> str:
    return " ".join(re.sub(r"[#|]", " ", text).split())


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_text_that_is_turned_is_read_line_by_line(reading, degrees):
    def draw(canvas):
        canvas.translate(WIDTH / 2, HEIGHT / 2)
        canvas.rotate(degrees)
        column(canvas, wrapped(PROSE[0], 30), -150, 100)
        column(canvas, wrapped(PROSE[1], 30), -150, 20)

    text = reading(drawn(draw), "x.pdf", mode=Mode.STRUCTURED).text
    assert flat(text) == f"{PROSE[0]} {PROSE[1]}"
    assert "#" not in text


def test_three_columns_of_prose_are_no_table(reading):
    def draw(canvas):
        for place, text in enumerate(PROSE):
            column(canvas, wrapped(text, 26), 50 + 170 * place, 700)

    text = reading(drawn(draw), "x.pdf", mode=Mode.STRUCTURED).text
    assert flat(text) == " ".join(PROSE)
    assert "|" not in text


def test_columns_nearer_than_a_letter_is_high_are_read_one_after_the_other(reading):
    from reportlab.pdfbase.pdfmetrics import stringWidth

    def draw(canvas):
        left = wrapped(f"{PROSE[0]} {PROSE[1]}", 32)
        width = max(stringWidth(each, "Helvetica", 10) for each in left)
        column(canvas, left, 50, 700)
        column(canvas, wrapped(f"{PROSE[2]} {PROSE[0]}", 32), 50 + width + 7, 700)

    text = reading(drawn(draw), "x.pdf", mode=Mode.STRUCTURED).text
    assert flat(text) == " ".join((PROSE[0], PROSE[1], PROSE[2], PROSE[0]))


def words(text: str, top: float, *, width: float = 5, height: float = 10, left: float = 0) -> list[Line]:
    found = []
    for word in text.split(" "):
        right = left + width * len(word)
        found.append(Line(left=left, top=top, right=right, bottom=top + height, text=word, font="Serif"))
        left = right + width
    return found


def test_a_strip_between_words_parts_columns_only_where_it_runs_through_many_rows():
    for count, expected in ((5, 0), (7, 1)):
        level = rows(line for n in range(count) for line in words("aaaa bbbb", 12 * n))
        assert len(gutters(level)) == expected


def test_a_table_with_descriptions_over_several_lines_is_still_one():
    described = ["Eine lange Beschreibung,", "die weiter unten endet", "und noch etwas länger", "wird als gedacht"]
    lines: list[Line] = []
    for number in range(3):
        top = 60.0 * number
        lines += joined(words(f"A{number}", top))
        lines += joined(words(f"{number}2,50", top, left=400))
        for place, text in enumerate(described):
            lines += joined(words(text, top + 12 * place, left=80))
    assert [grid.column_count for grid in grids(lines, [])] == [3]


def test_letters_of_fonts_without_a_height_are_as_high_as_others():
    low = words("viele Buchstaben nebeneinander", 100, height=2)
    assert {round(line.height) for line in grown(low)} == {9}
    usual = words("viele Buchstaben nebeneinander", 100)
    assert grown(usual) == usual
    ideographs = [replace(line, text="漢字漢字") for line in words("xxxx", 0, height=5)]
    assert grown(ideographs) == ideographs


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_line_that_is_turned_there_and_back_is_where_it_was(quarters):
    (line,) = words("hin", 20, left=5)
    assert line.turned(quarters).turned(-quarters) == line
    assert line.turned(1).turned(1) == line.turned(2)


def test_a_page_whose_words_docling_shuffled_is_read_directly():
    plain = " ".join(PROSE)
    shuffled = " ".join(sorted(plain.split()))
    page, notes = _best(1, plain, Structured(texts={1: shuffled}))
    assert page == plain
    assert "lost the order" in notes[0]
    in_blocks = "\n".join(reversed(PROSE))
    assert _best(1, plain, Structured(texts={1: in_blocks})) == (in_blocks, ())
