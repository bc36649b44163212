"""The tables of docling's document as records, whatever format it was."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.records import Table

if TYPE_CHECKING:
    from docling_core.types.doc import DoclingDocument


def tables(document: "DoclingDocument") -> Iterator[Table]:
    """Give the tables of a document; a cell that spans several places stands in the first."""
    for table in document.tables:
        if not table.data.table_cells:
            continue
        rows = [[""] * table.data.num_cols for _ in range(table.data.num_rows)]
        for cell in table.data.table_cells:
            rows[cell.start_row_offset_idx][cell.start_col_offset_idx] = cell.text
        page = table.prov[0].page_no if table.prov else None
        yield Table(rows=tuple(map(tuple, rows)), page=page, title=table.caption_text(document))
