"""The letter as a workbook: a sheet with the text, and one sheet per table."""

from __future__ import annotations

import io
import re
from datetime import datetime, time

import xlsxwriter  # type: ignore[import-untyped]  # it carries no types
from xlsxwriter.format import Format  # type: ignore[import-untyped]  # it carries no types
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # it carries no types

from samples.model import Bullets, Heading, Letter, Paragraph, Table

_NUMBER = re.compile(r"-?[£€]?[\d.,]+(?: €)?")


def write(letter: Letter) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    written = datetime.combine(letter.issued, time(9, 30))  # xlsxwriter takes naive times only
    book.set_properties(
        {"title": letter.title, "author": letter.author, "company": letter.sender.name, "created": written}
    )
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet("Übersicht" if letter.language == "de" else "Overview")
    sheet.set_column(0, 0, 30)
    for row, (name, value) in enumerate(_cover(letter)):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, value)
    for number, table in enumerate(letter.tables(), start=1):
        _fill(book.add_worksheet(f"{'Tabelle' if letter.language == 'de' else 'Sheet'} {number}"), table, bold)
    book.close()
    return buffer.getvalue()


def _cover(letter: Letter) -> list[tuple[str, str]]:
    rows = [(letter.title, letter.sender.name), *letter.references]
    for block in letter.blocks:
        match block:
            case Paragraph():
                rows.append(("", block.text))
            case Heading():
                rows.append((block.text, ""))
            case Bullets():
                rows += [("•", item) for item in block.items]
    return rows


def _fill(sheet: Worksheet, table: Table, bold: Format) -> None:
    sheet.set_column(0, len(table.header), 22)
    for column, title in enumerate(table.header):
        sheet.write_string(0, column, title, bold)
    for number, row in enumerate(table.rows, start=1):
        for column, text in enumerate(row):
            value = _value(text) if column in table.right else None
            if value is None:
                sheet.write_string(number, column, text)
            else:
                sheet.write_number(number, column, value)


def _value(text: str) -> float | None:
    """The figure in a cell, if it holds one."""
    if not _NUMBER.fullmatch(text):
        return None
    digits = re.sub(r"[£€ ]", "", text)
    if text.endswith("€"):
        digits = digits.replace(".", "").replace(",", ".")
    try:
        return float(digits.replace(",", ""))
    except ValueError:
        return None
