"""EPUB by its spine: chapters in reading order, without docling."""

import posixpath
import zipfile
from pathlib import Path
from urllib.parse import unquote

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_pages, version
from workbench.extraction.cleaning import moment
from workbench.extraction.markup.html import decode_markup, html_to_text
from workbench.extraction.markup.xmltree import local, open_zip, parse, part
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, ExtractionState, Metadata

_PAGES = (".xhtml", ".html", ".htm", ".xml")


class EpubReader:
    """Reads EPUB 2 and 3; each chapter is a page."""

    name = "epub"
    gives = ("text", "pages", "metadata")

    @property
    def version(self) -> str:
        return version("2", "selectolax", "lxml")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type == known.EPUB else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("selectolax")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        with open_zip(path) as archive:
            failures: list[str] = []
            metadata, pages = book(archive, failures)
            return from_pages(self, media_type, pages, metadata=metadata, failures=failures)


def _chapter(archive: zipfile.ZipFile, name: str, failures: list[str]) -> str:
    try:
        return html_to_text(decode_markup(part(archive, name)))
    except ExtractionError as fault:
        if fault.state is not ExtractionState.CORRUPT:
            raise
        failures.append(str(fault))
        return ""


def _package_name(archive: zipfile.ZipFile) -> str:
    container = parse(part(archive, "META-INF/container.xml") or b"<none/>")
    for element in container.iter("{*}rootfile") if container is not None else ():
        if name := element.get("full-path"):
            return str(name)
    return next((name for name in archive.namelist() if name.endswith(".opf")), "")


def book(archive: zipfile.ZipFile, failures: list[str] | None = None) -> tuple[Metadata, list[str]]:
    """Return what a book says about itself, and the text of its chapters.

    Parameters
    ----------
    failures : grows by a sentence for each chapter that cannot be read
    """
    metadata, spine = read_package(archive, _package_name(archive))
    held: list[str] = [] if failures is None else failures
    return metadata, [_chapter(archive, name, held) for name in spine]


def read_package(archive: zipfile.ZipFile, package: str) -> tuple[Metadata, list[str]]:
    """Return the book's metadata and its chapters in reading order."""
    root = parse(part(archive, package) or b"<none/>")
    fields: dict[str, str] = {}
    items: dict[str, str] = {}
    order: list[str] = []
    for element in root.iter() if root is not None else ():
        if not isinstance(element.tag, str):
            continue
        name = local(element)
        if "purl.org/dc" in element.tag and element.text:
            fields.setdefault(name, element.text.strip())
        elif name == "item":
            items[element.get("id", "")] = _located(package, element.get("href", ""))
        elif name == "itemref":
            order.append(items.get(element.get("idref", ""), ""))
    names = set(archive.namelist())
    spine = [name for name in order if name in names]
    return _metadata(fields), spine or sorted(name for name in names if name.lower().endswith(_PAGES[:3]))


def _located(package: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(package), unquote(target)))


def _metadata(fields: dict[str, str]) -> Metadata:
    return Metadata(
        title=fields.get("title"),
        author=fields.get("creator"),
        subject=fields.get("subject"),
        created_at=moment(fields.get("date")),
        language=fields.get("language", "")[:2].lower() or None,
        raw=dict(fields),
    )
