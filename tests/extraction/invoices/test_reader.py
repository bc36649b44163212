"""E-invoices as files: text, metadata and what is attached."""

import re
from collections import Counter
from datetime import UTC, datetime

from tests.extraction.invoices.handmade import cii, ubl
from workbench.records import ExtractionState


def test_an_invoice_reads_like_one_on_paper(reading):
    extraction = reading(ubl().encode(), "rechnung.xml")
    assert extraction.extractor == "invoice"
    assert extraction.text.startswith("Rechnung R-4711 vom 2025-03-01\n\nVerkäufer: Nordlicht Energie GmbH")
    assert "2.500 HUR × 40 = 100.00" in extraction.text
    assert extraction.metadata.title == "Rechnung R-4711"
    assert extraction.metadata.author == "Nordlicht Energie GmbH"
    assert extraction.metadata.created_at == datetime(2025, 3, 1, tzinfo=UTC)
    assert extraction.fields["iban"] == "DE02 1203 0000 0000 2020 51"


def test_an_invoice_between_foreigners_is_described_in_english(reading):
    assert reading(cii().encode(), "facture.xml").text.startswith("Credit note F-99 of 2025-03-01")


def test_no_word_of_the_xml_is_lost(reading):
    xml = ubl(more="<y:Unbekannt>ganz etwas anderes</y:Unbekannt>")
    content = re.sub(r"<y:Embedded.*?</y:Embedded\w+>", "", xml, flags=re.DOTALL)
    words = Counter(re.sub(r"<[^>]*>", " ", content).split())
    assert not words - Counter(reading(xml.encode(), "x.xml").text.split())


def test_attachments_become_children(reading):
    (child,) = reading(ubl(attached=b"a;b\n1;2\n").encode(), "x.xml").children
    assert (child.name, child.media_type, child.path.read_bytes()) == ("stunden.csv", "text/csv", b"a;b\n1;2\n")


def test_a_damaged_attachment_leaves_the_invoice_readable(reading):
    extraction = reading(re.sub(r">\n\w+==?</y:Emb|>\n\w+</y:Emb", ">QUJDR</y:Emb", ubl()).encode(), "x.xml")
    assert extraction.state is ExtractionState.PARTIAL
    assert extraction.message == "The attachment 'stunden.csv' is damaged and could not be taken out."
    assert extraction.fields["doc_id"] == "R-4711"


def test_the_root_may_lie_behind_a_long_comment(reading):
    xml = f"<?xml version='1.0'?><!--{'-x' * 5_000}-->{ubl().partition('?>')[2]}"
    assert reading(xml.encode(), "x.xml").extractor == "invoice"


def test_other_xml_is_left_to_the_generic_reader(reading):
    for xml in ("<?xml version='1.0'?><brief>Hallo</brief>", f"<?xml version='1.0'?><!--{'x' * 5_000}--><a>Hallo</a>"):
        extraction = reading(xml.encode(), "x.xml")
        assert (extraction.extractor, extraction.text, extraction.warnings) == ("xml", "Hallo", ())
