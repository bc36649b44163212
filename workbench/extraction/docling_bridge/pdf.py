"""Structured PDF: headings, paragraphs, lists and tables by docling, asked for by mode.

The direct reader gives what is not structure: metadata, fields, attachments,
what is filled into forms, and the text of pages on which docling fails or
misses words.
"""

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_pages, version
from workbench.extraction.docling_bridge.ranges import Structured, joined, structured
from workbench.extraction.docling_bridge.tabular import tables
from workbench.extraction.merging import page_texts, waiting
from workbench.extraction.pdf.opening import OpenPdf, opened
from workbench.extraction.pdf.reader import PdfReader
from workbench.extraction.protocol import Declined, ExtractOptions, Mode
from workbench.records import Extraction, ExtractionState

_WORD = re.compile(r"\w+")
# docling leaves out the words of drawings and strange fonts. With fewer than this share it missed the page.
_TOO_FEW = 0.7
# Where fewer than this share of neighbouring words are neighbours to docling, too, it shuffled the page: of 420 pages
# of contracts and invoices none has fewer than 0.8, and what is merely parted in another order has 0.4.
_SHUFFLED = 0.35
_FEWEST_WORDS = 25


class StructuredPdfReader:
    """Reads PDF with docling's standard pipeline, without models or with those that are installed."""

    name = "docling-pdf"
    gives = ("text", "pages", "structure", "tables", "fields", "metadata", "children", "ocr")

    @property
    def version(self) -> str:
        return version("2", "docling-slim", "docling-parse", "pypdfium2")

    def claim(self, media_type: str, head: bytes) -> int:
        return 80 if media_type == known.PDF else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        from workbench.extraction.docling_bridge.models import missing

        lacking = needs.packages("docling", "docling_parse", "pytesseract")
        return lacking + (missing(options.models) if options.models is not None else ())

    def switched_off(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        if options.mode is Mode.STRUCTURED:
            return ()
        return ("Headings and lists of PDFs are not looked for (extraction.mode is not structured).",)

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        if options.mode is Mode.FAST or not (options.mode is Mode.STRUCTURED or options.tables):
            raise Declined("structure is not asked for")
        pdf = opened(path, options.passwords)
        try:
            count = len(pdf.document)
            if count > options.caps.structured_pages:
                raise Declined(f"its {count:,} pages are more than docling reads in good time")
            if options.mode is not Mode.STRUCTURED:
                return _with_tables(PdfReader().extract(path, media_type, options), pdf, options)
            direct = PdfReader().extract(path, media_type, replace(options, ocr=False, tables=False))
            read = structured(pdf, options)
        finally:
            pdf.close()
        return self._extraction(media_type, direct, read, options)

    def _extraction(self, media_type: str, direct: Extraction, read: Structured, options: ExtractOptions) -> Extraction:
        texts = page_texts(direct)
        last = max(len(texts), max(read.texts, default=0))
        pages, notes = [], list(read.notes)
        for number in range(1, last + 1):
            plain = texts[number - 1] if number <= len(texts) else ""
            page, note = _best(number, plain, read)
            pages.append(page)
            notes += note
        extraction = from_pages(
            self,
            media_type,
            pages,
            metadata=direct.metadata,
            failures=read.failures,
            failed_as=read.failed_as,
            from_ocr=bool(read.recognised),
            warnings=(*direct.warnings, *notes),
        )
        document = joined(read.documents)
        extraction = replace(
            extraction,
            fields=direct.fields,
            children=direct.children,
            recognised=tuple(read.recognised),
            structure=document.model_dump_json(exclude_none=True) if document is not None else None,
            tables=tuple(tables(document)) if document is not None and options.tables else (),
        )
        return _with_state(extraction, direct, read.next_page, last)


def _with_tables(direct: Extraction, pdf: OpenPdf, options: ExtractOptions) -> Extraction:
    """Add the tables that have no lines between their cells, on pages without ruled ones."""
    if direct.tables and options.first_page > 1:
        return direct
    try:
        read = structured(pdf, replace(options, ocr=False, first_page=1))
    except ExtractionError as fault:
        return replace(direct, warnings=(*direct.warnings, f"Tables without lines were not looked for: {fault}"))
    document = joined(read.documents)
    ruled = {table.page for table in direct.tables}
    found = [table for table in tables(document) if table.page not in ruled] if document is not None else []
    return replace(direct, tables=tuple(sorted((*direct.tables, *found), key=lambda table: table.page or 0)))


def _best(number: int, plain: str, read: Structured) -> tuple[str, tuple[str, ...]]:
    """Return a page's text by docling with what it lacks, or the direct reader's where docling missed the page."""
    if number not in read.texts:
        reason = read.unread.get(number)
        note = (f"Page {number} has no structure: docling could not read it ({reason}).",) if reason else ()
        return plain, note
    text = read.texts[number]
    if any(page.page == number for page in read.recognised):
        return text, ()
    wanted, found = Counter(_WORD.findall(plain.casefold())), Counter(_WORD.findall(text.casefold()))
    if (wanted & found).total() < _TOO_FEW * wanted.total() and _letters(text) < _TOO_FEW * _letters(plain):
        return plain, (f"Page {number} has no structure: docling missed most of its text.",)
    if _is_shuffled(plain, text):
        return plain, (f"Page {number} has no structure: docling lost the order of its words.",)
    return "\n".join((text, *_lacking(plain, text))).strip(), ()


def _is_shuffled(plain: str, text: str) -> bool:
    wanted, found = (Counter(pairwise(_WORD.findall(each.casefold()))) for each in (plain, text))
    return wanted.total() >= _FEWEST_WORDS and (wanted & found).total() < _SHUFFLED * wanted.total()


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _lacking(plain: str, text: str) -> list[str]:
    """Return the plain lines most of whose words are nowhere in `text`, as what is filled into a form."""
    found = set(_WORD.findall(text.casefold()))
    lacking: list[str] = []
    letters = ""
    for line in plain.split("\n"):
        words = _WORD.findall(line.casefold())
        if not words or sum(word not in found for word in words) <= 0.5 * len(words):
            continue
        # Engines part words in different places.
        letters = letters or "".join(_WORD.findall(text.casefold()))
        if "".join(words) not in letters:
            lacking.append(line)
    return lacking


def _with_state(extraction: Extraction, direct: Extraction, next_page: int | None, count: int) -> Extraction:
    """Return it as partial where pages wait for recognition, or where the file itself is not whole."""
    if next_page is not None:
        message = f"{extraction.message} {waiting(next_page, count)}".strip()
        return replace(extraction, state=ExtractionState.PARTIAL, message=message, next_page=next_page)
    if direct.state is ExtractionState.PARTIAL and extraction.state is ExtractionState.OK:
        return replace(extraction, state=ExtractionState.PARTIAL, message=direct.message)
    return extraction
