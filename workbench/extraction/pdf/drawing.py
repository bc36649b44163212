"""What is drawn on a page: whether there may be text in it, and the page as a picture.

Objects are counted only on pages with little text; for others that would cost
more than reading them.
"""

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import ExtractionError
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


@dataclass(kw_only=True)
class Drawn:
    """What was found on a page.

    Parameters
    ----------
    picture_share : share of the page that its largest picture covers, 0 to 1
    picture_bytes : what its largest picture unpacks to
    curves, segments : of all paths
    """

    texts: int = 0
    pictures: int = 0
    picture_share: float = 0.0
    picture_bytes: int = 0
    curves: int = 0
    segments: int = 0

    @property
    def has_outlines(self) -> bool:
        return self.curves >= _MANY_CURVES or self.segments >= _MANY_SEGMENTS


def drawn_on(page: "PdfPage") -> Drawn:
    """Count what is drawn on a page, up to a bound."""
    import pypdfium2.raw as pdfium

    found = Drawn()
    area = max(page.get_width() * page.get_height(), 1.0)
    for kind, thing in _objects(page):
        if kind == _TEXT:
            found.texts += 1
        elif kind == _IMAGE:
            found.pictures += 1
            found.picture_share = max(found.picture_share, min(_area(thing) / area, 1.0))
            found.picture_bytes = max(found.picture_bytes, _unpacked_bytes(thing, page))
        elif kind == _PATH and not found.has_outlines:
            count = min(pdfium.FPDFPath_CountSegments(thing), _MANY_SEGMENTS)
            found.segments += count
            found.curves += _curves(thing, count)
    return found


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


def _area(thing: Any) -> float:  # Any: a handle of PDFium
    import pypdfium2.raw as pdfium

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
        return 0.0
    return float(abs((right.value - left.value) * (top.value - bottom.value)))


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
        The page has no size that can be drawn.
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
    # Fields and notes are read, not recognised.
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    try:
        image: Image = bitmap.to_pil().copy()
    finally:
        bitmap.close()
    return image, max(1, round(scale * _POINTS))


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
