"""ODT, ODP and ODG by their XML: body, tables, headers and footers."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_pages, from_text, version
from workbench.extraction.cleaning import tidy
from workbench.extraction.markup.xmltree import elements, local, open_zip, parse, part
from workbench.extraction.office.metadata import open_document_metadata
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, ExtractionState

_SPACES = {"tab": "\t", "line-break": "\n", "s": " "}
_PARAGRAPHS = frozenset({"p", "h"})
_UNSEEN = frozenset({"tracked-changes", "forms", "annotation-end", "settings"})


_TEXTS = frozenset({known.ODT, known.SXW, known.SXC})
_DRAWN = frozenset({known.ODP, known.ODG, known.SXI})


class OpenDocumentReader:
    """Reads ODT, ODP and ODG, templates and damaged ones too, and what OpenOffice 1 wrote before."""

    name = "opendocument"
    gives = ("text", "pages", "metadata")

    @property
    def version(self) -> str:
        return version("3", "lxml")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type in _TEXTS | _DRAWN else 30 if media_type == known.ODS else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("lxml")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        with open_zip(path) as archive:
            metadata = open_document_metadata(archive)
            if media_type in _DRAWN:
                return from_pages(self, media_type, slide_pages(archive), metadata=metadata)
            lines = open_document_lines(archive)
            return from_text(self, media_type, tidy("\n".join(lines)), metadata=metadata)


def open_document_lines(archive: zipfile.ZipFile) -> list[str]:
    """Return headers, body and footers of an OpenDocument file, a table row to a line.

    Raises
    ------
    ExtractionError
        The content is encrypted, damaged or not there.
    """
    refuse_encrypted(archive)
    content = parse(part(archive, "content.xml") or b"")
    if content is None:
        raise ExtractionError("The file holds no readable content. Ask for an undamaged copy.")
    styles = parse(part(archive, "styles.xml") or b"<none/>")
    before = dict.fromkeys(_furniture(styles, "header"))
    after = dict.fromkeys(_furniture(styles, "footer"))
    return [*before, *lines(content), *after]


def slide_pages(archive: zipfile.ZipFile) -> list[str]:
    """Return the text of each slide of a presentation."""
    refuse_encrypted(archive)
    content = parse(part(archive, "content.xml") or b"")
    if content is None:
        raise ExtractionError("The file holds no readable content. Ask for an undamaged copy.")
    slides = [element for element in content.iter("{*}page") if local(element) == "page"]
    return [tidy("\n".join(lines(slide))) for slide in slides] or [tidy("\n".join(lines(content)))]


def sheet_names(archive: zipfile.ZipFile) -> list[str]:
    """Return the names of a spreadsheet's tables."""
    names = [
        next((str(value) for key, value in element.attrib.items() if str(key).endswith("}name")), "")
        for event, element in elements(part(archive, "content.xml") or b"<none/>")
        if event == "start" and local(element) == "table"
    ]
    return [name for name in names if name]


def refuse_encrypted(archive: zipfile.ZipFile) -> None:
    """Raise when the manifest says that the content is encrypted."""
    if b"encryption-data" in part(archive, "META-INF/manifest.xml") or "encrypted-package" in archive.namelist():
        raise ExtractionError(
            "The file is encrypted. Ask for the password or an open copy.", state=ExtractionState.ENCRYPTED
        )


def _furniture(styles: etree._Element | None, kind: str) -> Iterator[str]:
    for element in styles.iter("{*}*") if styles is not None else ():
        if local(element).startswith(kind) and element.tag.startswith("{urn:oasis:names:tc:opendocument:xmlns:style"):
            yield from lines(element)


def lines(root: etree._Element) -> Iterator[str]:
    """Give the lines below an element: paragraphs and headings, cells of a row joined by tabs."""
    for child in root:
        if not isinstance(child.tag, str) or (name := local(child)) in _UNSEEN:
            continue
        if name in _PARAGRAPHS:
            yield from _nonempty(_flow(child))
        elif name == "table-row":
            cells = [" ".join(lines(cell)) for cell in child if isinstance(cell.tag, str)]
            yield from _nonempty("\t".join(cells))
        else:
            yield from lines(child)


def _nonempty(text: str) -> Iterator[str]:
    if text.strip():
        yield text.strip()


def _flow(paragraph: etree._Element) -> str:
    """Return a paragraph's running text; frames inside it (text boxes) follow on lines of their own."""
    pieces = [paragraph.text or ""]
    for child in paragraph:
        name = local(child) if isinstance(child.tag, str) else ""
        if name in _SPACES:
            pieces.append(_SPACES[name] * _repeats(child))
        elif name in _PARAGRAPHS or name in {"text-box", "note-body", "annotation", "table"}:
            pieces.append("\n" + "\n".join(lines(child) if name not in _PARAGRAPHS else [_flow(child)]) + "\n")
        elif name and name not in _UNSEEN:
            # The mark of a note would become part of the word before it.
            is_glued = name == "note" and pieces[-1][-1:].isalnum()
            pieces.append(f" {_flow(child)}" if is_glued else _flow(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _repeats(space: etree._Element) -> int:
    count = next((value for key, value in space.attrib.items() if str(key).endswith("}c")), "1")
    return min(int(count), 100) if str(count).isdecimal() else 1
