"""A PDF through docling, range of pages after range, so that memory stays bounded."""

import logging
import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.errors import ExtractionError
from workbench.extraction.cleaning import tidy
from workbench.extraction.docling_bridge.loading import lean, offline, quiet
from workbench.extraction.docling_bridge.markdown import as_markdown
from workbench.extraction.protocol import ExtractOptions
from workbench.records import ExtractionState, RecognisedPage

if TYPE_CHECKING:
    from docling_core.types.doc import DoclingDocument

    from workbench.extraction.docling_bridge.ocr import PytesseractModel
    from workbench.extraction.docling_bridge.pipeline import PagewisePipeline
    from workbench.extraction.pdf.opening import OpenPdf

log = logging.getLogger(__name__)

_PAGES_AT_ONCE = 16


@dataclass(kw_only=True)
class Structured:
    """What docling made of a PDF.

    Parameters
    ----------
    texts : Markdown by the number of its page, counted from 1
    documents : one of each range
    unread : why docling could not read a page, by its number
    failures : a sentence for each page that could not be recognised
    next_page : the first page that waits to be recognised
    """

    texts: dict[int, str] = field(default_factory=dict)
    documents: list["DoclingDocument"] = field(default_factory=list)
    unread: dict[int, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    recognised: list[RecognisedPage] = field(default_factory=list)
    failed_as: ExtractionState = ExtractionState.CORRUPT
    next_page: int | None = None


def structured(pdf: "OpenPdf", options: ExtractOptions) -> Structured:
    """Read a PDF from `options.first_page` on.

    Raises
    ------
    ExtractionError
        docling could read none of its pages.
    """
    offline()
    from workbench.extraction.docling_bridge.models import pipeline

    read = Structured()
    with warnings.catch_warnings(), quiet():
        # docling and its libraries warn about their own future; that is no news about this file.
        warnings.simplefilter("ignore")
        # The libraries of the models may need what docling itself does not.
        with lean() if options.models is None else nullcontext():
            chosen, notes = pipeline(options)
        read.notes += notes
        count, room = len(pdf.document), options.limits.text_chars
        for first in range(options.first_page, count + 1, _PAGES_AT_ONCE):
            numbers = range(first, min(first + _PAGES_AT_ONCE, count + 1))
            _read_range(chosen, pdf, numbers, read)
            room -= sum(len(read.texts.get(number, "")) for number in numbers)
            if room < 0:
                break
        _note_recognition(chosen.ocr_model, read)
    if read.unread and not read.texts:
        raise ExtractionError(f"docling could read no page: {next(iter(read.unread.values()))}")
    return read


def _read_range(chosen: "PagewisePipeline", pdf: "OpenPdf", numbers: range, read: Structured) -> None:
    try:
        document, failed = _converted(chosen, pdf, numbers)
    except MemoryError:
        raise
    except Exception as fault:  # docling raises anything for a document that it cannot parse at all
        log.info("docling could not read pages %s to %s", numbers.start, numbers.stop - 1, exc_info=fault)
        read.unread.update(dict.fromkeys(numbers, f"{type(fault).__name__}: {fault}"[:200]))
        return
    read.documents.append(document)
    read.unread.update(failed)
    for number in numbers:
        if number not in failed:
            read.texts[number] = tidy(as_markdown(document, page=number))


def _converted(chosen: "PagewisePipeline", pdf: "OpenPdf", numbers: range) -> tuple["DoclingDocument", dict[int, str]]:
    from docling.datamodel.backend_options import PdfBackendOptions
    from docling.datamodel.base_models import InputFormat
    from docling.datamodel.document import InputDocument
    from docling.datamodel.settings import DocumentLimits
    from pydantic import SecretStr

    from workbench.extraction.docling_bridge.parsing import ParsedDocument

    source = InputDocument(
        path_or_stream=pdf.path,
        format=InputFormat.PDF,
        backend=ParsedDocument,
        backend_options=PdfBackendOptions(password=SecretStr(pdf.password) if pdf.password else None),
        limits=DocumentLimits(page_range=(numbers.start, numbers.stop - 1)),
    )
    if not source.valid:
        raise ExtractionError("docling could not open the PDF.")
    result = chosen.execute(source, raises_on_error=True)
    document: DoclingDocument = result.document
    # The same bytes give the same document, whatever the file is called.
    document.name = "document"
    if document.origin is not None:
        document.origin.filename = "document.pdf"
    failed = {error.page_no: error.error_message[:200] for error in result.errors if error.page_no is not None}
    return document, failed


def _note_recognition(model: "PytesseractModel", read: Structured) -> None:
    for number, reading in model.readings.items():
        read.notes.extend(reading.warnings)
        if reading.text:
            read.recognised.append(reading.as_page(number))
    for number, fault in model.failures.items():
        where = read.notes if fault.state is ExtractionState.UNSUPPORTED else read.failures
        where.append(f"Page {number} could not be recognised: {fault}")
        read.failed_as = fault.state or read.failed_as
    read.next_page = min(model.waiting, default=None)


def joined(documents: Sequence["DoclingDocument"]) -> "DoclingDocument | None":
    """Join the documents of the ranges; each keeps the numbers of its pages."""
    if len(documents) < 2:
        return documents[0] if documents else None
    from docling_core.types.doc import DoclingDocument, Size

    before = DoclingDocument(name="document")
    for number in range(1, min(documents[0].pages)):
        before.add_page(page_no=number, size=Size(width=0, height=0))
    whole = DoclingDocument.concatenate(docs=[before, *documents] if before.pages else documents)
    whole.name, whole.origin = "document", documents[0].origin
    return whole
