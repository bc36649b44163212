"""Text of pages, wherever it stands: in forms, notes, pictures, outlines and fonts without a meaning."""

import pytest
from pikepdf import Array, Dictionary, Name
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from tests.extraction import handmade
from tests.extraction.pdf import made
from workbench.extraction.pdf.layer import is_natural, is_right_to_left, is_strange
from workbench.records import ExtractionState

S = ExtractionState
LETTER = ("Rechnung über die Lieferung", "von zwanzig Stühlen im Herbst", "Zahlbar in vierzehn Tagen")


def test_what_was_filled_in_is_read_at_its_place(reading):
    lines = reading(made.form(), "x.pdf").text.splitlines()
    assert lines[0] == "Antrag auf Erstattung der Reisekosten"
    assert "Käthe Großmann" in lines[1]
    assert "Norwegen" in lines[1]
    assert lines[2:] == ["Bahnfahrt: Yes", "Fahrt: hin-und-zurueck"]


def test_a_choice_that_was_not_taken_is_not_read(reading):
    text = reading(made.form(), "x.pdf").text
    assert "Flugreise" not in text
    assert "Schweden" not in text


def test_values_without_an_appearance_are_read(reading):
    text = reading(made.changed(made.form(), made.without_appearances), "x.pdf").text
    assert "Käthe Großmann" in text
    assert "Norwegen" in text


def test_what_is_filled_in_twice_is_read_twice_on_two_pages(reading):
    def twice(document):
        document.pages.append(document.pages[0])

    extraction = reading(made.changed(made.form(), twice), "x.pdf")
    assert extraction.text.count("Käthe Großmann") == 2
    assert "Käthe Großmann" in extraction.text[extraction.page_starts[1] :]


def test_notes_are_read_and_hidden_ones_and_links_are_not(reading):
    notes = (
        {"Subtype": Name.Text, "Contents": "Bitte prüfen!"},
        {"Subtype": Name.FreeText, "Contents": "Am Rand notiert"},
        {"Subtype": Name.Highlight, "Contents": made.BODY[:17]},
        {"Subtype": Name.Text, "Contents": "verborgen", "F": 2},
        {"Subtype": Name.Link, "Contents": "nur ein Verweis"},
    )
    text = reading(made.annotated(*notes), "x.pdf").text
    assert text.splitlines() == [made.BODY, "Bitte prüfen!", "Am Rand notiert"]


def test_a_dynamic_form_gives_its_data_and_says_what_it_is(reading):
    extraction = reading(made.xfa("Vößing"), "x.pdf")
    assert "Nachname: Vößing" in extraction.text
    assert "leer" not in extraction.text
    assert "dynamic form (XFA)" in extraction.warnings[0]


def test_a_page_whose_font_means_nothing_is_recognised(reading):
    extraction = reading(made.without_unicode(*LETTER), "x.pdf")
    assert extraction.from_ocr
    assert "Rechnung über die Lieferung" in extraction.text
    assert "5HFKQXQJ" not in extraction.text
    assert [page.page for page in extraction.recognised] == [1]


def test_a_garbled_page_is_named_when_recognition_is_off(reading):
    extraction = reading(made.without_unicode(*LETTER), "x.pdf", ocr=False)
    assert "page 1 is garbled" in extraction.warnings[0]


def test_letters_drawn_as_outlines_are_recognised(reading):
    extraction = reading(made.outlined(*LETTER), "x.pdf")
    assert extraction.from_ocr
    assert "Lieferung" in extraction.text


def test_a_ruled_page_and_a_blank_one_are_not_recognised(reading, monkeypatch):
    from workbench.extraction.pdf import pages

    monkeypatch.setattr(pages, "read_picture", lambda *_, **__: pytest.fail("there is nothing to recognise"))
    ruled = made.drawn(lambda canvas: [canvas.line(50, 50 + 9 * row, 500, 50 + 9 * row) for row in range(80)])
    assert reading(ruled, "x.pdf").state is S.EMPTY
    assert reading(handmade.pdf("", ""), "x.pdf").state is S.EMPTY
    white = made.drawn(lambda canvas: canvas.drawInlineImage(handmade.page(), 0, 0, 595, 842))
    assert reading(white, "x.pdf").state is S.EMPTY


def test_the_mark_of_a_scanning_program_does_not_hide_a_scan(reading):
    def draw(canvas):
        canvas.drawInlineImage(handmade.page(*LETTER, *LETTER), 0, 0, 595, 842)
        canvas.drawString(40, 10, "Gescannt mit dem Programm CamScan")

    extraction = reading(made.drawn(draw), "x.pdf")
    assert extraction.from_ocr
    assert "CamScan" in extraction.text
    assert "Lieferung" in extraction.text


def test_pages_of_a_mixed_document_are_told_apart(reading):
    def draw(canvas):
        canvas.drawString(72, 700, made.BODY)
        canvas.showPage()
        canvas.drawInlineImage(handmade.page(*LETTER), 0, 300, 595, 400)
        canvas.showPage()
        canvas.showPage()
        canvas.drawString(72, 700, made.BODY)

    extraction = reading(made.drawn(draw), "x.pdf")
    assert len(extraction.page_starts) == 4
    assert [page.page for page in extraction.recognised] == [2]
    assert extraction.recognised[0].confidence > 50
    assert extraction.seconds["ocr"] > 0


HEBREW = "שלום עולם זהו מסמך לדוגמה"


def test_writing_from_right_to_left_is_read_by_the_second_engine(reading):
    def draw(canvas):
        pdfmetrics.registerFont(TTFont("DejaVu", made.FONT))
        canvas.setFont("DejaVu", 14)
        # As it is seen: the first letter stands on the right.
        canvas.drawString(100, 700, HEBREW[::-1])

    extraction = reading(made.drawn(draw), "x.pdf")
    assert extraction.text == HEBREW
    assert extraction.warnings == ("All pages written from right to left were read by docling-parse.",)


def test_what_was_filled_in_from_right_to_left_is_not_lost(reading):
    note = {"Subtype": Name.Text, "Contents": HEBREW}
    assert HEBREW in reading(made.annotated(note, body=""), "x.pdf").text


def test_the_first_engine_stands_where_the_second_one_fails(reading, monkeypatch):
    from workbench.extraction.pdf import second

    def fails(*_):
        raise second.EngineError("it crashed (-11)")

    monkeypatch.setattr("workbench.extraction.pdf.pages.text_layer", lambda page: _layer(HEBREW))
    monkeypatch.setattr(second, "asked", fails)
    extraction = reading(handmade.pdf("x"), "x.pdf")
    assert (extraction.state, extraction.text) == (S.OK, HEBREW)
    assert "crashed" in extraction.warnings[0]


def _layer(text):
    from workbench.extraction.pdf.layer import Layer

    return Layer(text=text)


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("Rechnung Nr. 4711 über 12,50 €", False),
        ("\uf0b7 Punkt eins \uf0b7 Punkt zwei", False),
        ("\ue001\ue002\ue003 \ue004\ue005", True),
        ("(cid:12)(cid:44)(cid:3)(cid:99)", True),
        ("�� ��� a �����", True),
        ("\x03\x04\x05\x06 \x07\x08", True),
        ("", False),
        ("中文文件 一二三", False),
    ],
)
def test_characters_without_meaning_are_known(text, strange):
    assert is_strange(text) is strange


@pytest.mark.parametrize(
    ("text", "natural"),
    [
        (made.BODY, True),
        ("The parties agree to the terms below.", True),
        ("5HFKQXQJ¾EHUGLH/LHIHUXQJ", False),
        ("'LHVH6HLWHWU¥JWJHQXJHLJHQHQ7H[W", False),
        ("4711 0815 12,50", False),
        ("", False),
    ],
)
def test_prose_is_known(text, natural):
    assert is_natural(text) is natural


@pytest.mark.parametrize(
    ("text", "turned"),
    [("Vertrag", False), ("שלום עולם", True), ("العقد", True), ("Vertrag über שלום", False), ("", False)],
)
def test_writing_from_right_to_left_is_known(text, turned):
    assert is_right_to_left(text) is turned


def test_columns_are_read_one_after_the_other(reading):
    def draw(canvas):
        for column, word in ((60, "links"), (320, "rechts")):
            for row in range(6):
                canvas.drawString(column, 700 - 15 * row, f"Zeile {row} der Spalte {word}")

    lines = reading(made.drawn(draw), "x.pdf").text.splitlines()
    assert [line.rsplit(" ", 1)[1] for line in lines] == ["links"] * 6 + ["rechts"] * 6


def test_a_damaged_annotation_does_no_harm(reading):
    def change(document):
        document.pages[0].Annots = Array([None, 5, Dictionary(), Name.Text])  # type: ignore[list-item]

    assert reading(made.changed(handmade.pdf(made.BODY), change), "x.pdf").text == made.BODY
