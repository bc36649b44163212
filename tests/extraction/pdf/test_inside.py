"""What else is in a PDF: files, metadata, tables; and passwords."""

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Dictionary, Name

from tests.extraction import handmade
from tests.extraction.pdf import made
from workbench.extraction import Limits
from workbench.extraction.pdf.xmp import Xmp, xmp
from workbench.records import ExtractionState

S = ExtractionState
XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
 pdfaid:part="3" pdfaid:conformance="b">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Der Titel</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>Käthe Groß</rdf:li><rdf:li>Sönke Vößing</rdf:li></rdf:Seq></dc:creator>
<pdfuaid:part>1</pdfuaid:part><xmp:CreateDate>2025-04-30T10:20:30+02:00</xmp:CreateDate>
<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def bare(document):
    del document.trailer["/Info"]


def with_xmp(document):
    stream = document.make_stream(XMP.encode())
    stream.Type, stream.Subtype = Name.Metadata, Name.XML
    document.Root.Metadata = stream
    document.Root.Lang = "de-DE"
    bare(document)


@pytest.mark.parametrize("saving", [{"compress_streams": False}, {"compress_streams": True, "recompress_flate": True}])
def test_xmp_tells_where_the_entries_are_silent(reading, saving):
    metadata = reading(made.changed(handmade.pdf("x"), with_xmp, **saving), "x.pdf").metadata
    assert (metadata.title, metadata.author) == ("Der Titel", "Käthe Groß, Sönke Vößing")
    assert metadata.created_at.isoformat() == "2025-04-30T08:20:30+00:00"
    assert metadata.language == "de"
    assert (metadata.raw["pdfa"], metadata.raw["pdfua"]) == ("3B", "1")
    assert metadata.raw["invoice_profile"] == "EN 16931"


def test_the_file_s_own_entries_come_first(reading):
    def change(document):
        with_xmp(document)
        document.trailer["/Info"] = document.make_indirect(Dictionary(Title="Eigener Titel"))

    assert reading(made.changed(handmade.pdf("x"), change), "x.pdf").metadata.title == "Eigener Titel"


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.binary(max_size=40), within=st.binary(max_size=60), packed=st.booleans())
def test_whatever_claims_to_be_xmp_does_no_harm(tmp_path, before, within, packed):
    filter_ = b"/Filter/FlateDecode" if packed else b""
    path = tmp_path / "x.pdf"
    path.write_bytes(before + b"1 0 obj<</Type/Metadata/Subtype/XML" + filter_ + b">>stream\n" + within + b"endstream")
    assert isinstance(xmp(path), Xmp)


def test_xmp_of_a_picture_is_not_that_of_the_document(tmp_path):
    of_a_picture = XMP.replace("</rdf:Description>", "<dc:format>image/jpeg</dc:format></rdf:Description>")
    path = tmp_path / "x.pdf"
    path.write_bytes(b"1 0 obj<</Type/Metadata/Subtype/XML>>stream\n" + of_a_picture.encode() + b"\nendstream")
    assert xmp(path) == Xmp()


def test_facts_of_the_file_are_kept(reading):
    raw = reading(made.form(), "x.pdf").metadata.raw
    assert raw["forms"] is True
    assert raw["page_size_pt"] == [595.3, 841.9]
    assert "encrypted" not in raw


def test_attached_files_are_children(reading):
    extraction = reading(made.attached({"a.xml": b"<a/>", "daten/b.xml": b"<b/>"}), "x.pdf")
    assert extraction.text == made.BODY
    found = [(child.name, child.path.read_bytes(), child.media_type) for child in extraction.children]
    assert found == [("a.xml", b"<a/>", "text/xml"), ("daten/b.xml", b"<b/>", "text/xml")]
    assert extraction.children[0].metadata == {"relationship": "Data"}


def test_the_same_file_attached_twice_is_one_child(reading):
    assert len(reading(made.attached({"a.txt": b"gleich", "b.txt": b"gleich"}), "x.pdf").children) == 1


def test_a_file_pinned_to_a_page_is_a_child(reading):
    extraction = reading(made.pinned("notiz.txt", b"hallo"), "x.pdf")
    assert [(child.name, child.path.read_bytes()) for child in extraction.children] == [("notiz.txt", b"hallo")]


def test_an_attached_invoice_tells_the_pdf_s_fields(reading, monkeypatch):
    import workbench.extraction.invoices as invoices

    monkeypatch.setattr(invoices, "invoice_fields", lambda data: {"number": "4711"} if b"Invoice" in data else None)
    extraction = reading(made.attached({"a.xml": b"<a/>", "factur-x.xml": b"<Invoice/>"}), "x.pdf")
    assert extraction.fields == {"number": "4711"}
    assert reading(made.attached({"a.txt": b"Invoice"}, media_type="text/plain"), "x.pdf").fields == {}


@pytest.mark.parametrize("name", ["factur-x.xml", "ZUGFeRD-invoice.xml", "XRechnung.XML"])
def test_the_invoice_is_the_one_named_so(reading, name):
    from tests.extraction.invoices.handmade import cii

    older = cii().replace("F-99", "ALT-1").encode()
    extraction = reading(made.attached({"aaa.xml": older, name: cii().encode()}), "x.pdf")
    assert extraction.fields["doc_id"] == "F-99"


def test_without_a_name_the_invoice_is_the_one_that_stands_for_the_pdf(reading):
    from tests.extraction.invoices.handmade import cii

    def change(document):
        del document.attachments["rechnung.xml"]
        document.attachments["rechnung.xml"] = pikepdf.AttachedFileSpec(
            document, cii().encode(), mime_type="text/xml", relationship=Name.Alternative
        )

    older = cii().replace("F-99", "ALT-1").encode()
    data = made.attached({"alt.xml": older, "rechnung.xml": b"<a/>"}, relationship="/Supplement")
    assert reading(made.changed(data, change), "x.pdf").fields["doc_id"] == "F-99"


def only_associated(document):
    specs = [document.make_indirect(each.obj) for each in document.attachments.values()]
    document.Root.AF = pikepdf.Array(specs)
    del document.Root.Names


@pytest.mark.parametrize(
    "saving",
    [
        {"compress_streams": False},
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        {"encryption": pikepdf.Encryption(user="", owner="x")},
    ],
)
def test_a_file_that_is_only_associated_is_a_child(reading, saving):
    from tests.extraction.invoices.handmade import cii

    data = made.changed(made.attached({"factur-x.xml": cii().encode()}), only_associated, **saving)
    extraction = reading(data, "x.pdf")
    (child,) = extraction.children
    assert (child.name, child.media_type, child.path.read_bytes()) == ("factur-x.xml", "text/xml", cii().encode())
    assert child.metadata == {"relationship": "Data"}
    assert extraction.fields["doc_id"] == "F-99"


def test_an_associated_bomb_is_not_taken(reading):
    data = made.changed(made.attached({"bomb.bin": b"\0" * 30_000_000}), only_associated)
    extraction = reading(data, "x.pdf")
    assert (extraction.state, extraction.children) == (S.OK, ())
    assert "Not all attachments were taken" in extraction.warnings[0]


@pytest.mark.parametrize("entry", [5, Name.Text, pikepdf.Array([None, 5, Dictionary(EF=7)])])
def test_a_damaged_list_of_associated_files_does_no_harm(reading, entry):
    def change(document):
        document.Root.AF = entry
        document.Root.Note = Name.EmbeddedFile

    extraction = reading(made.changed(handmade.pdf(made.BODY), change), "x.pdf")
    assert (extraction.text, extraction.children) == (made.BODY, ())


@pytest.mark.parametrize(
    ("limits", "taken", "said"),
    [
        (Limits(members=1), 1, "more than 1 files"),
        (Limits(unpacked_bytes=30), 1, "30 bytes"),
        (Limits(depth=0), 0, "too deep"),
    ],
)
def test_attachments_stay_within_the_limits(reading, limits, taken, said):
    extraction = reading(made.attached({"a.txt": b"a" * 20, "b.txt": b"b" * 20}), "x.pdf", limits=limits)
    assert (extraction.state, extraction.text, len(extraction.children)) == (S.OK, made.BODY, taken)
    assert said in extraction.warnings[0] or "unpacks" in extraction.warnings[0]


def test_a_bomb_is_not_taken(reading):
    extraction = reading(made.attached({"bomb.bin": b"\0" * 30_000_000}), "x.pdf")
    assert (extraction.state, extraction.children) == (S.OK, ())
    assert "unpacks to 30,000,000 bytes" in extraction.warnings[0]


def test_passwords_are_tried_in_turn(reading):
    sealed = handmade.pdf("Streng geheime Rechnung", password="richtig")
    extraction = reading(sealed, "x.pdf", passwords=("falsch", "richtig"))
    assert (extraction.text, extraction.metadata.raw["encrypted"]) == ("Streng geheime Rechnung", True)


@pytest.mark.parametrize(
    ("passwords", "said"),
    [((), "no password was given"), (("a",), "the given password does not"), (("a", "b"), "none of the 2 given")],
)
def test_a_sealed_pdf_says_what_was_tried(reading, passwords, said):
    extraction = reading(handmade.pdf("geheim", password="x"), "x.pdf", passwords=passwords)
    assert extraction.state is S.ENCRYPTED
    assert said in extraction.message


def test_a_damaged_pdf_after_a_sealed_one_is_damaged(reading):
    assert reading(handmade.pdf("geheim", password="x"), "x.pdf").state is S.ENCRYPTED
    assert reading(made.written(["<</Type/Catalog>>"]), "x.pdf").state is S.CORRUPT


def test_ruled_tables_are_found_on_demand(reading):
    import io

    from reportlab.platypus import SimpleDocTemplate, Table

    buffer = io.BytesIO()
    rows = [["Ware", "Menge"], ["Stuhl", "20"], ["Tisch", "5"]]
    SimpleDocTemplate(buffer).build([Table(rows, style=[("GRID", (0, 0), (-1, -1), 1, "black")])])
    assert reading(buffer.getvalue(), "x.pdf").tables == ()
    (table,) = reading(buffer.getvalue(), "x.pdf", tables=True).tables
    assert (table.page, [list(row) for row in table.rows]) == (1, rows)


def test_a_page_without_lines_has_no_table(reading):
    extraction = reading(handmade.pdf(made.BODY), "x.pdf", tables=True)
    assert (extraction.tables, extraction.warnings) == ((), ())


def test_tables_that_cannot_be_read_are_a_warning(reading, monkeypatch):
    import pdfplumber

    def fails(*_, **__):
        raise ValueError("boom")

    monkeypatch.setattr(pdfplumber, "open", fails)
    extraction = reading(handmade.pdf(made.BODY), "x.pdf", tables=True)
    assert (extraction.state, extraction.text) == (S.OK, made.BODY)
    assert extraction.warnings == ("Tables could not be looked for (ValueError: boom).",)
