"""Lines, columns, blocks and tables by geometry alone."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.extraction.docling_bridge.blocks import Role, Style, blocks, repeated
from workbench.extraction.docling_bridge.columns import regions
from workbench.extraction.docling_bridge.grids import grids
from workbench.extraction.docling_bridge.lines import Box, Line, joined
from workbench.extraction.docling_bridge.words import flowing

STYLE = Style(height=10, is_bold=False)


def line(text: str, left: float, top: float, *, height: float = 10, font: str = "Serif") -> Line:
    """A line in which each letter is half as wide as it is high."""
    return Line(left=left, top=top, right=left + len(text) * height / 2, bottom=top + height, text=text, font=font)


def texts(lines) -> list[str]:
    return [each.text for each in lines]


def test_pieces_of_a_line_are_joined_with_a_blank_only_where_there_is_one():
    pieces = [line("Rech", 0, 0), line("nung", 20.5, 0, font="Bold"), line("vom", 44, 0), line("Datum", 100, 0)]
    assert texts(joined(pieces)) == ["Rechnung vom", "Datum"]


def test_a_stroke_between_two_words_keeps_them_apart():
    wall = Box(left=22, right=22, top=-5, bottom=20)
    assert texts(joined([line("Menge", 0, 0, height=8), line("Preis", 24, 0, height=8)], [wall])) == ["Menge", "Preis"]


def test_a_text_that_is_printed_twice_for_bold_is_read_once():
    assert texts(joined([line("Summe", 0, 0), line("Summe", 0.4, 0.2)])) == ["Summe"]


def test_writing_from_right_to_left_is_joined_from_the_right():
    pieces = [replace(line("שלום", 30, 0), is_leftward=True), replace(line("עולם", 5, 0), is_leftward=True)]
    assert texts(joined(pieces)) == ["שלום עולם"]


def test_a_heading_over_two_columns_comes_before_both():
    heading = line("Eine Überschrift über beide Spalten hinweg", 20, 0)
    left = [line(f"links in Zeile {n} der Spalte", 0, 30 + 12 * n) for n in range(5)]
    right = [line(f"rechts in Zeile {n} der Spalte", 200, 34 + 12 * n) for n in range(5)]
    found = [each for region in regions([*right, heading, *left]) for each in region]
    assert found == [heading, *left, *right]


def test_amounts_stay_beside_their_names():
    names = [line(f"Gesamtbetrag der Sache {n}", 0, 20 * n) for n in range(4)]
    sums = [line(f"{n}28,50", 300, 20 * n) for n in range(4)]
    found = blocks([*names, *sums], height=800, style=STYLE)
    assert found[0].lines[0].text == "Gesamtbetrag der Sache 0 028,50"


@pytest.mark.parametrize(
    ("text", "font", "height", "role"),
    [
        ("Die Zusammenfassung", "Serif", 14, Role.HEADING),
        ("Die Zusammenfassung", "Serif-Bold", 10, Role.HEADING),
        ("Die Zusammenfassung", "Serif", 10, Role.TEXT),
        ("Er kam, sah und ging.", "Serif-Bold", 10, Role.TEXT),
        ("• ein Punkt", "Serif", 10, Role.ITEM),
        ("2.1 ein Absatz, der weitergeht,", "Serif", 10, Role.ITEM),
        ("(7) ein Absatz, der weitergeht,", "Serif", 10, Role.ITEM),
        ("(a) ein Absatz, den docling umnummerieren würde,", "Serif", 10, Role.TEXT),
        ("Abbildung 3: Das Lager", "Serif", 10, Role.CAPTION),
        ("1.250,00", "Serif", 18, Role.TEXT),
    ],
)
def test_a_line_has_its_role(text, font, height, role):
    (block,) = blocks([line(text, 50, 300, font=font, height=height)], height=800, style=STYLE)
    assert block.role is role


def test_what_stands_at_the_edge_of_several_pages_is_a_header_or_footer():
    pages = [(800.0, [line("Vertrag 4711", 50, 20), line(f"Inhalt {n}", 50, 300)]) for n in range(3)]
    margins = repeated(pages)
    found = blocks([*pages[0][1], line("Seite 1 von 3", 50, 780)], height=800, style=STYLE, margins=margins)
    assert [block.role for block in found] == [Role.HEADER, Role.TEXT, Role.FOOTER]


def test_paragraphs_are_parted_by_gaps_and_by_short_last_lines():
    lines = [
        line("Der erste Absatz hat zwei lange Zeilen, von denen", 50, 100),
        line("die zweite früh endet.", 50, 112),
        line("Der zweite Absatz schließt sich ohne Abstand an ihn", 50, 124),
        line("Der dritte nach einer Lücke", 50, 160),
    ]
    assert [len(block.lines) for block in blocks(lines, height=800, style=STYLE)] == [2, 1, 1]


def ruled_lines(xs, ys) -> list[Box]:
    level = [Box(left=xs[0], right=xs[-1], top=y, bottom=y) for y in ys]
    return [*level, *(Box(left=x, right=x, top=ys[0], bottom=ys[-1]) for x in xs)]


def test_ruled_cells_may_span_columns():
    rules = [rule for rule in ruled_lines([0, 100, 200], [0, 20, 40, 60]) if rule.left != 100 or rule.width > 0]
    rules.append(Box(left=100, right=100, top=20, bottom=60))
    lines = [line("Überschrift", 60, 5), *(line(f"Zelle{n}", 10 + n % 2 * 100, 25 + n // 2 * 20) for n in range(4))]
    (grid,) = grids(lines, rules)
    assert (grid.row_count, grid.column_count) == (3, 2)
    assert [(cell.text, cell.column_end - cell.column) for cell in grid.cells] == [
        ("Überschrift", 2),
        ("Zelle0", 1),
        ("Zelle1", 1),
        ("Zelle2", 1),
        ("Zelle3", 1),
    ]


def test_a_frame_around_a_page_is_no_table():
    lines = [line(f"Zeile {n} eines gewöhnlichen Briefes", 50, 50 + 14 * n) for n in range(10)]
    assert grids(lines, ruled_lines([20, 500], [20, 700])) == []


def test_two_columns_of_prose_are_no_table():
    lines = [line("ein Satz, der in einer Spalte weitergeht", left, 14 * n) for n in range(12) for left in (0, 280)]
    assert grids(lines, []) == []


def test_a_hostile_drawing_of_strokes_takes_no_time():
    rules = [Box(left=n, right=n, top=n % 7, bottom=500 + n % 11) for n in range(5_000)]
    assert grids([line("Text", 10, 10)], rules) == []


BOXES = st.builds(
    lambda text, left, top, height: line(text, left, top, height=height),
    st.text("abc ÄÖ123.,-•", min_size=1, max_size=20),
    st.floats(-50, 600, width=16),
    st.floats(-50, 900, width=16),
    st.sampled_from([0.0, 0.5, 8, 10, 10, 14, 300]),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(BOXES, max_size=40))
def test_no_word_is_lost_whatever_the_page_looks_like(pieces):
    wanted = sorted("".join(piece.text for piece in pieces).replace(" ", ""))
    lines = joined(pieces)
    doubled = len(wanted) - len("".join(texts(lines)).replace(" ", ""))
    found = grids(lines, [])
    inside = [each for grid in found for each in grid.lines]
    outside = [each for each in lines if all(each is not held for held in inside)]
    page = blocks(outside, height=800, style=Style.of(lines))
    written = "".join(each.text for block in page for each in block.lines) + "".join(texts(inside))
    # Only what is printed twice at one place may go.
    assert doubled >= 0
    assert len(written.replace(" ", "")) == len(wanted) - doubled


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["Der Miet-", "vertrag"], "Der Mietvertrag"),
        (["per E-", "Mail"], "per E-Mail"),
        (["von 3 -", "und mehr"], "von 3 - und mehr"),
        (["Ober\xad", "fläche"], "Oberfläche"),
        (["ﬁnden", " und ", ""], "finden und"),
        ([], ""),
    ],
)
def test_lines_flow_into_a_text(lines, text):
    assert flowing(lines) == text
