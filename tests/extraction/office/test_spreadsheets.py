"""Sheets as people see them, and sheets that reach to the end of the world."""

import datetime
import io

import openpyxl
import pytest
from openpyxl.comments import Comment

from tests.extraction import handmade
from tests.extraction.samples import old_office, packages
from workbench.extraction import Mode
from workbench.extraction import media_types as known
from workbench.extraction.office.extent import is_vast
from workbench.records import ExtractionState


def book(fill) -> bytes:
    workbook = openpyxl.Workbook()
    fill(workbook)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def everyday(workbook: openpyxl.Workbook) -> None:
    sheet = workbook.active
    sheet.title = "Angebot"
    sheet["C3"], sheet["D3"] = "Umsatzsteuer", 0.19
    sheet["D3"].number_format = "0%"
    sheet["C4"], sheet["D4"] = "Skonto", 0.025
    sheet["D4"].number_format = '0.0" "%'
    sheet["C5"], sheet["D5"] = "Stichtag", datetime.date(2025, 4, 30)
    sheet["C6"], sheet["D6"] = "Uhrzeit", datetime.time(9, 30)
    sheet["C3"].comment = Comment("bitte prüfen", "Käthe")
    hidden = workbook.create_sheet("Versteckt")
    hidden.sheet_state = "hidden"
    hidden["A1"] = "geheime Marge"


BEYOND = [
    '<row r="99999999"><c r="ZZZZZ99999999"><v>1</v></c></row>',
    '<row r="1"><c r="A1"><v>1</v></c><c r="ZZZZ1"><v>1</v></c></row>',
    '<row r="1"><c r="A1"><v>1</v></c></row><row r="99999999999999999999"><c r="A2"><v>1</v></c></row>',
    '<row><c r="A1"><v>1</v></c></row><row><c r="XFD1048576"><v>1</v></c></row>',
]


@pytest.mark.parametrize("rows", BEYOND)
def test_cells_beyond_the_end_of_any_sheet_make_it_vast(tmp_path, rows):
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        handmade.zipped({"xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>"})
    )
    assert is_vast(path, known.XLSX)


def test_cells_read_as_people_see_them(reading):
    text = reading(book(everyday), "a.xlsx", mode=Mode.FAST).text
    for line in ("Umsatzsteuer\t19%", "Skonto\t2.5%", "Stichtag\t2025-04-30", "Uhrzeit\t09:30:00"):
        assert line in text


def test_hidden_sheets_and_comments_are_read(reading):
    text = reading(book(everyday), "a.xlsx", mode=Mode.FAST).text
    assert "## Versteckt\ngeheime Marge" in text
    assert text.endswith("bitte prüfen")


def test_sheets_are_tables_where_they_are_asked_for(reading):
    assert reading(handmade.xlsx(), "a.xlsx", mode=Mode.FAST).tables == ()
    tables = reading(handmade.xlsx(), "a.xlsx", mode=Mode.FAST, tables=True).tables
    assert [table.title for table in tables] == ["Umsätze", "Notizen"]
    assert tables[0].rows[:2] == (("Monat", "Umsatz"), ("März", "1250"))
    assert len({len(row) for row in tables[0].rows}) == 1


def test_a_formula_gives_its_last_result(reading):
    data = book(lambda workbook: workbook.active.append([3, 4, "=A1*B1"]))
    calculated = packages.rewritten(
        data,
        {
            "xl/worksheets/sheet1.xml": lambda part: part.replace(b"<v></v>", b"<v>12</v>").replace(
                b"<v />", b"<v>12</v>"
            )
        },
    )
    assert "3\t4\t12" in reading(calculated, "a.xlsx", mode=Mode.FAST).text


def corners(workbook: openpyxl.Workbook) -> None:
    workbook.active["A1"], workbook.active["XFD1048576"] = "Anfang", "Ende der Welt"


@pytest.mark.parametrize("mode", [Mode.FAST, Mode.BALANCED])
def test_a_cell_at_the_far_end_does_not_fill_the_memory(reading, mode):
    extraction = reading(book(corners), "a.xlsx", mode=mode)
    assert extraction.state is ExtractionState.OK
    assert extraction.text == "## Sheet\nAnfang\nEnde der Welt"


def test_a_long_column_is_read_as_usual(reading):
    def column(workbook: openpyxl.Workbook) -> None:
        workbook.active["A1"], workbook.active["A1048576"] = "Anfang", "unten"

    assert reading(book(column), "a.xlsx", mode=Mode.FAST).text == "## Sheet\nAnfang\nunten"


def far_open_document() -> bytes:
    """One filled cell, a million empty rows, then a filled cell at the right end."""
    rows = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>Anfang</text:p></table:table-cell>'
        '</table:table-row><table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
        '<table:table-row><table:table-cell table:number-columns-repeated="16383"/>'
        '<table:table-cell office:value-type="string"><text:p>Ende</text:p></table:table-cell></table:table-row>'
    )
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Weit">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return handmade.zipped({"mimetype": known.ODS, "content.xml": content})


@pytest.mark.parametrize("mode", [Mode.FAST, Mode.BALANCED])
def test_an_open_document_of_repeated_cells_does_not_fill_the_memory(reading, mode):
    extraction = reading(far_open_document(), "a.ods", mode=mode)
    assert extraction.text == "Anfang\nEnde"


def test_a_binary_workbook_that_reaches_too_far_is_not_opened(reading, tmp_path):
    far = packages.rewritten(packages.xlsb(), {"xl/worksheets/sheet1.bin": lambda _: packages.far_sheet()})
    extraction = reading(far, "a.xlsb")
    assert extraction.state is ExtractionState.TOO_LARGE
    assert "20,000,000 cells" in extraction.message


def test_an_ordinary_workbook_is_not_vast(tmp_path):
    for name, data, kind in (
        ("a", handmade.xlsx(), known.XLSX),
        ("b", packages.xlsb(), known.XLSB),
        ("c", packages.opendocument("spreadsheet"), known.ODS),
        ("d", old_office.xls(), known.XLS),
        ("e", b"PK\x03\x04 broken", known.XLSX),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        assert not is_vast(path, kind)


def test_an_old_workbook_without_metadata_is_read_all_the_same(reading):
    extraction = reading(old_office.xls(), "a.xls")
    assert (extraction.state, extraction.metadata.author) == (ExtractionState.OK, None)
