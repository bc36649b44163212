"""docling's layout, without a model: blocks from the lines, sizes and strokes of a page.

A plug-in of docling (see `plugins`); what decides is in `blocks`, `columns` and `grids`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from docling.datamodel.accelerator_options import AcceleratorOptions
from docling.datamodel.base_models import Cluster, LayoutPrediction, Page
from docling.datamodel.document import ConversionResult
from docling.datamodel.pipeline_options import BaseLayoutOptions
from docling.models.base_layout_model import BaseLayoutModel
from docling_core.types.doc import DocItemLabel

from workbench.extraction.docling_bridge.blocks import Block, Role, Style, blocks, repeated
from workbench.extraction.docling_bridge.cells import bounding_box, box, cell, line
from workbench.extraction.docling_bridge.grids import grids
from workbench.extraction.docling_bridge.lines import Box, Line, around

_LABELS = {
    Role.TEXT: DocItemLabel.TEXT,
    Role.HEADING: DocItemLabel.SECTION_HEADER,
    Role.ITEM: DocItemLabel.LIST_ITEM,
    Role.CAPTION: DocItemLabel.CAPTION,
    Role.FOOTNOTE: DocItemLabel.FOOTNOTE,
    Role.HEADER: DocItemLabel.PAGE_HEADER,
    Role.FOOTER: DocItemLabel.PAGE_FOOTER,
    Role.TABLE: DocItemLabel.TABLE,
    Role.PICTURE: DocItemLabel.PICTURE,
}
# Beyond this many lines it is no page of a text; ordering them would take minutes.
_MOST_LINES = 4_000
_SMALLEST_PICTURE = 0.02
_LARGEST_PICTURE = 0.8


class BlockLayoutOptions(BaseLayoutOptions):
    """Needs none of its own."""

    kind: ClassVar[str] = "workbench_blocks"


class BlockLayoutModel(BaseLayoutModel):
    """Groups the lines of pages into blocks; pages given together share their style and margins."""

    # The blocks come with their lines and in reading order.
    requires_layout_postprocessing = False

    def __init__(
        self,
        artifacts_path: Path | None,
        accelerator_options: AcceleratorOptions,
        options: BlockLayoutOptions,
        enable_remote_services: bool = False,
    ) -> None:
        self.options = options

    @classmethod
    def get_options_type(cls) -> type[BlockLayoutOptions]:
        return BlockLayoutOptions

    def predict_layout(self, conv_res: ConversionResult, pages: Sequence[Page]) -> Sequence[LayoutPrediction]:
        held = [[line(each) for each in page.cells] for page in pages]
        style = Style.of([each for lines in held for each in lines])
        margins = repeated((_height(page), lines) for page, lines in zip(pages, held, strict=True))
        return [predicted(page, lines, style=style, margins=margins) for page, lines in zip(pages, held, strict=True)]


def predicted(
    page: Page, lines: Sequence[Line], *, style: Style | None = None, margins: frozenset[str] = frozenset()
) -> LayoutPrediction:
    """Return the layout of one page whose lines are these."""
    height = _height(page)
    if len(lines) > _MOST_LINES:
        found = [Block(role=Role.TEXT, box=each, lines=(each,)) for each in lines]
    else:
        found = blocks(lines, height=height, style=style or Style.of(lines), margins=margins, fixed=_fixed(page, lines))
    return LayoutPrediction(clusters=[_cluster(block, number) for number, block in enumerate(found)])


def _height(page: Page) -> float:
    return page.size.height if page.size else 842.0


def rules_of(page: Page) -> list[Box]:
    """Return the strokes of a page, none where its back end does not know them."""
    rules = getattr(page._backend, "rules", None)
    return rules() if rules else []


def _fixed(page: Page, lines: Sequence[Line]) -> list[Block]:
    tables = [
        Block(role=Role.TABLE, box=around((grid.box, *grid.lines)), lines=grid.lines)
        for grid in grids(lines, rules_of(page))
    ]
    return [*tables, *_pictures(page, lines, tables)]


def _pictures(page: Page, lines: Sequence[Line], tables: Sequence[Block]) -> list[Block]:
    """Return pictures that stand by themselves; those under text are a background."""
    backend: Any = page._backend  # Any: its own class knows no types
    if backend is None or page.size is None:
        return []
    area = page.size.width * page.size.height
    found = []
    for bitmap in list(backend.get_bitmap_rects())[:100]:
        place = box(bitmap, page.size.height)
        share = place.width * place.height / max(area, 1.0)
        is_behind = any(place.holds(each) for each in (*lines, *(table.box for table in tables)))
        if _SMALLEST_PICTURE <= share <= _LARGEST_PICTURE and not is_behind:
            found.append(Block(role=Role.PICTURE, box=place))
    return found


def _cluster(block: Block, number: int) -> Cluster:
    cells: Any = [cell(each, place) for place, each in enumerate(block.lines)]  # Any: docling's list of cells
    return Cluster.model_construct(
        id=number, label=_LABELS[block.role], bbox=bounding_box(block.box), confidence=1.0, cells=cells, children=[]
    )
