"""Ruled tables of a PDF by pdfplumber, on demand: 0.1 to 0.5 s a page, so within bounds."""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.extraction.cleaning import tidy
from workbench.extraction.pdf.drawing import drawn_on
from workbench.extraction.pdf.opening import OpenPdf
from workbench.records import Table

if TYPE_CHECKING:
    from pdfplumber.page import Page

_PAGES_LOOKED_AT = 1_000
# A frame of four lines is the smallest that may be a table.
_FEWEST_SEGMENTS = 8
_MOST_TABLES = 1_000
_MOST_SECONDS = 60.0
# Drawings have tens of thousands of lines; looking for cells among them takes minutes.
_MOST_LINES = 5_000


@dataclass(frozen=True, kw_only=True)
class Looked:
    """The tables that were found, and where was not looked."""

    tables: tuple[Table, ...] = ()
    warnings: tuple[str, ...] = ()


def tables(pdf: OpenPdf) -> Looked:
    """Look for ruled tables; what fails is a warning."""
    import pdfplumber

    # It tells of every font it does not like.
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    found: list[Table] = []
    warnings: list[str] = []
    try:
        ruled = _ruled_pages(pdf, warnings)
        # Opened here, since pdfplumber leaves a file open that it cannot read.
        with pdf.path.open("rb") as file, pdfplumber.open(file, password=pdf.password or None) as document:
            pages = document.pages
            _look([(number, pages[number - 1]) for number in ruled if number <= len(pages)], found, warnings)
    except Exception as fault:  # pdfminer raises anything on damaged files
        warnings.append(f"Tables could not be looked for ({type(fault).__name__}: {fault}).")
    return Looked(tables=tuple(found), warnings=tuple(warnings))


def _ruled_pages(pdf: OpenPdf, warnings: list[str]) -> list[int]:
    """Return the pages, counted from 1, on which lines are drawn: PDFium knows that a hundred times sooner."""
    import pypdfium2 as pdfium

    count = len(pdf.document)
    ruled: list[int] = []
    for number in range(1, min(count, _PAGES_LOOKED_AT) + 1):
        with suppress(pdfium.PdfiumError):
            page = pdf.document[number - 1]
            try:
                if drawn_on(page).segments >= _FEWEST_SEGMENTS:
                    ruled.append(number)
            finally:
                page.close()
    if count > _PAGES_LOOKED_AT:
        warnings.append(f"Tables were looked for on the first {_PAGES_LOOKED_AT:,} of {count:,} pages only.")
    return ruled


def _look(pages: Sequence[tuple[int, "Page"]], found: list[Table], warnings: list[str]) -> None:
    started = time.monotonic()
    for number, page in pages:
        if len(found) >= _MOST_TABLES or time.monotonic() - started > _MOST_SECONDS:
            warnings.append(f"Tables were looked for up to page {number - 1} only: there are too many.")
            return
        try:
            found += _on_page(page, number, warnings)
        except Exception as fault:  # as above; the next page may be whole
            warnings.append(f"Tables of page {number} could not be read ({type(fault).__name__}: {fault}).")
        finally:
            # It keeps what it read of a page until then.
            page.close()


def _on_page(page: "Page", number: int, warnings: list[str]) -> list[Table]:
    lines = len(page.lines) + len(page.rects) + len(page.curves)
    if lines > _MOST_LINES:
        warnings.append(f"Page {number} has {lines:,} lines; no table was looked for among them.")
        return []
    read = (_table(rows, number) for rows in page.extract_tables())
    return [table for table in read if table is not None]


def _table(rows: Sequence[Sequence[str | None]], number: int) -> Table | None:
    """Return a table without empty rows, all rows equally long; None for a frame around text."""
    cells = [tuple(tidy(cell or "") for cell in row) for row in rows]
    filled = [row for row in cells if any(row)]
    width = max(map(len, filled), default=0)
    if len(filled) < 2 or width < 2:
        return None
    return Table(rows=tuple(row + ("",) * (width - len(row)) for row in filled), page=number)
