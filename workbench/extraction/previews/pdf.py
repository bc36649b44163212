"""Pages of a PDF as pictures, by PDFium: rendered at their small size at once.

A page is drawn step by step, so that a map of a million lines ends after a
second; pictures beyond the pixel limit are not decoded at all.
"""

import contextlib
import ctypes
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.extraction.previews.encoding import MAX_EDGE_PX, thumbnail
from workbench.records import Thumbnail

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import PdfDocument, PdfPage

_PICTURE = 3  # FPDF_PAGEOBJ_IMAGE
_PAGE_TIMEOUT_S = 3.0


def pdf_thumbnails(
    source: Path | bytes, *, pages: int, longest_px: int, passwords: Sequence[str], most_pixels: int
) -> tuple[Thumbnail, ...]:
    """Return the first pages; those that cannot be drawn are left out."""
    made: list[Thumbnail] = []
    with _opened(source, passwords) as document:
        for number in range(min(pages, len(document))):
            image = _drawn(document, number, longest_px=longest_px, most_pixels=most_pixels)
            if image is not None:
                made.append(thumbnail(image, page=number + 1, longest_px=longest_px))
    return tuple(made)


def pdf_page(
    source: Path | bytes, page: int, *, dpi: int, passwords: Sequence[str], most_pixels: int
) -> Thumbnail | None:
    """Return one page at a resolution, None where there is no such page or it cannot be drawn."""
    with _opened(source, passwords) as document:
        if not 1 <= page <= len(document):
            return None
        longest = math.ceil(max(document.get_page_size(page - 1)) * dpi / 72)
        edge = min(longest, MAX_EDGE_PX)
        image = _drawn(document, page - 1, longest_px=edge, most_pixels=most_pixels)
        return None if image is None else thumbnail(image, page=page, longest_px=edge)


@contextmanager
def _opened(source: Path | bytes, passwords: Sequence[str]) -> Iterator["PdfDocument"]:
    import pypdfium2 as pdfium

    document = None
    for password in (None, *passwords):
        with contextlib.suppress(pdfium.PdfiumError):
            document = pdfium.PdfDocument(source, password=password)
            break
    if document is None:
        raise ValueError("no password opens it, or it is damaged")
    try:
        yield document
    finally:
        document.close()


def _drawn(document: "PdfDocument", number: int, *, longest_px: int, most_pixels: int) -> "Image | None":
    import pypdfium2 as pdfium

    with contextlib.suppress(pdfium.PdfiumError):
        page = document[number]
        try:
            return None if _has_huge_picture(page, most_pixels) else _rendered(page, longest_px)
        finally:
            page.close()
    return None


def _has_huge_picture(page: "PdfPage", most_pixels: int) -> bool:
    import pypdfium2.raw as pdfium

    width, height = ctypes.c_uint(), ctypes.c_uint()
    for drawn in page.get_objects(filter=(_PICTURE,), max_depth=4):
        known = pdfium.FPDFImageObj_GetImagePixelSize(drawn, width, height)
        if known and width.value * height.value > most_pixels:
            return True
    return False


def _rendered(page: "PdfPage", longest_px: int) -> "Image | None":
    """Draw a page on white, None where it takes too long."""
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    width, height = page.get_size()
    if not (0 < width < 1e6 and 0 < height < 1e6):
        return None
    scale = longest_px / max(width, height)
    columns, rows = max(1, round(width * scale)), max(1, round(height * scale))
    bitmap = pdfium.PdfBitmap.new_native(columns, rows, raw.FPDFBitmap_BGR)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, columns, rows)
        if not _draw_into(bitmap, page, columns, rows):
            return None
        image: Image = bitmap.to_pil().copy()
        return image
    finally:
        bitmap.close()


def _draw_into(bitmap: object, page: "PdfPage", columns: int, rows: int) -> bool:
    import pypdfium2.raw as raw

    deadline = time.monotonic() + _PAGE_TIMEOUT_S
    due = type(raw.IFSDK_PAUSE().NeedToPauseNow)(lambda _: time.monotonic() > deadline)
    pause = raw.IFSDK_PAUSE(version=1, NeedToPauseNow=due)
    flags = raw.FPDF_ANNOT
    try:
        status = raw.FPDF_RenderPageBitmap_Start(bitmap, page, 0, 0, columns, rows, 0, flags, pause)
        return bool(status == raw.FPDF_RENDER_DONE)
    finally:
        raw.FPDF_RenderPage_Close(page)
