"""What stands beside the cells of an XLSX workbook: comments, text boxes, charts, headers and footers."""

import re
import zipfile
from collections.abc import Iterator

from workbench.extraction.markup.xmltree import elements, local, part
from workbench.extraction.office.open_xml import paragraphs

_PARTS = re.compile(r"xl/(comments\d*|comments/comment\d+|drawings/drawing\d+|charts/chart\d+|diagrams/data\d+)\.xml")
_THREADS = re.compile(r"xl/threadedComments/[^/]+\.xml")
# What Excel writes into the old comment beside a threaded one.
_STAND_IN = re.compile(r"^\[Threaded comment\]|^\[Kommentarthread\]")


def sheet_notes(archive: zipfile.ZipFile) -> list[str]:
    """Return the lines beside the cells, each once."""
    lines: dict[str, None] = {}
    for name in sorted(archive.namelist()):
        if _THREADS.fullmatch(name):
            lines |= dict.fromkeys(_threads(part(archive, name)))
        elif _PARTS.fullmatch(name):
            lines |= dict.fromkeys(_without_numbers(part(archive, name)))
    return [line for line in lines if not _STAND_IN.match(line)]


def _without_numbers(data: bytes) -> Iterator[str]:
    """Give the words of a part; a chart's values stand in the cells already."""
    for line in paragraphs(data):
        if not line.replace(".", "", 1).replace("-", "", 1).isdecimal():
            yield line


def _threads(data: bytes) -> Iterator[str]:
    for event, element in elements(data):
        if event == "end" and local(element) == "text" and element.text:
            yield element.text.strip()
