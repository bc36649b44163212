"""docling's document as Markdown, the same for every format.

Tables are written by ourselves: docling repeats the text of a cell in every
place that it spans, and takes long over wide sheets.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docling_core.transforms.serializer.markdown import MarkdownTableSerializer
    from docling_core.types.doc import DoclingDocument, TableData

_LINK_TARGET = re.compile(r"(?<=\])\((?:(?:https?|mailto|file|data):|#)[^)\s]*\)")
# A table that claims more places than these is written without its empty ones.
_MOST_PLACES = 2_000_000


def as_markdown(document: "DoclingDocument", *, page: int | None = None, with_hidden: bool = False) -> str:
    """Return a document, or one page of it, as Markdown without addresses of links and marks of pictures.

    A page comes with its header and footer, which docling files as furniture.

    Parameters
    ----------
    with_hidden : whether hidden sheets are written, too
    """
    from docling_core.transforms.serializer.markdown import MarkdownDocSerializer, MarkdownParams
    from docling_core.types.doc import ContentLayer

    layers = {ContentLayer.BODY}
    if page is not None:
        layers.add(ContentLayer.FURNITURE)
    if with_hidden:
        layers.add(ContentLayer.INVISIBLE)
    parameters = MarkdownParams(
        layers=layers,
        pages={page} if page is not None else None,
        escape_html=False,
        escape_underscores=False,
        image_placeholder="",
        compact_tables=True,
    )
    serializer = MarkdownDocSerializer(doc=document, params=parameters, table_serializer=_table_serializer())
    return _LINK_TARGET.sub("", serializer.serialize().text)


@lru_cache(maxsize=1)
def _table_serializer() -> "MarkdownTableSerializer":
    from docling_core.transforms.serializer.common import create_ser_result
    from docling_core.transforms.serializer.markdown import MarkdownTableSerializer
    from docling_core.types.doc import RichTableCell

    class Tables(MarkdownTableSerializer):
        """Writes each cell once."""

        # Any: docling hands its parameters through as keywords.
        def serialize(self, *, item: Any, doc_serializer: Any, doc: Any, **kwargs: Any) -> Any:
            if kwargs.get("_nested_in_table"):
                return super().serialize(item=item, doc_serializer=doc_serializer, doc=doc, **kwargs)

            def text(cell: Any) -> str:  # Any: docling's cell
                if not isinstance(cell, RichTableCell):
                    return str(cell.text or "")
                inner = {**kwargs, "_nested_in_table": True, "in_table_cell": True}
                return str(doc_serializer.serialize(item=cell.ref.resolve(doc=doc), **inner).text)

            caption = doc_serializer.serialize_captions(item=item, **kwargs)
            parts = [caption] if caption.text else []
            if item.self_ref not in doc_serializer.get_excluded_refs(**kwargs) and item.data.table_cells:
                written = _pipes(_rows(item.data, text))
                parts.append(create_ser_result(text=written, span_source=item))
            return create_ser_result(text="\n\n".join(part.text for part in parts), span_source=parts)

    return Tables()


def _rows(data: "TableData", text: Any) -> list[list[str]]:  # Any: a function from docling's cell to its text
    if data.num_rows * data.num_cols > _MOST_PLACES:
        sparse: dict[int, list[str]] = {}
        for cell in data.table_cells:
            sparse.setdefault(cell.start_row_offset_idx, []).append(text(cell))
        return list(sparse.values())
    rows = [[""] * data.num_cols for _ in range(data.num_rows)]
    for cell in data.table_cells:
        row, column = cell.start_row_offset_idx, cell.start_col_offset_idx
        if row < data.num_rows and column < data.num_cols:
            held = rows[row][column]
            rows[row][column] = f"{held} {text(cell)}".strip() if held else text(cell)
    return rows


def _pipes(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(" ".join(cell.split()).replace("|", "&#124;") for cell in row) + " |" for row in rows]
    return "\n".join((lines[0], "| " + " | ".join("-" for _ in rows[0]) + " |", *lines[1:]))
