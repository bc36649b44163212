"""Formats written in characters: subtitles, values in columns, LaTeX, light markup, JSON; in any encoding."""

import csv
import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.extraction import Mode
from workbench.extraction.delimited import delimiter, table
from workbench.extraction.encodings import decode, is_text
from workbench.extraction.markup.latex import latex_to_text
from workbench.extraction.subtitles import cues

SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Guten Tag,</i>\r\nFrau Müller!\r\n\r\n"
    "2\r\n00:01:00,000 --> 00:01:02,250\r\n{\\an8}Das kostet 12 Euro.\r\n"
)
VTT = (
    "WEBVTT - Interview\n\nNOTE nur für uns\n\nSTYLE\n::cue { color: red }\n\neins\n"
    "00:01.000 --> 00:02.000 align:start\n"
    "<v.loud Frau Groß>Was <00:01.500><c>kostet</c> das &amp; wann?</v>\n\n01:00:00.000 --> 01:00:05.500\n- 3 < 5\n"
)


@pytest.mark.parametrize("mode", [Mode.FAST, Mode.BALANCED])
def test_subtitles_give_what_is_said_and_how_long_it_takes(reading, mode):
    extraction = reading(SRT.encode("cp1252"), "film.srt", mode=mode)
    assert extraction.text == "Guten Tag,\nFrau Müller!\nDas kostet 12 Euro."
    assert extraction.metadata.duration_s == 62.25
    extraction = reading(VTT.encode(), "film.vtt", mode=mode)
    assert extraction.text == "Frau Groß: Was kostet das & wann?\n- 3 < 5"
    assert (extraction.metadata.title, extraction.metadata.duration_s) == ("Interview", 3605.5)


def test_subtitles_are_told_by_their_content(reading):
    assert reading(SRT.encode(), "film.txt").extractor == "subtitles"


def test_cues_without_a_blank_line_between_keep_their_words():
    text = "1\n00:00:01,0 --> 00:00:02,0\nHallo\n2\n00:00:03,0 --> 00:00:04,0\nWelt"
    assert [(cue.text, cue.end_s) for cue in cues(text)] == [("Hallo", 2.0), ("Welt", 4.0)]


def test_a_file_named_like_subtitles_is_read_as_text(reading):
    extraction = reading(b"nur ein Text", "film.srt")
    assert (extraction.extractor, extraction.text) == ("plain", "nur ein Text")


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="01:,.->\n <v>äx{\\}", max_size=120))
def test_any_text_has_cues_or_none(text):
    assert all(cue.end_s >= 0 for cue in cues(text))


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        ("a.csv", 'Name;Betrag\n"Müller; Söhne";1,50\n', (("Name", "Betrag"), ("Müller; Söhne", "1,50"))),
        ("a.csv", 'a,b,c\n1,"x\ny"\n', (("a", "b", "c"), ("1", "x\ny", ""))),
        ("a.tsv", "a\tb\n1,5\t2\n", (("a", "b"), ("1,5", "2"))),
        ("a.csv", "nur eine Spalte\nzweite\n", (("nur eine Spalte",), ("zweite",))),
    ],
)
def test_values_in_columns_are_a_table_where_it_is_asked_for(reading, name, text, rows):
    extraction = reading(text.encode("cp1252"), name, tables=True, mode=Mode.FAST)
    assert [found.rows for found in extraction.tables] == [rows]
    assert extraction.text == text
    assert reading(text.encode("cp1252"), name).tables == ()


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.text(alphabet="abä\"',;\t| 1\n", min_size=1, max_size=6), min_size=2, max_size=4),
        min_size=1,
        max_size=5,
    ),
    mark=st.sampled_from(",;\t|"),
)
def test_what_was_written_as_columns_comes_back(rows, mark):
    width = max(map(len, rows))
    written = io.StringIO()
    csv.writer(written, delimiter=mark, lineterminator="\n").writerows(rows)
    found, is_whole = table(written.getvalue(), mark)
    expected = tuple(tuple(cell.strip() for cell in row) + ("",) * (width - len(row)) for row in rows)
    assert (found, is_whole) == (expected, True)


def test_a_table_of_many_rows_is_cut_and_says_so(reading):
    extraction = reading(b"a;b\n" * 10_001, "a.csv", tables=True, mode=Mode.FAST)
    assert len(extraction.tables[0].rows) == 10_000
    assert extraction.warnings == ("Only the first 10,000 rows are kept as a table.",)


def test_a_value_without_end_does_no_harm():
    assert table('a;"' + "x" * 300_000, ";")[1] is False
    assert delimiter("") in ",;\t|"


LATEX = r"""\documentclass[a4paper]{article} % geheim
\usepackage[utf8]{inputenc}
\title{Der {\"U}berblick}\author{J\"urgen Gro\ss{}}
\begin{document}\maketitle
\section*{Einf\"uhrung}
Hallo \textbf{Welt}, 50\% \& mehr \cite[S.~3]{quelle}. Caf\'e, \v{S}koda.
\begin{tabular}{|l|r|}
Miete & 12 \\ \hline
\end{tabular}
\end{document}"""


def test_latex_gives_its_words_without_its_commands(reading):
    extraction = reading(LATEX.encode(), "x.tex", mode=Mode.FAST)
    assert (extraction.metadata.title, extraction.metadata.author) == ("Der Überblick", "Jürgen Groß")
    assert "Einführung\nHallo Welt, 50% & mehr" in extraction.text
    assert {"Café,", "Škoda.", "Miete", "12"} <= set(extraction.text.split())
    assert not {"geheim", "quelle", "inputenc", "a4paper"} & set(extraction.text.split())
    assert "\\" not in extraction.text


@pytest.mark.parametrize("piece", ["\\begin{", "\\cite[", "\\title{", "{", "\\c ", " ", "\\", "%", "&", "}{"])
def test_hostile_latex_takes_no_time(piece):
    started = time.process_time()
    latex_to_text(piece * (200_000 // len(piece)))
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "Vorwort\n\n# Der Titel #\n\ntext"),
        ("a.md", "---\nlang: de\ntitle: 'Der Titel'\n---\n\n# Kapitel"),
        ("a.md", "Der Titel\n=========\n"),
        ("a.rst", "=========\nDer Titel\n=========\n\nText"),
        ("a.rst", ".. note\n\nDer Titel\n---------\n"),
        ("a.adoc", "= Der Titel\nAutor\n\nText"),
    ],
)
def test_light_markup_has_a_title(reading, name, text):
    for line_end in ("\n", "\r\n"):
        extraction = reading(text.replace("\n", line_end).encode(), name, mode=Mode.FAST)
        assert extraction.metadata.title == "Der Titel"
        assert extraction.text == text


@pytest.mark.parametrize(
    ("name", "text"), [("a.yaml", "name: Müller\n"), ("a.toml", 'name = "Müller"\n'), ("a.jsonl", '{"n": "Müller"}\n')]
)
def test_data_formats_are_text_as_written(reading, name, text):
    assert reading(text.encode("cp1252"), name).text == text


@settings(max_examples=200, deadline=None)
@given(
    data=st.binary(max_size=200),
    declared=st.sampled_from([None, "", "utf-7", "utf-16", "base64", "hz", "idna", "cp037", "\0", "ü", "x" * 500]),
)
def test_any_bytes_under_any_declared_encoding_become_text(data, declared):
    text, encoding = decode(data, declared=declared)
    assert (isinstance(text, str), bool(encoding)) == (True, True)
    is_text(data)


@settings(max_examples=100, deadline=None)
@given(
    text=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=8, max_size=80),
    junk=st.binary(min_size=1, max_size=2),
    place=st.integers(0, 200),
)
def test_a_spot_of_damage_leaves_the_rest_of_utf8_readable(text, junk, place):
    data = f"Über schöne Grüße, {text} – äöüß".encode() * 12
    place %= len(data)
    damaged, _ = decode(data[:place] + junk + data[place:])
    assert "schöne" in damaged


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("a.json", r'{"text": "Erste\nZweite\tDritte C:\\neu"}', "Erste\nZweite\tDritte C:\\\\neu"),
        ("a.jsonl", '{"a": "x\\ny"}\n{"a": "z"}\n', "x\ny"),
        ("a.yaml", r'ort: "Stra\u00dfe \ud83d\ude00"', "Straße 😀"),
        ("a.txt", "Kran\u00adken\u00adver\u200bsicherung", "Krankenversicherung"),
    ],
)
def test_words_are_whole_and_end_where_they_end(reading, name, written, read):
    assert read in reading(written.encode(), name).text
