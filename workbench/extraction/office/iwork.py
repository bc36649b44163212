"""Pages, Numbers and Keynote where docling gives up: all their words, without numbers computed in cells.

Since 2013 a document is a set of Snappy-packed archives of objects (``.iwa``),
of which the text storages and the tables' lists of strings are read; before
that it was XML. What has neither may still carry a PDF preview of itself.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_text, version
from workbench.extraction.cleaning import tidy
from workbench.extraction.markup.xmltree import elements, local, open_zip, part
from workbench.extraction.office.protobuf import Damaged, objects, strings, unpacked
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, ExtractionState

_KINDS = frozenset({known.PAGES, known.NUMBERS, known.KEY})
_TEXT_STORAGE, _TABLE_LIST = 2001, 6005
_XML = ("index.xml", "index.apxl", "index.xml.gz", "index.apxl.gz")
_PREVIEW = "QuickLook/Preview.pdf"
_MOST_BYTES = 100 * 1024**2
# Masters and themes hold "double-click to edit" in every language.
_PATTERNS = ("Index/MasterSlide", "Index/TemplateSlide", "Index/Stylesheet", "Index/ThemeStylesheet")
# Cells of a table in iWork '09, and the attribute that holds what they show.
_CELLS = {"ct": "}s", "so": "}s", "n": "}v"}
# A character that stands for a picture or a table inside the text.
_ANCHORS = dict.fromkeys(map(ord, "\ufffc\u0004\u000e"))


class IWorkReader:
    """Reads PAGES, NUMBERS and KEY of every generation."""

    name = "iwork"
    gives = ("text",)

    @property
    def version(self) -> str:
        return version("1", "lxml")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type in _KINDS else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("lxml")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        with open_zip(path) as archive:
            if ".iwpv2" in archive.namelist() or ".iwph" in archive.namelist():
                raise ExtractionError(
                    "The file is encrypted. Ask for the password or an open copy.", state=ExtractionState.ENCRYPTED
                )
            texts, failures = _texts(archive)
            lines = list(dict.fromkeys(line for text in texts for line in text.split("\n")))
            text = tidy("\n".join(lines)) or _preview(archive)
        if not text and failures:
            raise ExtractionError(failures[0])
        return from_text(self, media_type, text, warnings=failures)


def _texts(archive: zipfile.ZipFile) -> tuple[list[str], list[str]]:
    """Return the texts found, and a sentence for each damaged part."""
    names = archive.namelist()
    for name in _XML:
        if name in names:
            return list(_of_xml(_ungzipped(part(archive, name)))), []
    texts: list[str] = []
    failures: list[str] = []
    if "Index.zip" in names:
        with zipfile.ZipFile(io.BytesIO(part(archive, "Index.zip"))) as index:
            return _texts(index)
    room = _MOST_BYTES
    for name in sorted(name for name in names if name.endswith(".iwa") and not name.startswith(_PATTERNS)):
        try:
            stream = unpacked(part(archive, name), most_bytes=room)
            texts += _of_objects(stream)
        except Damaged as fault:
            failures.append(f"The part {name} of the file is damaged ({fault}). Ask for an undamaged copy.")
            continue
        room -= len(stream)
    return texts, failures


def _of_objects(stream: bytes) -> Iterator[str]:
    for kind, payload in objects(stream):
        if kind == _TEXT_STORAGE:
            yield "".join(strings(payload, (3,))).translate(_ANCHORS).replace("\u2028", "\n").replace("\u2029", "\n")
        elif kind == _TABLE_LIST:
            yield from strings(payload, (3, 3))


def _of_xml(data: bytes) -> Iterator[str]:
    """Give the paragraphs and cells of an iWork '09 document."""
    for event, element in elements(data):
        name = local(element)
        if event == "start":
            continue
        if name == "p":
            yield "".join(str(text) for text in element.itertext())
        elif name in _CELLS:
            yield next((str(value) for key, value in element.attrib.items() if str(key).endswith(_CELLS[name])), "")


def _ungzipped(data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            found = file.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as fault:
        raise ExtractionError(f"The file is damaged ({fault}). Ask for an undamaged copy.") from fault
    if len(found) > _MOST_BYTES:
        raise ExtractionError("Its content unpacks without end and is not read.", state=ExtractionState.TOO_LARGE)
    return found


def _preview(archive: zipfile.ZipFile) -> str:
    """Return the text of the PDF that old programs kept inside a document, "" where there is none."""
    if _PREVIEW not in archive.namelist():
        return ""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(part(archive, _PREVIEW))
    except pdfium.PdfiumError:
        return ""
    try:
        return tidy("\n\n".join(page.get_textpage().get_text_bounded() for page in document))
    except pdfium.PdfiumError:
        return ""
    finally:
        document.close()
