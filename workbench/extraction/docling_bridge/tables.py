"""docling's table structure, without a model: cells from strokes and columns.

A plug-in of docling (see `plugins`); what decides is in `grids`. Every line of
a table's region ends up in a cell.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from docling.datamodel.accelerator_options import AcceleratorOptions
from docling.datamodel.base_models import Cluster, Page, Table, TableStructurePrediction
from docling.datamodel.document import ConversionResult
from docling.datamodel.pipeline_options import BaseTableStructureOptions
from docling.models.base_table_model import BaseTableStructureModel
from docling_core.types.doc import DocItemLabel, TableCell

from workbench.extraction.docling_bridge.cells import bounding_box, line
from workbench.extraction.docling_bridge.grids import Cell, Grid, grids
from workbench.extraction.docling_bridge.layout import rules_of
from workbench.extraction.docling_bridge.lines import Box, Line, around, rows


class GridTableOptions(BaseTableStructureOptions):
    """Needs none of its own."""

    kind: ClassVar[str] = "workbench_grids"


class GridTableModel(BaseTableStructureModel):
    """Gives the tables that the layout found their rows, columns and cells."""

    def __init__(
        self,
        enabled: bool,
        artifacts_path: Path | None,
        options: GridTableOptions,
        accelerator_options: AcceleratorOptions,
        enable_remote_services: bool = False,
    ) -> None:
        self.enabled, self.options = enabled, options

    @classmethod
    def get_options_type(cls) -> type[GridTableOptions]:
        return GridTableOptions

    def predict_tables(self, conv_res: ConversionResult, pages: Sequence[Page]) -> Sequence[TableStructurePrediction]:
        return [_of_page(page) for page in pages]


def _of_page(page: Page) -> TableStructurePrediction:
    layout = page.predictions.layout
    clusters = [each for each in layout.clusters if each.label == DocItemLabel.TABLE] if layout else []
    rules = rules_of(page) if clusters else []
    return TableStructurePrediction(table_map={each.id: _table(each, page, rules) for each in clusters})


def _table(cluster: Cluster, page: Page, rules: Sequence[Box]) -> Table:
    lines = [line(each) for each in cluster.cells]
    found = grids(lines, rules)
    complete = [grid for grid in found if len(grid.lines) == len(lines)]
    grid = complete[0] if complete else _by_rows(lines)
    return Table(
        otsl_seq=[],
        table_cells=[_cell(each, grid) for each in grid.cells],
        num_rows=grid.row_count,
        num_cols=grid.column_count,
        text="",
        id=cluster.id,
        page_no=page.page_no,
        cluster=cluster,
        label=cluster.label,
    )


def _by_rows(lines: Sequence[Line]) -> Grid:
    """Return a grid of what stands side by side, for lines that make no clear columns."""
    held = rows(lines)
    cells = tuple(
        Cell(row=number, column=place, row_end=number + 1, column_end=place + 1, lines=(each,))
        for number, row in enumerate(held)
        for place, each in enumerate(row)
    )
    width = max((len(row) for row in held), default=1)
    return Grid(box=around(lines), row_count=len(held), column_count=width, cells=cells)


def _cell(cell: Cell, grid: Grid) -> TableCell:
    return TableCell(
        bbox=bounding_box(around(cell.lines)) if cell.lines else None,
        row_span=cell.row_end - cell.row,
        col_span=cell.column_end - cell.column,
        start_row_offset_idx=cell.row,
        end_row_offset_idx=cell.row_end,
        start_col_offset_idx=cell.column,
        end_col_offset_idx=cell.column_end,
        text=cell.text,
        column_header=grid.is_headed and cell.row == 0,
    )
