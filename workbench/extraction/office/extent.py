"""How far the cells of a workbook reach: one cell at the far end makes a sheet of 17 milliard.

Readers that keep a sheet as a rectangle run out of memory on it. Reads the
packed sheets without building anything, and exactly only where it may matter.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from workbench.extraction import media_types as known
from workbench.extraction.markup.xmltree import elements, local, part

MOST_CELLS = 20_000_000
"""Cells of the rectangle that the largest sheet may span; some 500 MB in calamine."""

_CHUNK = 1024 * 1024
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\sr="(\d{1,20})"')
_CELL = re.compile(rb' r="[A-Z]{1,20}(\d{1,20})"')
# Beginning with plain letters, these are searched several times as fast.
_TWO_LETTERS = re.compile(rb' r="[A-Z]{2}\d')
_THREE_LETTERS = re.compile(rb' r="([A-Z]{3,20})\d')
_REPEATED = re.compile(rb'-repeated="\d{3,}"')
_ROW_HEADER, _FIRST_CELL, _LAST_CELL = 0, 1, 11
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384


def is_vast(path: Path, media_type: str, *, most_cells: int = MOST_CELLS) -> bool:
    """Does a sheet of this workbook span more than so many cells? Damaged ones do not."""
    if media_type == known.XLS or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return any(cells > most_cells for cells in _spans(archive, media_type))
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, zlib.error, struct.error):
        return False


def _spans(archive: zipfile.ZipFile, media_type: str) -> Iterator[int]:
    if media_type == known.ODS:
        content = part(archive, "content.xml")
        if _REPEATED.search(content):
            yield from _open_document_spans(content)
        return
    for name in archive.namelist():
        if name.startswith("xl/worksheets/") and name.endswith((".xml", ".bin")):
            yield _binary_span(part(archive, name)) if name.endswith(".bin") else _xml_span(archive, name)


def _xml_span(archive: zipfile.ZipFile, name: str) -> int:
    """Multiply the rows between the first and the last by the columns up to the widest kind of name."""
    first = last = 0
    width, rest = 26, b""
    with archive.open(name) as sheet:
        while chunk := sheet.read(_CHUNK):
            window = rest + chunk
            # Rows stand in their order; where they have no number, their cells have one.
            for pattern, mark in ((_ROW, b"<row "), (_CELL, b' r="')):
                if row := pattern.search(window):
                    first = first or int(row[1])
                    final = pattern.search(window, max(window.rfind(mark), row.start())) or row
                    last = max(last, int(final[1]))
                    break
            if width < 702 and _TWO_LETTERS.search(window):
                width = 702
            width = max([width, *(_column(match[1]) for match in _THREE_LETTERS.finditer(window))])
            rest = window[-200:]
    return _cells(first, last, width) if last else 0


def _cells(first: int, last: int, width: int) -> int:
    """Return the cells of a rectangle; what reaches beyond any sheet counts as all of one."""
    if max(first, last) > _MOST_ROWS or width > _MOST_COLUMNS:
        return _MOST_ROWS * _MOST_COLUMNS
    return (last - first + 1) * width


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _binary_span(data: bytes) -> int:
    """Walk the records of an XLSB sheet: rows by their headers, columns by their cells."""
    place, first, last, width = 0, -1, 0, 0
    while place + 2 <= len(data):
        kind, place = (
            (data[place], place + 1) if data[place] < 128 else (data[place] & 127 | data[place + 1] << 7, place + 2)
        )
        size = shift = 0
        while place < len(data) and shift < 28:
            byte = data[place]
            place += 1
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        if kind == _ROW_HEADER and size >= 4:
            row = int.from_bytes(data[place : place + 4], "little")
            first, last = (row if first < 0 else first), max(last, row)
        elif _FIRST_CELL <= kind <= _LAST_CELL and size >= 4:
            width = max(width, int.from_bytes(data[place : place + 4], "little") + 1)
        place += size
    return _cells(first + 1, last + 1, width) if first >= 0 else 0


def _open_document_spans(content: bytes) -> Iterator[int]:
    """Count rows up to the last that is not empty, columns likewise."""
    rows = height = width = column = 0
    is_filled = False
    for event, element in elements(content):
        name = local(element)
        if event == "start":
            if name == "table":
                rows = height = width = 0
            elif name == "table-row":
                column, is_filled = 0, False
            continue
        if name in {"table-cell", "covered-table-cell"}:
            column += _repeats(element.attrib, "columns")
            if len(element) or any(str(key).endswith("}value-type") for key in element.attrib):
                width, is_filled = max(width, min(column, _MOST_COLUMNS)), True
        elif name == "table-row":
            rows += _repeats(element.attrib, "rows")
            height = rows if is_filled else height
            element.clear()
        elif name == "table":
            yield height * width


def _repeats(attributes: "dict[str, str]", of: str) -> int:
    count = next((value for key, value in attributes.items() if str(key).endswith(f"number-{of}-repeated")), "1")
    return int(count) if count.isdecimal() and len(count) < 9 else 1
