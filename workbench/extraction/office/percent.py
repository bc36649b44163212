"""Which cells of an XLSX workbook are shown as percentages, as calamine gives 0.19 for 19 %."""

import re
import zipfile
from collections.abc import Mapping

from workbench.extraction.markup.xmltree import elements, local, parse, part
from workbench.extraction.office.open_xml import relations

Percentages = Mapping[tuple[int, int], int]
"""Decimal places by row and column, counted from 0."""

# The formats 0% and 0.00%, which every workbook has without saying so.
_BUILT_IN = {9: 0, 10: 2}
_MOST_CELLS = 500_000


def percentages(archive: zipfile.ZipFile) -> dict[str, Percentages]:
    """Return the percentages of each sheet by its name; {} where no cell style is one."""
    styles = _percent_styles(part(archive, "xl/styles.xml"))
    if not styles:
        return {}
    kinds = b"|".join(str(style).encode() for style in styles)
    pattern = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*?\bs="(' + kinds + rb')"')
    targets = relations(archive, "xl/workbook.xml")
    found: dict[str, Percentages] = {}
    for event, sheet in elements(part(archive, "xl/workbook.xml") or b"<none/>"):
        name = next((targets[str(value)] for value in sheet.attrib.values() if str(value) in targets), "")
        if event == "start" and local(sheet) == "sheet" and name:
            cells = pattern.finditer(part(archive, name))
            found[str(sheet.get("name"))] = {
                (int(match[2]) - 1, _column(match[1])): styles[int(match[3])]
                for match, _ in zip(cells, range(_MOST_CELLS), strict=False)
            }
    return found


def _percent_styles(data: bytes) -> dict[int, int]:
    """Return the decimal places of each cell style that shows a percentage."""
    root = parse(data) if b"cellXfs" in data else None
    if root is None:
        return {}
    formats = dict(_BUILT_IN)
    for element in root.iter("{*}numFmt"):
        code, number = element.get("formatCode") or "", element.get("numFmtId") or ""
        if "%" in code and number.isdecimal():
            formats[int(number)] = len(re.findall(r"\.(0*)", code.split(";")[0] + ".")[0])
    styles = root.find(".//{*}cellXfs")
    numbers = [style.get("numFmtId") or "" for style in (styles if styles is not None else ())]
    return {
        place: formats[int(number)]
        for place, number in enumerate(numbers)
        if number.isdecimal() and int(number) in formats
    }


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
