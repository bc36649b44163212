"""VSDX by its XML: the texts of each page's shapes, in the order in which they were drawn."""

import re
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_pages, version
from workbench.extraction.cleaning import tidy
from workbench.extraction.markup.xmltree import elements, local, open_zip, part
from workbench.extraction.office.metadata import open_xml_metadata
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction

_PAGE = re.compile(r"visio/pages/page(\d+)\.xml")


class VisioReader:
    """Reads VSDX and its templates; the binary VSD is left to LibreOffice."""

    name = "visio"
    gives = ("text", "pages", "metadata")

    @property
    def version(self) -> str:
        return version("1", "lxml")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type == known.VSDX else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("lxml")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        with open_zip(path) as archive:
            found = {int(match[1]): name for name in archive.namelist() if (match := _PAGE.fullmatch(name))}
            if not found:
                raise ExtractionError("The file holds no Visio drawing. Ask for an undamaged copy.")
            pages = [tidy("\n".join(_texts(part(archive, found[number])))) for number in sorted(found)]
            return from_pages(self, media_type, pages, metadata=open_xml_metadata(archive))


def _texts(data: bytes) -> Iterator[str]:
    for event, element in elements(data):
        if event == "end" and local(element) == "Text":
            yield "".join(str(piece) for piece in element.itertext()).strip()
            element.clear()
