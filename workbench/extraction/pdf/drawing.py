"""What is drawn on a page: whether there may be text in it, and the page as a picture.

Objects are counted only on pages with little text, and paths only on those with
next to none; for others that would cost more than reading them.
"""

import ctypes
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.errors import ExtractionError
from workbench.extraction.pdf.scans import Box
from workbench.extraction.protocol import ExtractOptions
from workbench.records import ExtractionState

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import PdfPage

_TEXT, _PATH, _IMAGE, _FORM = 1, 2, 3, 5  # FPDF_PAGEOBJ_…
_CURVE = 1  # FPDF_SEGMENT_BEZIERTO
_DEEPEST = 4
_MOST_OBJECTS = 20_000
# Letters are curves; rules and frames are straight. Strokes of plotters are straight, but many.
_MANY_CURVES = 60
_MANY_SEGMENTS = 2_000
# Four bytes for each of the pixels that a picture may have.
_BYTES_PER_PIXEL = 4
_POINTS = 72
_BLANK_CONTRAST = 24
# PDFium gives places in whole units of the page as it is seen.
_UNITS = 10_000


@dataclass(kw_only=True)
class Drawn:
    """What was found on a page.

    Parameters
    ----------
    pictures_at, texts_at : their places, in shares of the page
    picture_bytes : what its largest picture unpacks to
    curves, segments : of all paths
    """

    texts: int = 0
    pictures: int = 0
    pictures_at: list[Box] = field(default_factory=list)
    texts_at: list[Box] = field(default_factory=list)
    has_hidden_text: bool = False
    picture_bytes: int = 0
    curves: int = 0
    segments: int = 0

    @property
    def has_outlines(self) -> bool:
        return self.curves >= _MANY_CURVES or self.segments >= _MANY_SEGMENTS


def drawn_on(page: "PdfPage", *, paths: bool = True) -> Drawn:
    """Count what is drawn on a page, up to a bound."""
    import pypdfium2.raw as pdfium

    found = Drawn()
    for kind, thing in _objects(page):
        if kind == _TEXT:
            found.texts += 1
        elif kind == _IMAGE:
            found.pictures += 1
            found.pictures_at.append(_place(thing, page))
            found.picture_bytes = max(found.picture_bytes, _unpacked_bytes(thing, page))
        elif kind == _PATH and paths and not found.has_outlines:
            count = min(pdfium.FPDFPath_CountSegments(thing), _MANY_SEGMENTS)
            found.segments += count
            found.curves += _curves(thing, count)
    return found


def find_texts(page: "PdfPage", drawn: Drawn) -> None:
    """Note where the text on a page is, and whether it is there to be searched only."""
    import pypdfium2.raw as pdfium

    things = [thing for kind, thing in _objects(page) if kind == _TEXT]
    drawn.texts_at = [_place(thing, page) for thing in things]
    modes = {pdfium.FPDFTextObj_GetTextRenderMode(thing) for thing in things}
    drawn.has_hidden_text = modes == {pdfium.FPDF_TEXTRENDERMODE_INVISIBLE}


def _objects(page: "PdfPage") -> Iterator[tuple[int, Any]]:  # Any: handles of PDFium
    import pypdfium2.raw as pdfium

    waiting = [(pdfium.FPDFPage_GetObject, page, pdfium.FPDFPage_CountObjects(page), 0)]
    left = _MOST_OBJECTS
    while waiting:
        get, parent, count, depth = waiting.pop()
        for index in range(min(count, left)):
            left -= 1
            thing = get(parent, index)
            kind = pdfium.FPDFPageObj_GetType(thing) if thing else 0
            if kind == _FORM and depth < _DEEPEST:
                waiting.append((pdfium.FPDFFormObj_GetObject, thing, pdfium.FPDFFormObj_CountObjects(thing), depth + 1))
            elif kind:
                yield kind, thing


def _place(thing: Any, page: "PdfPage") -> Box:  # Any: a handle of PDFium
    import pypdfium2.raw as pdfium

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
        return (0.0, 0.0, 0.0, 0.0)
    across, down = [], []
    # Pages are turned and cut: what stands at the top need not have the greatest number.
    for x, y in ((left, bottom), (right, top)):
        column, row = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, _UNITS, _UNITS, 0, x.value, y.value, column, row)
        across.append(column.value / _UNITS)
        down.append(row.value / _UNITS)
    return (min(across), min(down), max(across), max(down))


def _unpacked_bytes(thing: Any, page: "PdfPage") -> int:  # Any: a handle of PDFium
    import pypdfium2.raw as pdfium

    facts = pdfium.FPDF_IMAGEOBJ_METADATA()
    if not pdfium.FPDFImageObj_GetImageMetadata(thing, page, facts):
        return 0
    return int(facts.width) * int(facts.height) * max(int(facts.bits_per_pixel), 1) // 8


def _curves(path: Any, count: int) -> int:  # Any: a handle of PDFium
    import pypdfium2.raw as pdfium

    segments = (pdfium.FPDFPath_GetPathSegment(path, index) for index in range(count))
    return sum(pdfium.FPDFPathSegment_GetType(segment) == _CURVE for segment in segments)


def rendered(page: "PdfPage", options: ExtractOptions) -> tuple["Image", int]:
    """Draw a page in grey as large as recognition wants it; return it with its resolution in dpi.

    Raises
    ------
    ExtractionError
        The page has no size that can be drawn, or takes longer than `options.ocr_page_timeout_s`.
    """
    width, height = page.get_size()
    if not (0 < width < math.inf and 0 < height < math.inf):
        raise ExtractionError("the page has no size")
    scale = options.dpi / _POINTS
    pixels = width * height * scale * scale
    if pixels > options.limits.pixels:
        scale *= math.sqrt(options.limits.pixels / pixels)
    if max(width, height) * scale > options.limits.pixels or min(width, height) * scale < 1:
        raise ExtractionError(f"the page measures {width:.0f} by {height:.0f} points")
    size = math.ceil(width * scale), math.ceil(height * scale)
    return _in_grey(page, size, options.ocr_page_timeout_s), max(1, round(scale * _POINTS))


def _in_grey(page: "PdfPage", size: tuple[int, int], timeout_s: float) -> "Image":
    """Draw a page object by object, since a plan of half a million lines takes a minute."""
    import pypdfium2 as pdfium
    import pypdfium2.raw as native

    deadline = time.monotonic() + timeout_s
    pause = native.IFSDK_PAUSE(version=1)
    pdfium.internal.set_callback(pause, "NeedToPauseNow", lambda _: time.monotonic() > deadline)
    bitmap = pdfium.PdfBitmap.new_native(*size, format=native.FPDFBitmap_Gray)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, *size)
        # Fields and notes are read, not recognised: no FPDF_FFLDraw after it.
        flags = native.FPDF_GRAYSCALE | native.FPDF_ANNOT
        status = native.FPDF_RenderPageBitmap_Start(bitmap, page, 0, 0, *size, 0, flags, pause)
        native.FPDF_RenderPage_Close(page)
        if status == native.FPDF_RENDER_TOBECONTINUED:
            raise ExtractionError(f"Drawing it took more than {timeout_s:g} s.", state=ExtractionState.TIMEOUT)
        image: Image = bitmap.to_pil().copy()
    finally:
        bitmap.close()
    return image


def is_blank(image: "Image") -> bool:
    """Is there nothing on a grey picture, not even a shade?"""
    lightest_and_darkest = image.getextrema()
    darkest, lightest = (int(value) for value in lightest_and_darkest)  # type: ignore[arg-type] # one band: two numbers
    return lightest - darkest < _BLANK_CONTRAST


def refuse_bomb(drawn: Drawn, options: ExtractOptions) -> None:
    """Raise when a picture on the page unpacks to more than one may."""
    if drawn.picture_bytes > _BYTES_PER_PIXEL * options.limits.pixels:
        raise ExtractionError(
            f"a picture on it unpacks to {drawn.picture_bytes:,} bytes", state=ExtractionState.TOO_LARGE
        )
