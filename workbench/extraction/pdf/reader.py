"""PDF by PDFium: text page by page; pages without readable text are recognised.

Encrypted files are a result, damaged pages make it partial. Nothing in the
file is run: no form script, no link, no attachment.
"""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import EMPTY, from_pages, version
from workbench.extraction.merging import waiting
from workbench.extraction.pdf import second
from workbench.extraction.pdf.attachments import Attached, attached
from workbench.extraction.pdf.forms import XFA_FULL, xfa_lines
from workbench.extraction.pdf.layer import is_right_to_left
from workbench.extraction.pdf.mending import Mended, mended
from workbench.extraction.pdf.metadata import metadata
from workbench.extraction.pdf.opening import OpenPdf, opened
from workbench.extraction.pdf.pages import Pages, read_pages
from workbench.extraction.pdf.repair import has_end, repaired
from workbench.extraction.pdf.tables import Looked, tables
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, ExtractionState, Metadata

_SWITCHED_OFF = "There is no text in it and recognition is switched off; switch on ocr."
_DYNAMIC_FORM = (
    "The PDF is a dynamic form (XFA), whose pages only Adobe's programs show; "
    "what was filled in stands below its last page."
)
_CUT_OFF = "The PDF is cut off; what is left of it was read. Ask for a complete copy."

# Of longer documents PDFium's text stands from there on: the other engine takes 50 ms a page.
_MOST_TURNED = 500


class PdfReader:
    """Reads PDF of any version."""

    name = "pdf"
    gives = ("text", "pages", "tables", "fields", "metadata", "children", "ocr")

    @property
    def version(self) -> str:
        return version("3", "pypdfium2", "pikepdf", "pdfplumber", "docling-parse")

    def claim(self, media_type: str, head: bytes) -> int:
        return 70 if media_type == known.PDF else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        lacking = needs.packages("pypdfium2", "pdfplumber", "pikepdf")
        return lacking + (needs.recognition(options.languages) if options.ocr else ())

    def switched_off(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        off = () if options.ocr else ("Scanned pages are not recognised (extraction.ocr is off).",)
        return off if options.tables else (*off, "Tables are not looked for (extraction.tables is off).")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        try:
            found = self._read(path, media_type, options)
        except ExtractionError as fault:
            if fault.state is not ExtractionState.CORRUPT:
                raise
            return self._read_repaired(path, media_type, options, fault)
        if not _lost_pages(found):
            return found
        # PDFium opens files with holes; qpdf may find more pages in them.
        with suppress(ExtractionError):
            again = self._read_repaired(path, media_type, options, ExtractionError(found.message))
            return again if len(again.text) > len(found.text) else found
        return found

    def _read_repaired(
        self, path: Path, media_type: str, options: ExtractOptions, damage: ExtractionError
    ) -> Extraction:
        """Read what qpdf makes of a damaged file; `damage` says what is wrong with the file itself."""
        # What was taken out of the damaged file must stay as it is.
        options = replace(options, scratch=options.scratch / "repaired")
        try:
            whole = repaired(path, options.scratch, options.passwords)
        except ExtractionError as fault:
            raise fault if fault.state is ExtractionState.ENCRYPTED else damage from fault
        try:
            found = self._read(whole, media_type, options)
        finally:
            whole.unlink(missing_ok=True)
        if found.state is ExtractionState.EMPTY:
            raise damage
        found = replace(found, warnings=(f"It was repaired before it was read. {damage}", *found.warnings))
        if has_end(path) or not found.state.is_readable:
            return found
        message = f"{_CUT_OFF} {found.message}".strip()
        return replace(found, state=ExtractionState.PARTIAL, message=message)

    def _read(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        pdf = opened(path, options.passwords)
        content = Mended()
        try:
            facts = metadata(pdf)
            content = mended(path, pdf.password, options.scratch)
            if content.copy:
                pdf.turn_to(content.copy)
            pages = read_pages(pdf, options)
            _add_form_data(pdf, pages, options)
            _read_right_to_left(pdf, pages)
            # A later go adds pages only.
            is_first = options.first_page == 1
            looked = tables(pdf) if options.tables and is_first else Looked()
            inside = attached(pdf, pages.pinned, options) if is_first else Attached()
        finally:
            pdf.close()
            if content.copy:
                content.copy.unlink(missing_ok=True)
        found = self._extraction(media_type, facts, pages, inside, options)
        if content.pages and not found.text.strip() and not found.next_page:
            raise ExtractionError(content.nothing)
        found = _lessened(found, content.sentence, pages.unread)
        return replace(found, tables=looked.tables, warnings=(*found.warnings, *looked.warnings))

    def _extraction(
        self, media_type: str, facts: Metadata, pages: Pages, inside: Attached, options: ExtractOptions
    ) -> Extraction:
        extraction = from_pages(
            self,
            media_type,
            pages.texts,
            metadata=facts,
            failures=pages.failures,
            failed_as=pages.failed_as,
            from_ocr=bool(pages.recognised),
            warnings=(*pages.notes, *inside.warnings),
        )
        extraction = replace(
            extraction,
            recognised=tuple(pages.recognised),
            children=inside.children,
            fields=inside.fields or {},
            seconds={"ocr": round(pages.ocr_s, 4)} if pages.tried else {},
        )
        if pages.next_page:
            return _unfinished(extraction, pages)
        if extraction.state is ExtractionState.EMPTY and not options.ocr:
            return replace(extraction, message=_SWITCHED_OFF)
        return extraction


def _lessened(found: Extraction, *sentences: str) -> Extraction:
    """Return it as partial where sentences say what is missing."""
    said = [sentence for sentence in sentences if sentence]
    if not said:
        return found
    own = "" if found.message in (EMPTY, _SWITCHED_OFF) else found.message
    return replace(found, state=ExtractionState.PARTIAL, message=" ".join((*said, own)).strip())


def _lost_pages(found: Extraction) -> bool:
    return found.state is ExtractionState.PARTIAL and any("is damaged" in sentence for sentence in found.warnings)


def _unfinished(extraction: Extraction, pages: Pages) -> Extraction:
    """Return it as partial: pages wait for another go."""
    assert pages.next_page is not None
    own = "" if extraction.message == EMPTY else extraction.message
    message = f"{own} {waiting(pages.next_page, len(pages.texts))}".strip()
    return replace(extraction, state=ExtractionState.PARTIAL, message=message, next_page=pages.next_page)


def _add_form_data(pdf: OpenPdf, pages: Pages, options: ExtractOptions) -> None:
    """Put the data of an XFA form below the last page, where the pages do not show it."""
    if pdf.form_type < XFA_FULL or not pages.texts or options.first_page > 1:
        return
    shown = "\n".join(pages.texts)
    lines = [line for line in xfa_lines(pdf.document) if line.partition(": ")[2] not in shown]
    pages.texts[-1] = "\n".join((pages.texts[-1], *lines)).strip()
    if pdf.form_type == XFA_FULL:
        pages.notes.append(_DYNAMIC_FORM)


def _read_right_to_left(pdf: OpenPdf, pages: Pages) -> None:
    """Read Arabic and Hebrew pages again by the engine that keeps their words together."""
    # What was recognised or filled in is not to be had from the other engine.
    settled = {page.page - 1 for page in pages.recognised} | pages.overlaid
    turned = [number for number, text in enumerate(pages.texts) if number not in settled and is_right_to_left(text)]
    if not turned:
        return
    try:
        texts = second.asked(pdf.path, (pdf.password,), turned[:_MOST_TURNED]).texts
    except second.EngineError as fault:
        pages.notes.append(f"{second.ENGINE} could not read the pages written from right to left: {fault}.")
        return
    # Where it finds much less, it has missed something.
    better = {number: text for number, text in texts.items() if len(text) >= 0.8 * len(pages.texts[number])}
    for number, text in better.items():
        pages.texts[number] = text
    if better:
        which = "All" if len(better) == len(turned) else f"{len(better)} of {len(turned)}"
        pages.notes.append(f"{which} pages written from right to left were read by {second.ENGINE}.")
