"""docling for office, web and book formats below size caps: Markdown with headings and tables.

docling leaves out headers, footers, notes and charts; what the direct reader
of a format finds beyond docling's text is added, so that no word is lost.
Nothing is fetched, rendered or run: no remote picture, no LibreOffice.
"""

import codecs
import re
import warnings
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_pages, from_text, version
from workbench.extraction.cleaning import tidy
from workbench.extraction.damage import marked
from workbench.extraction.delimited import DelimitedReader
from workbench.extraction.docling_bridge.complements import Complement, complement, with_complement
from workbench.extraction.docling_bridge.loading import lean, offline, quiet
from workbench.extraction.docling_bridge.markdown import as_markdown
from workbench.extraction.docling_bridge.packages import is_within, readable
from workbench.extraction.docling_bridge.tabular import tables
from workbench.extraction.markup.latex import LatexReader
from workbench.extraction.markup.nesting import depth
from workbench.extraction.office.extent import is_vast
from workbench.extraction.plain import PlainReader
from workbench.extraction.protocol import Declined, ExtractOptions, Extractor, Mode
from workbench.records import Extraction

if TYPE_CHECKING:
    from docling.document_converter import DocumentConverter
    from docling_core.types.doc import DoclingDocument

_MB = 1024**2

# Media type: docling's name for the format, and the cap that holds.
_KINDS = {
    known.DOCX: ("docx", "word_kb"),
    known.DOTX: ("docx", "word_kb"),
    known.DOCM: ("docx", "word_kb"),
    known.XLSX: ("xlsx", "sheet_kb"),
    known.XLSM: ("xlsx", "sheet_kb"),
    known.PPTX: ("pptx", "slides_kb"),
    known.PPSX: ("pptx", "slides_kb"),
    known.PPTM: ("pptx", "slides_kb"),
    known.ODT: ("odt", "word_kb"),
    known.ODS: ("ods", "sheet_kb"),
    known.ODP: ("odp", "slides_kb"),
    known.HTML: ("html", "html_kb"),
    known.XHTML: ("html", "html_kb"),
    # Its page is taken out: docling trusts the encoding that a page declares, and an archive may hold another.
    known.MHTML: ("html", "html_kb"),
    known.EPUB: ("epub", "book_kb"),
    known.ASCIIDOC: ("asciidoc", "text_kb"),
    known.LATEX: ("latex", "text_kb"),
    known.VTT: ("vtt", "text_kb"),
    known.MARKDOWN: ("md", "text_kb"),
    known.CSV: ("csv", "text_kb"),
    known.PAGES: ("iwork_pages", "slides_kb"),
    known.NUMBERS: ("iwork_numbers", "slides_kb"),
    known.KEY: ("iwork_keynote", "slides_kb"),
}
# docling's Markdown escapes and pads their characters, and glues words of LaTeX: it is asked for structure only.
_DIRECT: dict[str, Extractor] = {
    known.MARKDOWN: PlainReader(),
    known.CSV: DelimitedReader(),
    known.LATEX: LatexReader(),
}
# No direct reader stands behind docling for these.
_ONLY_HERE = frozenset({known.PAGES, known.NUMBERS, known.KEY})
_SHEETS = frozenset({"xlsx", "ods"})
_OPEN_XML = frozenset({"docx", "pptx", "xlsx"})
# An office file may unpack to far more than its size: this is what docling's XML tree may grow from. It takes
# 0.3 ms for a paragraph and 0.06 ms for a cell of a sheet.
_MAX_UNPACKED = 60 * _MB
_MAX_PARAGRAPHS = 30_000
_MAX_CELLS = 150_000
# Cells of the rectangle that a sheet spans, empty ones included: docling visits each.
_MAX_SPAN = 1_000_000
# docling walks through a page by recursion and fails at some 700.
_DEEPEST = 200


class DoclingReader:
    """Reads what docling converts without models."""

    name = "docling"
    gives = ("text", "structure", "tables", "metadata")

    @property
    def version(self) -> str:
        return version("4", "docling-slim")

    def claim(self, media_type: str, head: bytes) -> int:
        return 60 if media_type in _KINDS else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("docling")

    def switched_off(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        is_off = options.mode is Mode.FAST and media_type not in _ONLY_HERE
        return ("docling is not asked (extraction.mode is fast).",) if is_off else ()

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        kind, cap = _KINDS[media_type]
        if options.mode is Mode.FAST and media_type not in _ONLY_HERE:
            raise Declined("the direct readers are asked for")
        if media_type in _DIRECT and not options.keeps_structure:
            raise Declined("its own characters are its text")
        size = path.stat().st_size
        if size > 1024 * getattr(options.caps, cap) or not _is_within(path):
            raise Declined(f"its {size:,} bytes are more than docling reads in good time")
        if cap == "sheet_kb" and is_vast(path, media_type, most_cells=_MAX_SPAN):
            raise Declined("its cells lie too far apart for docling, which visits those between them")
        data = path.read_bytes()
        given = _input(data, media_type)
        addition = complement(data, media_type)
        with warnings.catch_warnings(), quiet():
            # docling and its libraries warn about their own future; that is no news about this file.
            warnings.simplefilter("ignore")
            document = _converted(given, kind)
            pages = _page_texts(document, addition)
            text = tidy(as_markdown(document, with_hidden=kind in _SHEETS)) if not pages else ""
        structure = document.model_dump_json(exclude_none=True) if options.keeps_structure else None
        found = tuple(tables(document)) if options.tables else ()
        if media_type in _DIRECT:
            direct = _DIRECT[media_type].extract(path, media_type, replace(options, tables=False))
            extraction = replace(direct, extractor=self.name, version=self.version)
        elif pages:
            metadata = replace(addition.metadata, page_count=len(pages))
            extraction = from_pages(self, media_type, pages, metadata=metadata)
        else:
            extraction = from_text(self, media_type, with_complement(text, addition), metadata=addition.metadata)
        if media_type in {known.HTML, known.XHTML}:
            from workbench.extraction.markup.html import decode_markup

            extraction = marked(extraction, decode_markup(data))
        return replace(extraction, structure=structure, tables=found)


def preload() -> None:
    """Import docling and make its converters, so that workers forked from here start at once."""
    from workbench.extraction.docling_bridge.models import pipeline

    offline()
    with warnings.catch_warnings(), quiet(), lean():
        warnings.simplefilter("ignore")
        _close_libreoffice()
        for kind, _ in _KINDS.values():
            _converter(kind)
        pipeline(ExtractOptions(scratch=Path()))


def _is_within(path: Path) -> bool:
    """Is a package small enough inside? What is damaged is left to docling and then to the direct reader."""
    try:
        with zipfile.ZipFile(path) as archive:
            return is_within(
                archive, unpacked=_MAX_UNPACKED, paragraphs=_MAX_PARAGRAPHS, cells=_MAX_CELLS, deepest=_DEEPEST
            )
    except MemoryError:
        raise
    except Exception:  # zipfile and its decompressors raise many kinds on what is no package, or a damaged one
        return True


def _input(data: bytes, media_type: str) -> bytes:
    """Return what docling is given: pages as UTF-8, since it misreads UTF-16.

    Raises
    ------
    Declined
        A page is nested deeper than docling walks, or there is none.
    """
    from workbench.extraction.mail.mime import html_parts, parsed
    from workbench.extraction.markup.html import decode_markup

    if media_type not in {known.HTML, known.XHTML, known.MHTML}:
        return data
    pages = html_parts(parsed(data)) if media_type == known.MHTML else [decode_markup(data)]
    if not pages:
        raise Declined("no page is in it")
    _refuse_depth(pages)
    # The mark at the start outweighs the encoding that the page declares, which is no longer its own.
    return codecs.BOM_UTF8 + re.sub(r"^\s*<\?xml[^>]*\?>", "", pages[0], count=1).encode("utf-8", "replace")


def _refuse_depth(pages: Iterable[str]) -> None:
    if any(depth(page, enough=_DEEPEST) >= _DEEPEST for page in pages):
        raise Declined("its elements are nested deeper than docling walks")


def _page_texts(document: "DoclingDocument", addition: Complement) -> list[str]:
    """Return Markdown slide by slide with what docling lacks of each; nothing where slides are not told apart."""
    numbers = sorted(document.pages)
    if not addition.pages or len(numbers) != len(addition.pages):
        return []
    slides = zip(numbers, addition.pages, strict=True)
    return [
        with_complement(tidy(as_markdown(document, page=number)), Complement(lines=lines)) for number, lines in slides
    ]


def _converted(data: bytes, kind: str) -> "DoclingDocument":
    """Have docling read; packages a second time without what it takes for elements and stumbles over."""
    if kind not in _OPEN_XML:
        return _convert(data, kind)
    try:
        return _convert(readable(data), kind)
    except RuntimeError as fault:
        bare = readable(data, without_comments=True)
        try:
            return _convert(bare, kind)
        except RuntimeError:
            raise fault from None


def _convert(data: bytes, kind: str) -> "DoclingDocument":
    offline()
    with lean():
        from docling.datamodel.base_models import ConversionStatus, DocumentStream, InputFormat

        _close_libreoffice()
    extension = {
        "asciidoc": "adoc",
        "latex": "tex",
        "iwork_pages": "pages",
        "iwork_numbers": "numbers",
        "iwork_keynote": "key",
    }
    stream = DocumentStream(name=f"document.{extension.get(kind, kind)}", stream=BytesIO(data))
    result = _converter(kind).convert(stream, raises_on_error=False)
    if result.status not in {ConversionStatus.SUCCESS, ConversionStatus.PARTIAL_SUCCESS}:
        reasons = "; ".join(error.error_message for error in result.errors) or str(result.status)
        raise RuntimeError(f"{InputFormat(kind).value} conversion failed: {reasons}"[:300])
    document: DoclingDocument = result.document
    return document


@lru_cache(maxsize=32)
def _converter(kind: str) -> "DocumentConverter":
    from docling.datamodel.backend_options import HTMLBackendOptions
    from docling.datamodel.base_models import InputFormat
    from docling.document_converter import DocumentConverter, FormatOption, HTMLFormatOption

    chosen = InputFormat(kind)
    formats: dict[InputFormat, FormatOption] = {}
    if chosen is InputFormat.HTML:
        # Otherwise everything above the first heading counts as furniture and is left out of the text.
        formats[chosen] = HTMLFormatOption(backend_options=HTMLBackendOptions(infer_furniture=False, add_title=False))
    converter = DocumentConverter(allowed_formats=[chosen], format_options=formats)
    converter.initialize_pipeline(chosen)
    return converter


@lru_cache(maxsize=1)
def _close_libreoffice() -> None:
    """Keep docling from starting LibreOffice for drawings.

    Where `soffice` is installed, three back ends render every drawing through
    it (31 s for a 49 KB file), and no option turns that off.
    """
    from importlib import import_module

    for name in ("msword", "mspowerpoint", "msexcel", "iwork"):
        module = import_module(f"docling.backend.{name}_backend")
        if hasattr(module, "get_docx_to_pdf_converter"):
            module.get_docx_to_pdf_converter = lambda: None  # type: ignore[attr-defined] # the point of this function
