"""Words stay what they are through docling: in any encoding, across formats and before the marks of notes."""

import io
import re
import zipfile
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extraction import handmade
from workbench.extraction import Mode
from workbench.extraction.docling_bridge.seams import mended

WORDS = re.compile(r"[^\W_]+")
LATIN = ("iso-8859-1", "windows-1252", "utf-8")
SENTENCE = "Größere Äpfel fürs Frühstück kosten fünf Euro"


def page(body: str, encoding: str) -> bytes:
    return (f'<html><head><meta charset="{encoding}"><title>t</title></head><body><p>{body}</p></body></html>').encode(
        encoding
    )


def web_archive(html: bytes, encoding: str) -> bytes:
    head = (
        "From: a\r\nSnapshot-Content-Location: http://example.invalid/\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/html; charset={encoding}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return head.encode() + html + b"\r\n--b--\r\n"


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [*((kind, each) for kind in ("x.html", "x.mhtml") for each in LATIN), ("x.html", "utf-16")],
)
def test_a_page_in_any_encoding_gives_its_words_and_no_others(reading, kind, encoding):
    data = page(SENTENCE, encoding)
    if kind == "x.mhtml":
        data = web_archive(data, encoding)
    extraction = reading(data, kind)
    assert (extraction.extractor, WORDS.findall(extraction.text)) == ("docling", SENTENCE.split())


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8"])
def test_a_book_in_any_encoding_gives_its_words_and_no_others(reading, encoding):
    chapter = f'<?xml version="1.0" encoding="{encoding}"?><html><body><p>{SENTENCE}</p></body></html>'
    book = handmade.epub("PLATZ")
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members = {name: chapter.encode(encoding) if b"PLATZ" in data else data for name, data in members.items()}
    found = Counter(WORDS.findall(reading(handmade.zipped(members), "x.epub").text))
    assert all(found[word] == 1 for word in SENTENCE.split())
    assert not [word for word in found if "Ã" in word or "\ufffd" in word]


FORMATTED = "Die <b>stark</b>e Br<i>üh</i>e und ei<u>n</u> <b>a</b> b stehen <i>hier</i> oben"


@pytest.mark.parametrize("kind", ["x.html", "x.epub"])
def test_words_formatted_in_the_middle_stay_whole(reading, kind):
    data = page(FORMATTED, "utf-8") if kind == "x.html" else handmade.epub(f"<p>{FORMATTED}</p>")
    extraction = reading(data, kind)
    assert "Die starke Brühe und ein a b stehen hier oben" in re.sub(r"[*_~]", "", extraction.text)
    assert {"starke", "Brühe", "ein", "a", "b"} <= set(WORDS.findall(extraction.text))
    assert not {"stark", "üh", "ei", "ab"} & set(WORDS.findall(extraction.text))


def test_words_of_several_runs_stay_whole_in_word_documents(reading):
    import docx

    document = docx.Document()
    paragraph = document.add_paragraph()
    for text, is_bold in (("Die ", False), ("stark", True), ("e Br", False), ("üh", True), ("e mit ", False)):
        paragraph.add_run(text).bold = is_bold
    paragraph.add_run("a").bold = True
    paragraph.add_run(" b")
    buffer = io.BytesIO()
    document.save(buffer)
    extraction = reading(buffer.getvalue(), "x.docx")
    assert extraction.extractor == "docling"
    assert WORDS.findall(extraction.text) == ["Die", "starke", "Brühe", "mit", "a", "b"]


MENDED = [
    ("die **stark** e Frau", ["die starke Frau"], "die **starke** Frau"),
    ("*ei* **n** e und", ["eine und"], "***eine*** und"),
    ("siehe a b und ab", ["siehe a b und ab"], "siehe a b und ab"),
    ("a b hier, dort a b", ["a b hier, dort ab"], "a b hier, dort ab"),
    ("Wort1 steht", ["Wort 1 steht"], "Wort 1 steht"),
    ("Trennzeichen", ["Trenn\xadzeichen"], "Trennzeichen"),
    ("ganz anders", [], "ganz anders"),
]


@pytest.mark.parametrize(("text", "lines", "expected"), MENDED)
def test_only_blanks_and_marks_between_words_are_moved(text, lines, expected):
    assert mended(text, lines) == expected


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text("ab *[]\n1", max_size=40), st.lists(st.text("ab 1\xad", max_size=20), max_size=4))
def test_mending_keeps_every_letter(text, lines):
    assert "".join(WORDS.findall(mended(text, lines))) == "".join(WORDS.findall(text))
    assert sorted(mended(text, lines).replace(" ", "")) == sorted(text.replace(" ", ""))


NOTES = [
    ("Das Beispiel<sup>1</sup> und 25 m<sup>2</sup> Fläche", "Das Beispiel 1 und 25 m2 Fläche"),
    ('am Ort<a href="#n1"><sup>2</sup></a> und dort<sup><a href="#n2">[3]</a></sup>', "am Ort 2 und dort [3]"),
    ('im Buch<a role="doc-noteref" href="#n">4</a>.', "im Buch 4."),
    ('Wort<a href="#n">bildung</a>', "Wortbildung"),
    ('<sup id="n"><a href="#m">1</a></sup>Erklärung', "1 Erklärung"),
    ('<sup><a href="#m">1</a></sup><span>Erklärung</span>', "1 Erklärung"),
    ("<b>3</b>D-Druck", "3D-Druck"),
]


@pytest.mark.parametrize(("html", "expected"), NOTES)
def test_the_mark_of_a_note_is_no_part_of_the_word_before_it(reading, html, expected):
    assert reading(page(html, "utf-8"), "x.html", mode=Mode.FAST).text == expected
    words = WORDS.findall(expected)
    assert WORDS.findall(reading(page(html, "utf-8"), "x.html").text)[: len(words)] == words


def test_the_mark_of_a_note_stands_apart_in_open_documents(reading):
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        "<text:note-body><text:p>Erklärung</text:p></text:note-body></text:note>"
    )
    with zipfile.ZipFile(io.BytesIO(handmade.odt())) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    content = bytes(members["content.xml"]).decode()
    members["content.xml"] = content.replace("Der Beitrag", f"Das Beispiel{note} Der Beitrag")
    for mode in (Mode.FAST, Mode.BALANCED):
        words = WORDS.findall(reading(handmade.zipped(members), "x.odt", mode=mode).text)
        assert {"Beispiel", "Erklärung"} <= set(words)
        assert "Beispiel1" not in words


LATEX = (
    r"\documentclass{article}\title{Über Brücken}\begin{document}\maketitle Ein \textsc{Kapitälchen}wort"
    r"\marginpar{Randvermerk} und \href{http://example.invalid}{Anzeige} am Ort\\Sehr geehrte \end{document}"
)


@pytest.mark.parametrize("mode", [Mode.BALANCED, Mode.STRUCTURED])
def test_latex_keeps_the_words_of_its_own_reader(reading, mode):
    extraction = reading(LATEX.encode(), "x.tex", mode=mode)
    assert extraction.text == reading(LATEX.encode(), "x.tex", mode=Mode.FAST).text
    assert extraction.metadata.title == "Über Brücken"
    assert {"Randvermerk", "Anzeige", "Ort", "Sehr"} <= set(WORDS.findall(extraction.text))
    assert (extraction.structure is not None) is (mode is Mode.STRUCTURED)


def test_markdown_keeps_its_title_with_structure(reading):
    extraction = reading(b"# Der Titel\n\nText\n", "x.md", mode=Mode.STRUCTURED)
    assert (extraction.extractor, extraction.metadata.title) == ("docling", "Der Titel")
    assert extraction.structure
