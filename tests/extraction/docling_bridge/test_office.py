"""Office and web formats through docling: no word is lost, none comes twice, nothing holds a worker."""

import io
import re
import time
import zipfile
from collections import Counter

import pytest
from docling_core.types.doc import DoclingDocument
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extraction import handmade
from workbench.extraction import Mode
from workbench.extraction.markup.nesting import depth, without_tags
from workbench.records import ExtractionState

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/": "http://purl.oclc.org/ooxml/wordprocessingml/",
    "http://schemas.openxmlformats.org/presentationml/2006/": "http://purl.oclc.org/ooxml/presentationml/",
    "http://schemas.openxmlformats.org/spreadsheetml/2006/": "http://purl.oclc.org/ooxml/spreadsheetml/",
    "http://schemas.openxmlformats.org/drawingml/2006/": "http://purl.oclc.org/ooxml/drawingml/",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/": "http://purl.oclc.org/ooxml/officeDocument/relationships/",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "http://purl.oclc.org/ooxml/officeDocument/relationships",
}


def changed(package: bytes, change) -> bytes:
    """A package whose XML parts went through `change(name, text)`."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        members: dict[str, str | bytes] = {}
        for name in archive.namelist():
            data = archive.read(name)
            members[name] = change(name, data.decode()) if name.endswith((".xml", ".rels")) else data
    return handmade.zipped(members)


def strict(package: bytes) -> bytes:
    """A package in the strict variant of its format."""

    def rename(name: str, text: str) -> str:
        for plain, renamed in STRICT.items():
            text = text.replace(plain, renamed)
        return text

    return changed(package, rename)


def of_kind(package: bytes, plain: str, kind: str) -> bytes:
    """A package that says it is of another kind."""
    return changed(package, lambda name, text: text.replace(plain, kind) if name == "[Content_Types].xml" else text)


def with_body(body: str) -> bytes:
    """A Word document with this XML before what it has."""
    return changed(
        handmade.docx(),
        lambda name, text: text.replace("<w:body>", f"<w:body>{body}") if name == "word/document.xml" else text,
    )


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
KINDS = [
    ("x.docx", lambda: strict(handmade.docx()), ["Kündigung", "Kaltmiete", "Rheingold"]),
    ("x.pptx", lambda: strict(handmade.pptx()), ["Unser Konzept", "Zahlen nennen"]),
    ("x.xlsx", lambda: strict(handmade.xlsx()), ["Umsätze", "März", "geprüft von Käthe"]),
    (
        "x.docm",
        lambda: of_kind(handmade.docx(), WORD, "application/vnd.ms-word.document.macroEnabled.main+xml"),
        ["Kündigung"],
    ),
    ("x.dotx", lambda: of_kind(handmade.docx(), WORD, WORD.replace("document.main", "template.main")), ["Kündigung"]),
    (
        "x.ppsx",
        lambda: of_kind(handmade.pptx(), SLIDES, SLIDES.replace("presentation.main", "slideshow.main")),
        ["Unser Konzept"],
    ),
    (
        "x.pptm",
        lambda: of_kind(handmade.pptx(), SLIDES, "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"),
        ["Unser Konzept"],
    ),
]


@pytest.mark.parametrize("mode", [Mode.BALANCED, Mode.FAST, Mode.STRUCTURED])
@pytest.mark.parametrize(("name", "content", "words"), KINDS, ids=[f"{n}-{case[0]}" for n, case in enumerate(KINDS)])
def test_every_kind_of_office_package_is_read(reading, name, content, words, mode):
    extraction = reading(content(), name, mode=mode)
    assert (extraction.state, extraction.warnings) == (ExtractionState.OK, ())
    assert not [word for word in words if word not in extraction.text]
    assert (extraction.extractor == "docling") is (mode is not Mode.FAST)
    assert (extraction.structure is not None) is (mode is Mode.STRUCTURED)


@pytest.mark.parametrize("name", ["docx", "pptx", "xlsx", "odt", "epub"])
def test_structure_is_docling_s_document(reading, name):
    structure = reading(getattr(handmade, name)(), f"x.{name}", mode=Mode.STRUCTURED).structure
    document = DoclingDocument.model_validate_json(structure)
    assert document.texts or document.tables


CHANGES = (
    f'<w:p xmlns:w="{W}"><w:r><w:t>Der Preis ist </w:t></w:r>'
    '<w:del w:id="1" w:author="K"><w:r><w:delText>hundertfach</w:delText></w:r></w:del>'
    '<w:ins w:id="2" w:author="K"><w:r><w:t>zweihundertfach</w:t></w:r></w:ins></w:p>'
)


@pytest.mark.parametrize("mode", [Mode.BALANCED, Mode.FAST])
def test_what_was_deleted_is_gone_and_what_was_inserted_is_there(reading, mode):
    text = reading(with_body(CHANGES), "x.docx", mode=mode).text
    assert "zweihundertfach" in text
    assert not re.search(r"\bhundertfach", text)


MOVED = (
    f'<w:p xmlns:w="{W}"><w:r><w:t>Ein langer Absatz steht nur einmal im Text, auch wenn </w:t></w:r>'
    '<w:moveFrom w:id="9" w:author="K"><w:r><w:t>fortgetragen</w:t></w:r></w:moveFrom>'
    '<w:moveTo w:id="9" w:author="K"><w:r><w:t>hergeschoben</w:t></w:r></w:moveTo>'
    "<w:r><w:t> in ihm ein Wort steht.</w:t></w:r></w:p>"
)


@pytest.mark.parametrize("mode", [Mode.BALANCED, Mode.FAST])
def test_a_word_that_docling_leaves_out_does_not_bring_its_paragraph_twice(reading, mode):
    counts = Counter(re.findall(r"\w+", reading(with_body(MOVED), "x.docx", mode=mode).text))
    assert (counts["Absatz"], counts["hergeschoben"], counts["fortgetragen"]) == (1, 1, 0)


def test_comments_in_the_xml_do_not_keep_docling_from_reading(reading):
    extraction = reading(with_body("<!-- von Hand --><?mso wie es war?>"), "x.docx", mode=Mode.STRUCTURED)
    assert (extraction.extractor, extraction.warnings) == ("docling", ())


def test_what_docling_stumbles_over_is_taken_out_before_it_tries_again(monkeypatch):
    from workbench.extraction.docling_bridge import reader

    seen = []

    def stumbling(data, kind):
        seen.append(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if b"<!--" in archive.read("word/document.xml"):
                raise RuntimeError("tag")
        return "read"

    monkeypatch.setattr(reader, "_convert", stumbling)
    assert reader._converted(with_body("<!-- x -->"), "docx") == "read"
    assert len(seen) == 2


def test_cells_that_span_others_are_written_once(reading):
    import docx

    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    table.cell(0, 0).merge(table.cell(0, 2)).text = "Überschrift"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "Seitenwort"
    table.cell(2, 2).text = "Zelle"
    buffer = io.BytesIO()
    document.save(buffer)
    counts = Counter(re.findall(r"\w+", reading(buffer.getvalue(), "x.docx").text))
    assert counts == {"Überschrift": 1, "Seitenwort": 1, "Zelle": 1}


def test_tables_in_tables_lose_nothing(reading):
    import docx

    document = docx.Document()
    outer = document.add_table(rows=2, cols=2)
    outer.cell(0, 0).text = "außen"
    inner = outer.cell(1, 1).add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "innen", "daneben"
    buffer = io.BytesIO()
    document.save(buffer)
    counts = Counter(re.findall(r"\w+", reading(buffer.getvalue(), "x.docx").text))
    assert counts == {"außen": 1, "innen": 1, "daneben": 1}


def test_hidden_sheets_and_merged_cells_are_read(reading):
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"] = "Kopfzeile"
    book.active.merge_cells("A1:C1")
    book.active["A2"] = "Inhalt"
    hidden = book.create_sheet("Verborgen")
    hidden["A1"], hidden.sheet_state = "Geheimes", "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    counts = Counter(re.findall(r"\w+", reading(buffer.getvalue(), "x.xlsx").text))
    assert counts["Kopfzeile"] == counts["Inhalt"] == 1
    assert counts["Verborgen"] == 1
    assert counts["Geheimes"] == 1


BOMBS = [
    ("x.docx", lambda: with_body("<w:p/>" * 60_000)),
    ("x.docx", lambda: with_body("<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 40_000)),
]


@pytest.mark.parametrize(("name", "content"), BOMBS)
def test_a_document_of_very_many_paragraphs_is_read_directly(reading, name, content):
    started = time.process_time()
    extraction = reading(content(), name)
    assert (extraction.extractor, extraction.warnings) == ("word", ())
    assert "Kaltmiete" in extraction.text
    assert time.process_time() - started < 6


@pytest.mark.parametrize("depth", [300, 100_000])
def test_deeply_nested_pages_are_read_directly_and_fast(reading, depth):
    page = f"<html><body>{'<div>' * depth}Ganz <b>un</b>ten &amp; allein{'</div>' * depth}<p>Ende</body></html>"
    started = time.process_time()
    extraction = reading(page.encode(), "x.html")
    assert (extraction.extractor, extraction.warnings) == ("html", ())
    assert extraction.text.split("\n")[0] == "Ganz unten & allein"
    assert extraction.text.endswith("Ende")
    assert time.process_time() - started < 3


def test_books_and_web_archives_are_not_walked_down_either(reading):
    nested = f"{'<div>' * 3_000}Ganz unten{'</div>' * 3_000}"
    archive = (
        "From: a\r\nSnapshot-Content-Location: http://example.invalid/\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/html\r\n\r\n<html><body>{nested}</body></html>\r\n--b--\r\n"
    )
    started = time.process_time()
    for data, name in ((handmade.epub(nested), "x.epub"), (archive.encode(), "x.mhtml")):
        extraction = reading(data, name)
        assert (extraction.extractor, extraction.warnings) == (name.partition(".")[2], ())
        assert "Ganz unten" in extraction.text
    assert time.process_time() - started < 3


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text("<>/abdivp \"'=!-", max_size=200))
def test_the_depth_of_any_text_is_told_and_its_tags_can_be_taken_out(text):
    assert 0 <= depth(text, enough=5) <= 5
    assert len(without_tags(text)) <= len(text)


def test_pages_of_many_elements_that_need_no_end_are_not_deep(reading):
    page = "<ul>" + "<li>Punkt<p>Absatz<br>" * 500 + "</ul>"
    assert reading(page.encode(), "x.html").extractor == "docling"


def test_slides_are_told_apart(reading):
    extraction = reading(handmade.pptx(), "x.pptx")
    assert (extraction.extractor, len(extraction.page_starts)) == ("docling", extraction.metadata.page_count)
    assert extraction.text[extraction.page_starts[1] :].strip()


@pytest.mark.parametrize("name", ["x.docx", "x.xlsx"])
def test_tables_are_given_where_they_are_asked_for(reading, name):
    data = {"x.docx": handmade.docx, "x.xlsx": handmade.xlsx}[name]()
    assert reading(data, name).tables == ()
    cells = [cell for table in reading(data, name, tables=True).tables for row in table.rows for cell in row]
    assert cells
