"""PDFs that are read with their structure: headings, columns, lists and tables in reading order."""

import json
import re

import pytest
from docling_core.types.doc import DoclingDocument

from tests.extraction import handmade
from tests.extraction.docling_bridge import papers
from workbench.extraction import Caps, Mode, formats
from workbench.extraction import media_types as known
from workbench.records import ExtractionState


@pytest.fixture
def structured(reading):
    """Read bytes as a PDF with its structure."""

    def read_it(data, **options):
        return reading(data, "x.pdf", mode=Mode.STRUCTURED, **options)

    return read_it


def test_columns_are_read_one_after_the_other(structured):
    text = structured(papers.article()).text
    words = re.findall(r"\b(?:Regal|Kiste|Palette|Stapler|Rampe|Tor)\d+\b", text)
    expected = [f"{topic}{n}" for topic in ("Regal", "Kiste", "Palette", "Stapler", "Rampe", "Tor") for n in range(70)]
    assert words == expected


def test_headings_lists_and_tables_are_marked(structured):
    text = structured(papers.article()).text
    assert "## Lagerhaltung in Lindental\n" in text
    assert "## 3 Von der Sache Palette\n" in text
    assert re.search(r"^- Punkt B der Liste$", text, re.MULTILINE)
    assert "| Posten | Menge | Preis |\n| - | - | - |\n| Schrauben | 12 | 3,50 |" in text


def test_the_structure_is_docling_s_document(structured):
    extraction = structured(papers.article())
    document = DoclingDocument.model_validate_json(extraction.structure)
    labels = {str(item.label.value) for item, _ in document.iterate_items()}
    assert {"section_header", "text", "list_item", "table"} <= labels
    assert {item.label.value for item in document.texts} >= {"page_header", "page_footer"}
    assert document.origin.filename == "document.pdf"
    assert extraction.extractor == "docling-pdf"


def test_a_table_without_lines_has_its_cells(structured):
    (table,) = structured(papers.invoice(), tables=True).tables
    assert table.rows[0] == ("Pos", "Bezeichnung", "Menge", "Betrag")
    assert table.rows[2] == ("2", "Artikel 2 aus Stahl", "6", "2,50")
    assert (len(table.rows), table.page) == (6, 1)


def test_pages_begin_where_they_are_said_to(structured):
    extraction = structured(papers.pages([papers.sentence(f"Seite{n}wort", 20) for n in range(20)]))
    assert len(extraction.page_starts) == 20
    ends = (*extraction.page_starts[1:], len(extraction.text))
    for number, (start, end) in enumerate(zip(extraction.page_starts, ends, strict=True)):
        assert extraction.text[start:end].count(f"Seite{number}wort") == 20
        assert extraction.text[start:].startswith("Blatt für Lagerkunde")


def test_ranges_of_pages_keep_their_numbers(structured):
    extraction = structured(papers.pages([f"Seite eins plus {n}" for n in range(20)]))
    document = DoclingDocument.model_validate_json(extraction.structure)
    assert sorted(document.pages) == list(range(1, 21))
    (last,) = (item for item in document.texts if item.text == "Seite eins plus 19")
    assert last.prov[0].page_no == 20


def test_above_the_cap_of_pages_the_direct_reader_reads(structured):
    extraction = structured(papers.pages(["eins", "zwei", "drei"]), caps=Caps(structured_pages=2))
    assert (extraction.extractor, extraction.warnings) == ("pdf", ())


def test_without_the_mode_the_direct_reader_reads(reading):
    extraction = reading(papers.article(), "x.pdf")
    assert (extraction.extractor, extraction.structure) == ("pdf", None)


def test_an_encrypted_pdf_is_structured_with_its_password(structured):
    sealed = papers.pages(["Ein geheimer Text"], password="Käthe7")
    assert structured(sealed).state is ExtractionState.ENCRYPTED
    opened = structured(sealed, passwords=("falsch", "Käthe7"))
    assert (opened.extractor, opened.state) == ("docling-pdf", ExtractionState.OK)
    assert "Ein geheimer Text" in opened.text


def test_metadata_and_children_come_with_it(structured):
    extraction = structured(papers.article())
    assert (extraction.metadata.title, extraction.metadata.page_count) == ("Lagerhaltung", 2)


def test_a_scanned_page_is_recognised_and_leaves_nothing_behind(structured, tmp_path):
    page = handmade.page("Rechnung über Schrauben", "fällig im März", "an die Lagerhalle in Lindental")
    extraction = structured(handmade.scanned_pdf(page))
    assert "Rechnung über Schrauben" in extraction.text
    assert extraction.from_ocr
    assert [reading.page for reading in extraction.recognised] == [1]
    assert not [path for path in tmp_path.rglob("*") if "tess" in path.name]


def test_recognition_that_takes_too_long_waits_for_another_go(structured):
    pages = [handmade.page(f"Seite Nummer {n} der Rechnung") for n in range(2)]
    first = structured(handmade.scanned_pdf(*pages), ocr_budget_s=0.01)
    assert (first.state, first.next_page) == (ExtractionState.PARTIAL, 2)
    second = structured(handmade.scanned_pdf(*pages), ocr_budget_s=0.01, first_page=2)
    assert (second.state, second.next_page) == (ExtractionState.OK, None)
    assert "Seite Nummer 1" in second.text[second.page_starts[1] :]


def test_without_recognition_a_scan_is_empty(structured):
    extraction = structured(handmade.scanned_pdf(handmade.page("Rechnung")), ocr=False)
    assert extraction.state is ExtractionState.EMPTY


def test_a_page_that_docling_cannot_read_has_its_plain_text(structured, monkeypatch):
    from workbench.extraction.docling_bridge import parsing

    whole = parsing.ParsedDocument.load_page

    def broken(self, page_no):
        if page_no == 1:
            raise RuntimeError("no such font")
        return whole(self, page_no)

    monkeypatch.setattr(parsing.ParsedDocument, "load_page", broken)
    extraction = structured(papers.pages(["Text der ersten Seite", "Text der zweiten Seite"]))
    assert extraction.state is ExtractionState.OK
    assert "Text der zweiten Seite" in extraction.text[extraction.page_starts[1] :]
    assert extraction.warnings == ("Page 2 has no structure: docling could not read it (no such font).",)


def test_where_docling_reads_no_page_the_direct_reader_does(structured, monkeypatch):
    from workbench.extraction.docling_bridge import parsing

    def broken(self, page_no):
        raise RuntimeError("no such font")

    monkeypatch.setattr(parsing.ParsedDocument, "load_page", broken)
    extraction = structured(papers.pages(["Text der Seite"]))
    assert extraction.extractor == "pdf"
    assert "docling-pdf failed: docling could read no page: no such font" in extraction.warnings[0]


@pytest.mark.parametrize("size", [0.3, 0.7, 0.95])
def test_a_pdf_that_is_cut_off_ends_in_a_state(structured, size):
    data = papers.article()
    extraction = structured(data[: int(size * len(data))])
    assert extraction.state in set(ExtractionState)
    assert extraction.state is ExtractionState.OK or extraction.message


def test_the_same_bytes_give_the_same_structure(structured):
    assert structured(papers.invoice()).structure == structured(papers.invoice()).structure


def test_structure_names_no_path_of_this_machine(structured, tmp_path):
    assert str(tmp_path) not in json.dumps(structured(papers.invoice()).structure)


def test_formats_say_that_structure_must_be_asked_for():
    (pdf,) = (format_ for format_ in formats() if format_.media_type == known.PDF)
    assert pdf.extractors[0] == "docling-pdf"
    assert "structure" in pdf.gives
    assert any("extraction.mode is not structured" in sentence for sentence in pdf.switched_off)
