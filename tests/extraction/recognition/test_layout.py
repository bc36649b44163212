"""Tesseract's table of words becomes text in reading order."""

from hypothesis import given
from hypothesis import strategies as st

from workbench.extraction.recognition.layout import Line, confidence, joined, lines_of, ordered
from workbench.records import Word

HEADER = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"


def table(*lines: tuple[int, int, int, str]) -> str:
    """A table of lines, each a block of its own: block, left, top, text."""
    rows = []
    for block, left, top, text in lines:
        for number, word in enumerate(text.split()):
            rows.append(f"5\t1\t{block}\t1\t1\t{number}\t{left + 60 * number}\t{top}\t50\t20\t90.5\t{word}")
    return HEADER + "\n".join(rows)


def text(made: str) -> str:
    return joined(ordered(lines_of(made)))


def test_names_and_amounts_of_an_invoice_stand_side_by_side():
    made = table((1, 0, 0, "Netto"), (2, 0, 30, "Brutto"), (3, 900, 2, "100,00"), (4, 900, 32, "119,00"))
    assert text(made) == "Netto 100,00\nBrutto 119,00"


def test_cells_of_a_row_are_read_from_left_to_right():
    made = table((2, 900, 2, "119,00"), (1, 0, 0, "Brutto"), (3, 400, 1, "EUR"))
    assert text(made) == "Brutto EUR 119,00"


def test_columns_of_prose_are_read_one_after_the_other():
    left = [(1 + n, 0, 30 * n, f"links steht der längere Satz {n}") for n in range(8)]
    right = [(20 + n, 700, 30 * n, f"rechts steht ein anderer Satz {n}") for n in range(8)]
    read = [line.split()[0] for line in text(table(*left, *right)).split("\n") if line]
    assert read == ["links"] * 8 + ["rechts"] * 8


def column(first, left, top, count, start):
    """Lines of prose below each other, each a block of its own."""
    return [(first + n, left, top + 30 * n, f"{start} steht ein längerer Satz {n}") for n in range(count)]


def starts(*lines):
    return [line.split()[0] for line in text(table(*lines)).split("\n") if line]


def test_a_page_of_prose_beside_one_of_entries_is_not_mixed_with_it():
    entries = [(200 + n, 700, 200 + 30 * n, "rechts") for n in range(9)]
    amounts = [(300 + n, 1500, 202 + 30 * n, "9,99") for n in range(9)]
    lines = [*column(1, 0, 0, 16, "links"), *column(100, 700, 0, 6, "rechts"), *entries, *amounts]
    assert starts(*lines) == ["links"] * 16 + ["rechts"] * 15
    assert text(table(*lines)).count("rechts 9,99") == 9


def test_a_headline_across_two_columns_stays_above_them():
    head = (1, 300, 0, "Eine Zeile geht über beide Spalten der Seite hinweg")
    lines = [head, *column(100, 0, 60, 8, "links"), *column(200, 500, 60, 8, "rechts")]
    assert starts(*lines) == ["Eine"] + ["links"] * 8 + ["rechts"] * 8


def test_three_columns_are_read_one_after_the_other():
    lines = [line for place, name in enumerate("abc") for line in column(100 * place, 500 * place, 0, 8, name)]
    assert starts(*lines) == ["a"] * 8 + ["b"] * 8 + ["c"] * 8


def test_entries_of_a_form_are_read_row_by_row():
    # Long enough for prose, but most are short of the edge of their column.
    lines = [*column(100, 0, 0, 20, "links"), *column(200, 1500, 0, 20, "rechts")]
    lines[::4] = [(*line[:3], line[3] + " weiter" * 10) for line in lines[::4]]
    assert "links steht ein längerer Satz 1 rechts steht ein längerer Satz 1\n" in text(table(*lines))


def test_lines_that_lean_are_not_put_side_by_side():
    high = [
        Line(place=("1", "1"), words=(Word(text=name, confidence=90, box=(0, 30 * n, 1000, 30 * n + 70)),))
        for n, name in enumerate("abc")
    ]
    assert [[line.text for line in row] for row in ordered(high)] == [["a"], ["b"], ["c"]]


def test_a_gap_is_a_blank_line():
    assert text(table((1, 0, 0, "oben"), (2, 0, 25, "darunter"), (3, 0, 300, "unten"))) == "oben\ndarunter\n\nunten"


def test_words_keep_their_confidence_and_box():
    (line,) = lines_of(table((1, 10, 20, "Wort")))
    assert line.words[0].confidence == 90.5
    assert line.words[0].box == (10, 20, 60, 40)
    assert confidence(line.words) == 90.5


def test_an_empty_table_is_an_empty_text():
    assert text(HEADER) == text("") == ""
    assert confidence(()) == 0.0


@given(st.text(max_size=300) | st.text(alphabet="5\t\n.-e1aß", max_size=300))
def test_any_table_is_read_without_a_crash(noise):
    rows = ordered(lines_of(HEADER + noise))
    assert joined(rows).count("\x00") <= noise.count("\x00")


@given(st.lists(st.lists(st.sampled_from(["-1", "0", "5", "1e400", "nan", "x", "", "20"]), min_size=12, max_size=12)))
def test_any_cells_give_words_of_bounded_confidence(rows):
    made = HEADER + "\n".join("\t".join(["5", *row[1:]]) for row in rows)
    for line in lines_of(made):
        assert all(0 <= word.confidence <= 100 for word in line.words)
    joined(ordered(lines_of(made)))
