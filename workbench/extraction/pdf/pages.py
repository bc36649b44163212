"""The pages of a PDF, one after the other: their own text, or what is recognised on them.

Pages whose text means nothing, pages with little text on which something is
drawn, and scans with some text above, beside or below them are recognised as
long as the budget lasts; the rest of those waits for another go. Pages with
text of their own are all read in the first go.
"""

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from workbench.errors import ExtractionError
from workbench.extraction.pdf.drawing import Drawn, drawn_on, find_texts, is_blank, refuse_bomb, rendered
from workbench.extraction.pdf.forms import flattened, lacking, overlay
from workbench.extraction.pdf.layer import Layer, text_layer
from workbench.extraction.pdf.opening import OpenPdf
from workbench.extraction.pdf.scans import FEW_LETTERS, MOST_LETTERS, are_large, is_scan, is_told, with_own
from workbench.extraction.protocol import ExtractOptions
from workbench.extraction.recognition.budget import Budget
from workbench.extraction.recognition.ocr import read_picture
from workbench.records import ExtractionState, RecognisedPage

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

_MOST_PAGES = 200_000
# Letters drawn as outlines are drawn and read in two seconds each; maps and plans can take a minute.
_DRAWING_S = 15.0
# A page tree may promise millions of pages that are not there.
_MOST_MISSING = 50
# PDFium keeps some 30 bytes for each character read, and pictures; opening a document of 100,000 pages takes 0.1 s.
_KEPT = 3_000_000
_PICTURE_WEIGHT = 30_000


@dataclass(kw_only=True)
class Pages:
    """What was read so far, page by page.

    Parameters
    ----------
    failures : a sentence for each page that could not be read
    failed_as : what the document is when nothing could be read because of them
    unread : a sentence where only the first pages were read
    next_page : the first page that waits to be recognised, counted from 1
    pinned : pages to which files are pinned, counted from 0
    overlaid : pages with something filled in or noted, counted from 0
    tried : pages given to recognition in this go
    ocr_s : seconds of drawing and recognising
    """

    texts: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    recognised: list[RecognisedPage] = field(default_factory=list)
    failed_as: ExtractionState = ExtractionState.CORRUPT
    unread: str = ""
    next_page: int | None = None
    pinned: list[int] = field(default_factory=list)
    overlaid: set[int] = field(default_factory=set)
    tried: int = 0
    ocr_s: float = 0.0


def read_pages(pdf: OpenPdf, options: ExtractOptions) -> Pages:
    """Read the pages of a PDF from `options.first_page` on; those before it come back empty."""
    import pypdfium2 as pdfium

    pages = Pages()
    budget = Budget(seconds=options.ocr_budget_s)
    count = min(len(pdf.document), _MOST_PAGES)
    pages.unread = only_the_first(count, len(pdf.document))
    pages.texts = [""] * min(options.first_page - 1, count)
    room, missing, kept = options.limits.text_chars, 0, 0
    for number in range(len(pages.texts), count):
        if room < 0 or missing > _MOST_MISSING:
            break
        if kept > _KEPT:
            pdf.reopen()
            kept = 0
        try:
            page = pdf.document[number]
        except pdfium.PdfiumError as fault:
            pages.texts.append("")
            pages.failures.append(f"Page {number + 1} is damaged ({fault}).")
            missing += 1
            continue
        missing, tried = 0, pages.tried
        pages.texts.append(_page_text(page, number, options, pages, budget))
        room -= len(pages.texts[-1])
        kept += len(pages.texts[-1]) + _PICTURE_WEIGHT * (pages.tried - tried)
    if missing > _MOST_MISSING:
        del pages.texts[-missing:]
        pages.failures.append(f"The pages from {len(pages.texts) + 1} on are not there.")
    return pages


def only_the_first(read: int, count: int) -> str:
    """Say that of so many pages only the first were read, "" where it was all of them."""
    return f"Only the first {read:,} of {count:,} pages were read." if read < count else ""


def _page_text(page: "PdfPage", number: int, options: ExtractOptions, pages: Pages, budget: Budget) -> str:
    import pypdfium2 as pdfium

    try:
        upon = overlay(page)
        if upon.has_files:
            pages.pinned.append(number)
        if upon.written:
            pages.overlaid.add(number)
        if upon.is_drawn:
            page = flattened(page, number)
        layer = text_layer(page)
        text = _with_recognition(page, number, layer, options, pages, budget)
        return "" if text is None else "\n".join((text, *lacking(upon.written, text))).strip()
    except pdfium.PdfiumError as fault:
        pages.failures.append(f"The text of page {number + 1} is damaged ({fault}).")
        return ""
    finally:
        page.close()


def _with_recognition(
    page: "PdfPage", number: int, layer: Layer, options: ExtractOptions, pages: Pages, budget: Budget
) -> str | None:
    """Return a page's text, None where it waits to be recognised."""
    if layer.is_garbage and not options.ocr:
        pages.notes.append(f"The text of page {number + 1} is garbled: its fonts do not say what their signs mean.")
    if not options.ocr or (len(layer.text) >= MOST_LETTERS and not layer.is_garbage):
        return layer.text
    drawn = drawn_on(page, paths=len(layer.text) < FEW_LETTERS)
    if not _is_worth_recognising(page, layer, drawn):
        return layer.text
    # At least one page is recognised in each go, or there would be no end.
    if pages.tried and budget.is_spent:
        pages.next_page = pages.next_page or number + 1
        return None
    pages.tried += 1
    started = time.perf_counter()
    found = _recognised(page, number, drawn, options, pages)
    pages.ocr_s += time.perf_counter() - started
    if not found:
        return layer.text
    # What cannot be seen was itself read from the scan, and left most of it out.
    is_worse = drawn.has_hidden_text and len(layer.text) < len(found)
    return found if layer.is_garbage or is_worse else with_own(layer.text, found)


def _is_worth_recognising(page: "PdfPage", layer: Layer, drawn: Drawn) -> bool:
    if layer.is_garbage:
        return True
    if len(layer.text) >= FEW_LETTERS:
        if not are_large(drawn.pictures_at):
            return False
        find_texts(page, drawn)
        return is_scan(drawn.pictures_at, drawn.texts_at)
    return bool(drawn.pictures) or drawn.has_outlines or (not layer.text and bool(drawn.texts))


def _recognised(page: "PdfPage", number: int, drawn: Drawn, options: ExtractOptions, pages: Pages) -> str:
    import pypdfium2 as pdfium

    # Nothing says that there is text on it: its lines may be letters or not.
    is_drawing = not drawn.pictures and not drawn.texts
    if is_drawing:
        options = replace(options, ocr_page_timeout_s=min(options.ocr_page_timeout_s, _DRAWING_S))
    try:
        refuse_bomb(drawn, options)
        image, dpi = rendered(page, options)
        # Places of text are looked up only where there is some to speak of.
        if is_blank(image) or (drawn.texts_at and is_told(image, drawn.texts_at)):
            return ""
        reading = read_picture(image, options, dpi=dpi)
    except ExtractionError as fault:
        if is_drawing and fault.state is ExtractionState.TIMEOUT:
            pages.notes.append(f"Page {number + 1} is a dense drawing; what is written on it was not recognised.")
            return ""
        where = pages.notes if fault.state is ExtractionState.UNSUPPORTED else pages.failures
        where.append(f"Page {number + 1} could not be recognised: {fault}")
        pages.failed_as = fault.state
        return ""
    except (pdfium.PdfiumError, ValueError, OSError) as fault:
        pages.failures.append(f"Page {number + 1} could not be drawn ({fault}).")
        return ""
    pages.notes.extend(reading.warnings)
    if reading.text:
        pages.recognised.append(reading.as_page(number + 1))
    return reading.text
