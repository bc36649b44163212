"""PDF by pypdfium2: text page by page; pages that are only a picture are recognised.

Encrypted files are a result, damaged pages make it partial. Nothing in the
file is run: no form script, no link, no attachment.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_pages, version
from workbench.extraction.cleaning import moment, tidy
from workbench.extraction.protocol import ExtractOptions
from workbench.extraction.recognition.ocr import read_picture
from workbench.records import Extraction, ExtractionState, Metadata

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import PdfDocument, PdfPage

# A scan often carries a page number or a stamp as text.
_FEW_LETTERS = 20
_PICTURE = 3  # FPDF_PAGEOBJ_IMAGE
_PASSWORD = 4  # FPDF_ERR_PASSWORD
# PDFium writes U+FFFE (older versions U+0002) for a hyphen at the end of a line.
_HYPHEN = re.compile("[\ufffe\x02]\r?\n?(?=([^\\W\\d_])?)")


@dataclass
class _Pages:
    """What was read so far, page by page."""

    texts: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    recognised: int = 0
    failed_as: ExtractionState = ExtractionState.CORRUPT


class PdfReader:
    """Reads PDF of any version."""

    name = "pdf"
    gives = ("text", "pages", "metadata", "ocr")

    @property
    def version(self) -> str:
        return version("1", "pypdfium2")

    def claim(self, media_type: str, head: bytes) -> int:
        return 70 if media_type == known.PDF else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("pypdfium2") + (needs.recognition(options.languages) if options.ocr else ())

    def switched_off(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return () if options.ocr else ("Scanned pages are not recognised (extraction.ocr is off).",)

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        document = _opened(path)
        try:
            metadata = _metadata(document)
            pages = _read_pages(document, options)
        finally:
            document.close()
        extraction = from_pages(
            self,
            media_type,
            pages.texts,
            metadata=metadata,
            failures=pages.failures,
            failed_as=pages.failed_as,
            from_ocr=pages.recognised > 0,
            warnings=pages.notes,
        )
        if extraction.state is ExtractionState.EMPTY and not options.ocr:
            return replace(extraction, message="There is no text in it and recognition is switched off; switch on ocr.")
        return extraction


def _opened(path: Path) -> "PdfDocument":
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as fault:
        if getattr(fault, "err_code", None) == _PASSWORD or "password" in str(fault).lower():
            raise ExtractionError(
                "The PDF is encrypted. Ask for the password or an open copy.", state=ExtractionState.ENCRYPTED
            ) from fault
        raise ExtractionError(f"The PDF is damaged ({fault}). Ask for an undamaged copy.") from fault
    if len(document) == 0:
        document.close()
        raise ExtractionError("The PDF is damaged: it has no pages. Ask for an undamaged copy.")
    return document


def _read_pages(document: "PdfDocument", options: ExtractOptions) -> _Pages:
    import pypdfium2 as pdfium

    pages = _Pages()
    room = options.limits.text_chars
    for number in range(len(document)):
        if room < 0:
            break
        try:
            page = document[number]
        except pdfium.PdfiumError as fault:
            pages.texts.append("")
            pages.failures.append(f"Page {number + 1} is damaged ({fault}).")
            continue
        try:
            text = _page_text(page, number, options, pages)
        finally:
            page.close()
        pages.texts.append(text)
        room -= len(text)
    return pages


def _page_text(page: "PdfPage", number: int, options: ExtractOptions, pages: _Pages) -> str:
    import pypdfium2 as pdfium

    try:
        text = _own_text(page)
    except pdfium.PdfiumError as fault:
        pages.failures.append(f"The text of page {number + 1} is damaged ({fault}).")
        return ""
    if len(text) >= _FEW_LETTERS or not options.ocr or not _has_picture(page):
        return text
    try:
        reading = read_picture(_rendered(page, options), options, dpi=options.dpi)
    except ExtractionError as fault:
        where = pages.notes if fault.state is ExtractionState.UNSUPPORTED else pages.failures
        where.append(f"Page {number + 1} could not be recognised: {fault}")
        pages.failed_as = fault.state
        return text
    except pdfium.PdfiumError as fault:
        pages.failures.append(f"Page {number + 1} could not be drawn ({fault}).")
        return text
    pages.notes.extend(reading.warnings)
    if not reading.text:
        return text
    pages.recognised += 1
    return reading.text if text in reading.text else f"{text}\n{reading.text}".strip()


def _own_text(page: "PdfPage") -> str:
    layer = page.get_textpage()
    try:
        text = layer.get_text_bounded()
    finally:
        layer.close()
    return tidy(_HYPHEN.sub(_joined, text))


def _joined(match: re.Match[str]) -> str:
    """Join a word broken at a line's end; before a capital the hyphen belongs to it (E-Mail)."""
    following = match.group(1) or ""
    return "" if following.islower() else "-"


def _has_picture(page: "PdfPage") -> bool:
    return next(iter(page.get_objects(filter=(_PICTURE,), max_depth=4)), None) is not None


def _rendered(page: "PdfPage", options: ExtractOptions) -> "Image":
    width, height = page.get_size()
    scale = options.dpi / 72
    pixels = width * height * scale * scale
    if pixels > options.limits.pixels:
        scale *= math.sqrt(options.limits.pixels / pixels)
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    try:
        image: Image = bitmap.to_pil().copy()
    finally:
        bitmap.close()
    return image


def _metadata(document: "PdfDocument") -> Metadata:
    fields = _fields(document)
    attachments = _attachment_names(document)
    raw: dict[str, object] = {**fields, "pdf_version": document.get_version(), "tagged": bool(document.is_tagged())}
    if attachments:
        raw["attachments"] = attachments
    return Metadata(
        title=fields.get("Title"),
        author=fields.get("Author"),
        subject=fields.get("Subject"),
        created_at=moment(fields.get("CreationDate")),
        modified_at=moment(fields.get("ModDate")),
        page_count=len(document),
        software=fields.get("Producer") or fields.get("Creator"),
        raw=raw,
    )


def _fields(document: "PdfDocument") -> Mapping[str, str]:
    import pypdfium2 as pdfium

    try:
        return dict(document.get_metadata_dict(skip_empty=True))
    except (pdfium.PdfiumError, ValueError):
        return {}


def _attachment_names(document: "PdfDocument") -> list[str]:
    import pypdfium2 as pdfium

    try:
        return [document.get_attachment(number).get_name() for number in range(min(document.count_attachments(), 100))]
    except (pdfium.PdfiumError, ValueError):
        return []
