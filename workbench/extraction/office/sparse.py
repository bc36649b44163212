"""The cells of an XLSX sheet that reaches too far for a rectangle: only those that are there, row by row."""

import re
import zipfile
from collections.abc import Iterator

from workbench.extraction.markup.xmltree import elements, local, part
from workbench.extraction.office.open_xml import relations

_SHEETS = re.compile(r"xl/worksheets/[^/]+\.xml")


def sparse_rows(archive: zipfile.ZipFile, most_chars: int) -> Iterator[str]:
    """Give a heading for each sheet and a line for each row that holds something."""
    shared = list(_shared(archive))
    targets = relations(archive, "xl/workbook.xml")
    room = most_chars
    for event, sheet in elements(part(archive, "xl/workbook.xml") or b"<none/>"):
        if event == "end" or local(sheet) != "sheet":
            continue
        name = next((targets[str(value)] for value in sheet.attrib.values() if str(value) in targets), "")
        if not _SHEETS.fullmatch(name):
            continue
        yield f"## {sheet.get('name')}"
        for line in _rows(part(archive, name), shared):
            yield line
            room -= len(line)
            if room < 0:
                return


def _shared(archive: zipfile.ZipFile) -> Iterator[str]:
    for event, element in elements(part(archive, "xl/sharedStrings.xml") or b"<none/>"):
        if event == "end" and local(element) == "si":
            yield "".join(str(found.text or "") for found in element.iter("{*}t"))
            element.clear()


def _rows(data: bytes, shared: list[str]) -> Iterator[str]:
    cells: list[str] = []
    for event, element in elements(data):
        if event == "start":
            continue
        name = local(element)
        if name == "c":
            text = "".join(str(found.text or "") for found in element.iter("{*}v", "{*}t"))
            if element.get("t") == "s" and text.isdecimal() and int(text) < len(shared):
                text = shared[int(text)]
            cells += [" ".join(text.split())] if text.strip() else []
        elif name == "row":
            if cells:
                yield "\t".join(cells)
            cells = []
            element.clear()
