"""Word, PowerPoint, iWork and OpenDocument, read directly: the places in which text hides."""

import io

import pptx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE

from tests.extraction import handmade
from tests.extraction.samples import old_office, packages
from workbench.extraction import ExtractOptions, Mode
from workbench.extraction import media_types as known
from workbench.extraction.office.iwork import IWorkReader
from workbench.extraction.office.protobuf import Damaged, objects, unpacked
from workbench.records import ExtractionState

BOUNDED = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def word(body: str, **parts: str) -> bytes:
    """A Word document of this body and these parts."""

    def document(name: str, content: str) -> str:
        return f'<w:{name} xmlns:w="{_WORD}" xmlns:mc="mc" xmlns:v="v">{content}</w:{name}>'

    members = {f"word/{name}.xml": document("part", content) for name, content in parts.items()}
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
    whole = document("document", f"<w:body>{body}</w:body>")
    return handmade.zipped({"[Content_Types].xml": types, "word/document.xml": whole, **members})


def p(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


BOX = f"<w:txbxContent>{p('Kasten eins')}{p('Kasten zwei')}</w:txbxContent>"
FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGEREF x</w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>Seite 3</w:t></w:r>'
)
BODIES = {
    "a text box follows its paragraph": (
        f"<w:p><w:r><w:t>Vor</w:t></w:r><w:r><mc:Choice>{BOX}</mc:Choice><mc:Fallback>{BOX}</mc:Fallback></w:r>"
        "<w:r><w:t>her</w:t></w:r></w:p>",
        "Vorher\nKasten eins\nKasten zwei",
    ),
    "a text box in a cell": (
        f"<w:tbl><w:tr><w:tc><w:p><w:r>{BOX}<w:t>A</w:t></w:r></w:p></w:tc><w:tc>{p('B')}</w:tc></w:tr></w:tbl>",
        "A \tB\nKasten eins\nKasten zwei",
    ),
    "changes": (
        "<w:p><w:del><w:r><w:delText>alt</w:delText></w:r></w:del><w:ins><w:r><w:t>neu</w:t></w:r></w:ins>"
        "<w:moveFrom><w:r><w:t>weg</w:t></w:r></w:moveFrom></w:p>",
        "neu",
    ),
    "a field shows its result": (f"<w:p>{FIELD}</w:p>", "Seite 3"),
    "a content control": (f"<w:sdt><w:sdtPr/><w:sdtContent>{p('Auswahl')}</w:sdtContent></w:sdt>", "Auswahl"),
    "signs": (
        "<w:p><w:r><w:t>E</w:t><w:noBreakHyphen/><w:t>Mail</w:t><w:softHyphen/><w:t>s</w:t></w:r></w:p>",
        "E-Mails",
    ),
    "cells": (
        f"<w:tbl><w:tr><w:tc>{p('Miete')}</w:tc><w:tc>{p('480')}{p('Euro')}</w:tc></w:tr></w:tbl>",
        "Miete \t480 Euro",
    ),
}


@pytest.mark.parametrize(("body", "text"), BODIES.values(), ids=BODIES)
def test_a_word_document_reads_as_it_is_seen(reading, body, text):
    assert reading(word(body), "a.docx", mode=Mode.FAST).text == text


def test_headers_come_first_and_once_notes_and_comments_after_the_text(reading):
    parts = {
        "header1": p("Kopf"),
        "header2": p("Kopf"),
        "footer1": p("Fuß"),
        "footnotes": p("Note"),
        "comments": p("Hm"),
    }
    text = reading(word(p("Text"), **parts), "a.docx", mode=Mode.FAST).text
    assert text.split("\n") == ["Kopf", "Text", "Hm", "Note", "Fuß"]


def deck() -> bytes:
    """Slides with a group, a table, a chart and notes; the second is hidden."""
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Umsatz"
    slide.shapes.add_group_shape().shapes.add_textbox(0, 0, 9, 9).text_frame.text = "In der Gruppe"
    slide.shapes.add_table(1, 2, 0, 0, 9, 9).table.cell(0, 1).text = "Zelle"
    chart = CategoryChartData()
    chart.categories = ["Nord", "Süd"]
    chart.add_series("Reihe", (1, 2))
    slide.shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, 9, 9, chart)
    slide.notes_slide.notes_text_frame.text = "Nicht vergessen"
    hidden = presentation.slides.add_slide(presentation.slide_layouts[5])
    hidden.shapes.title.text = "Versteckt"
    hidden._element.set("show", "0")
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def test_slides_give_groups_tables_charts_and_notes(reading):
    extraction = reading(deck(), "a.pptx", mode=Mode.FAST)
    first, second = (extraction.text[start:] for start in extraction.page_starts)
    for words in ("Umsatz", "In der Gruppe", "Zelle", "Reihe", "Nord", "Süd", "Nicht vergessen"):
        assert words in first
    assert second == "Versteckt"


def iwork(tmp_path, data: bytes, media_type: str):
    path = tmp_path / "blob"
    path.write_bytes(data)
    return IWorkReader().extract(path, media_type, ExtractOptions(scratch=tmp_path))


def test_iwork_is_read_without_docling(tmp_path):
    extraction = iwork(tmp_path, packages.apple("key", "Ein Anfang", "Zweite\u2028Zeile"), known.KEY)
    assert extraction.text == "Ein Anfang\nZweite\nZeile"
    assert iwork(tmp_path, packages.apple_09("Brief", "Zelle"), known.PAGES).text == "Brief\nZelle"
    nested = handmade.zipped({"Index.zip": packages.apple("numbers", "Bestand")})
    assert iwork(tmp_path, nested, known.NUMBERS).text == "Bestand"


def test_the_preview_of_an_iwork_document_stands_in_for_it(tmp_path):
    data = handmade.zipped({"QuickLook/Preview.pdf": handmade.pdf("Aus der Vorschau")})
    assert iwork(tmp_path, data, known.PAGES).text == "Aus der Vorschau"


def test_an_encrypted_iwork_document_says_so(reading, tmp_path):
    data = handmade.zipped({".iwpv2": b"x", "Index/Document.iwa": b"x"})
    from workbench.errors import ExtractionError

    with pytest.raises(ExtractionError) as fault:
        iwork(tmp_path, data, known.PAGES)
    assert fault.value.state is ExtractionState.ENCRYPTED


def test_a_block_that_repeats_itself_is_unpacked_within_its_limit():
    block = b"\x8e\x08" + b"\x04ab" + b"\xfe\x02\x00" * 16 + b"\x32\x02\x00"
    data = b"\0" + len(block).to_bytes(3, "little") + block
    with pytest.raises(Damaged):
        unpacked(data, most_bytes=100)
    block = b"\x0a" + b"\x04ab" + b"\x1e\x02\x00"
    assert unpacked(b"\0" + len(block).to_bytes(3, "little") + block, most_bytes=100) == b"ab" * 5


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=200))
def test_any_bytes_of_iwork_are_objects_or_damaged(data):
    for stream in (data, b"\0" + len(data).to_bytes(3, "little") + data):
        try:
            list(objects(unpacked(stream, most_bytes=10_000)))
            list(objects(data))
        except Damaged:
            continue


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from([("a.doc", old_office.doc()), ("a.ppt", old_office.ppt()), ("a.xls", old_office.xls())]),
    st.integers(0, 12_000),
    st.binary(min_size=1, max_size=6),
)
def test_any_damage_to_an_old_file_has_a_state(reading, sample, place, noise):
    name, data = sample
    place %= len(data)
    extraction = reading(data[:place] + noise + data[place + len(noise) :], name)
    assert extraction.state is ExtractionState.OK or extraction.message.endswith(".")


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["a.vsdx", "a.odg", "a.xlsb"]), st.integers(0, 5_000), st.binary(min_size=1, max_size=6))
def test_any_damage_to_a_package_has_a_state(reading, name, place, noise):
    whole = {
        "a.vsdx": packages.vsdx(),
        "a.odg": packages.drawing(known.ODG),
        "a.xlsb": packages.xlsb(),
    }[name]
    place %= len(whole)
    extraction = reading(whole[:place] + noise + whole[place + len(noise) :], name, mode=Mode.FAST)
    assert extraction.state is ExtractionState.OK or extraction.message.endswith(".")
