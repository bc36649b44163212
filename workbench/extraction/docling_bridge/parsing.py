"""docling's view of a PDF: text lines and strokes by docling-parse, pictures of pages by PDFium on demand.

Differs from docling's own back end in three ways: pages are parsed one at a
time in this thread, drawn only when a page is to be recognised, and strokes
are kept, by which tables are found.
"""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2 as pdfium
from docling.backend.pdf_backend import PdfDocumentBackend, PdfPageBackend
from docling.datamodel.backend_options import PdfBackendOptions
from docling.exceptions import DocumentLoadError
from docling_core.types.doc import BoundingBox, Size
from docling_core.types.doc.page import SegmentedPdfPage, TextCell
from docling_parse.pdf_parser import ContentConfig, ContentLevel, DoclingPdfParser

from workbench.extraction.docling_bridge.cells import bounding_box, cell
from workbench.extraction.docling_bridge.lines import Box, Line, grown, joined

if TYPE_CHECKING:
    from docling.datamodel.document import InputDocument
    from PIL.Image import Image

_LEVELS = ContentConfig(
    char_cells_content_level=ContentLevel.COMPUTE,
    word_cells_content_level=ContentLevel.COMPUTE,
    line_cells_content_level=ContentLevel.SKIP,
    shapes_content_level=ContentLevel.COMPUTE,
    bitmaps_content_level=ContentLevel.COMPUTE_AND_MATERIALIZE,
    include_bitmap_bytes=False,
)
_THIN = 2.5
_MOST_SHAPES = 5_000
_INVISIBLE = 3  # PDF's text rendering mode


class ParsedPage(PdfPageBackend):
    """One page, parsed when it is made."""

    def __init__(self, document: "ParsedDocument", number: int) -> None:
        self._document, self._number = document, number
        parsed = document.parsed.get_page(number, content_config=_LEVELS)
        dimension = parsed.dimension
        self._size = Size(width=dimension.width, height=dimension.height)
        self._rules = self._strokes(_THIN)
        # Its own lines run through gutters and from cell to cell, so that they are joined from words here.
        pieces = grown([_piece(word, dimension.height) for word in self._decoder().get_word_cells()])
        lines = joined(pieces, self._rules)
        parsed.textline_cells = [cell(line, place) for place, line in enumerate(lines)]
        parsed.has_lines = bool(lines)
        self._page: SegmentedPdfPage = parsed

    def _decoder(self) -> Any:  # Any: docling-parse carries no types
        # docling reaches words and shapes in the same way; the public calls turn each into a checked model.
        return self._document.parsed._ensure_page_decoder(self._number, _LEVELS)

    @property
    def page_no(self) -> int:
        return self._number

    def is_valid(self) -> bool:
        return True

    def get_size(self) -> Size:
        return self._size

    def get_segmented_page(self) -> SegmentedPdfPage:
        return self._page

    def get_text_cells(self) -> Iterable[TextCell]:
        return self._page.textline_cells

    def has_hidden_text(self) -> bool:
        """Is all text on the page there to be searched only, as below a scan?"""
        return all(word.rendering_mode == _INVISIBLE for word in self._decoder().get_word_cells())

    def get_text_in_rect(self, bbox: BoundingBox) -> str:
        held = (each for each in self._page.textline_cells if each.to_bounding_box().intersection_over_self(bbox) > 0.5)
        return " ".join(each.text for each in held)

    def get_bitmap_rects(self, scale: float = 1) -> Iterable[BoundingBox]:
        for bitmap in self._page.bitmap_resources:
            held = bitmap.rect.to_bounding_box().to_top_left_origin(self._size.height)
            if held.area() > 0:
                yield held.scaled(scale=scale)

    def get_thin_shape_boxes(self, *, max_thickness: float = _THIN) -> list[BoundingBox]:
        return [bounding_box(box) for box in self._strokes(max_thickness)]

    def rules(self) -> list[Box]:
        """Return straight strokes and thin bars, level or upright; none for a drawing of very many shapes."""
        return self._rules

    def _strokes(self, thickness: float) -> list[Box]:
        decoder = self._decoder()
        height = self._size.height
        strokes = [tuple(held) for held in decoder.get_shape_lines(horizontal=True, vertical=True, tolerance=0.5)]
        if len(strokes) > _MOST_SHAPES:
            return []
        found = [
            Box(left=left, top=height - max(low, high), right=right, bottom=height - min(low, high))
            for left, low, right, high in strokes
        ]
        return found + self._bars(decoder, thickness)

    def _bars(self, decoder: Any, thickness: float) -> list[Box]:  # Any: docling-parse carries no types
        found: list[Box] = []
        for number, shape in enumerate(decoder.get_page_shapes()):
            if number > _MOST_SHAPES:
                return []
            across, down = list(shape.get_x()), list(shape.get_y())
            if not across or not down or min(max(across) - min(across), max(down) - min(down)) > thickness:
                continue
            top, bottom = self._size.height - max(down), self._size.height - min(down)
            found.append(Box(left=min(across), top=top, right=max(across), bottom=bottom))
        return found

    def get_page_image(self, scale: float = 1, cropbox: BoundingBox | None = None) -> "Image":
        image = self._document.drawn(self._number, scale)
        if cropbox is None:
            return image
        place = cropbox.to_top_left_origin(self._size.height).scaled(scale=scale)
        return image.crop((round(place.l), round(place.t), round(place.r), round(place.b)))

    def unload(self) -> None:
        self._document.parsed.unload_pages((self._number, self._number + 1))


class ParsedDocument(PdfDocumentBackend):
    """A PDF whose pages are parsed as they are asked for."""

    def __init__(
        self, in_doc: "InputDocument", path_or_stream: BytesIO | Path, options: PdfBackendOptions | None = None
    ) -> None:
        chosen = options or PdfBackendOptions()
        super().__init__(in_doc, path_or_stream, chosen)
        self._password = chosen.password.get_secret_value() if chosen.password else None
        try:
            self.parsed = DoclingPdfParser("fatal").load(
                path_or_stream, password=self._password, content_config=_LEVELS
            )
        except (RuntimeError, ValueError) as fault:
            raise DocumentLoadError(f"docling-parse could not load it: {fault}") from fault

    def is_valid(self) -> bool:
        return self.page_count() > 0

    def page_count(self) -> int:
        return self.parsed.number_of_pages()

    def load_page(self, page_no: int) -> ParsedPage:
        return ParsedPage(self, page_no + 1)

    def drawn(self, number: int, scale: float) -> "Image":
        """Draw a page, in colours, since docling's models want them."""
        document = pdfium.PdfDocument(self.path_or_stream, password=self._password)
        try:
            page = document[number - 1]
            image: Image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
            page.close()
        finally:
            document.close()
        return image

    def unload(self) -> None:
        if self.parsed.is_loaded():
            self.parsed.unload()
        super().unload()  # type: ignore[no-untyped-call] # docling gives it no types


def _turn(across: float, up: float) -> int:
    """Return by how many quarters against the clock a word is turned that runs so far."""
    if abs(up) <= 0.2 * abs(across) + 0.1:
        return 0 if across >= 0 else 2
    return 1 if up > 0 else 3


def _piece(word: Any, height: float) -> Line:  # Any: as above
    """Return a word of docling-parse, whose corners go around from its lower left."""
    across, down = (word.r_x0, word.r_x1, word.r_x2, word.r_x3), (word.r_y0, word.r_y1, word.r_y2, word.r_y3)
    return Line(
        left=min(across),
        top=height - max(down),
        right=max(across),
        bottom=height - min(down),
        text=word.text,
        font=word.font_name,
        turn=_turn(word.r_x1 - word.r_x0, word.r_y1 - word.r_y0),
        is_leftward=not word.left_to_right,
    )
