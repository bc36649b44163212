"""Lines as docling's text cells, and back."""

from typing import TYPE_CHECKING, Any

from workbench.extraction.docling_bridge.lines import Box, Line

if TYPE_CHECKING:
    from docling_core.types.doc import BoundingBox
    from docling_core.types.doc.page import PdfTextCell, TextCell

# Cells are made by the thousand: their checked construction would take a third of a page's time.


def cell(line: Line, number: int, *, confidence: float = 1.0) -> "PdfTextCell":
    """Return a line as docling's cell, with its origin at the top left."""
    from docling_core.types.doc import CoordOrigin
    from docling_core.types.doc.page import BoundingRectangle, PdfCellRenderingMode, PdfTextCell, TextDirection

    rect = BoundingRectangle.model_construct(
        r_x0=line.left,
        r_y0=line.bottom,
        r_x1=line.right,
        r_y1=line.bottom,
        r_x2=line.right,
        r_y2=line.top,
        r_x3=line.left,
        r_y3=line.top,
        coord_origin=CoordOrigin.TOPLEFT,
    )
    direction = TextDirection.RIGHT_TO_LEFT if line.is_leftward else TextDirection.LEFT_TO_RIGHT
    return PdfTextCell.model_construct(
        index=number,
        rect=rect,
        text=line.text,
        orig=line.text,
        text_direction=direction,
        confidence=confidence,
        from_ocr=False,
        font_key=f"{_TURNED}{line.turn}" if line.turn else "",
        font_name=line.font,
        widget=False,
        rendering_mode=PdfCellRenderingMode.FILL_TEXT,
    )


# docling's cells know no direction but their corners; the key of the font carries it between our own models.
_TURNED = "turned-"


def line(held: "TextCell") -> Line:
    """Return one of our cells as a line."""
    rect: Any = held.rect  # Any: docling's own rectangle
    key: str = getattr(held, "font_key", "")
    return Line(
        left=rect.r_x0,
        top=rect.r_y2,
        right=rect.r_x1,
        bottom=rect.r_y0,
        text=held.text,
        font=getattr(held, "font_name", ""),
        turn=int(key.removeprefix(_TURNED)) if key.startswith(_TURNED) else 0,
        is_leftward=held.text_direction.value == "right_to_left",
    )


def box(held: "BoundingBox", height: float) -> Box:
    """Return docling's box on a page of this height."""
    top_left = held.to_top_left_origin(height)
    return Box(left=top_left.l, top=min(top_left.t, top_left.b), right=top_left.r, bottom=max(top_left.t, top_left.b))


def bounding_box(held: Box) -> "BoundingBox":
    """Return a box as docling's."""
    from docling_core.types.doc import BoundingBox, CoordOrigin

    return BoundingBox(l=held.left, t=held.top, r=held.right, b=held.bottom, coord_origin=CoordOrigin.TOPLEFT)
