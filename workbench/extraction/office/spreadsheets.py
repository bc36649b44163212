"""Sheets of any Excel format and ODS by python-calamine: one line a row, cells by tabs.

Hidden sheets are read like the others; comments, text boxes and charts of XLSX
follow the cells. A sheet that reaches too far is read without a rectangle.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile, is_zipfile

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_text, version
from workbench.extraction.markup.xmltree import open_zip
from workbench.extraction.office.extent import MOST_CELLS, is_vast
from workbench.extraction.office.metadata import open_document_metadata, open_xml_metadata
from workbench.extraction.office.opendocument import open_document_lines
from workbench.extraction.office.percent import Percentages, percentages
from workbench.extraction.office.sheet_notes import sheet_notes
from workbench.extraction.office.sparse import sparse_rows
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, ExtractionState, Metadata, Table

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_XLSX = frozenset({known.XLSX, known.XLSM})
_SHEETS = _XLSX | {known.XLSB, known.XLS, known.ODS}
_SEALED = ("password", "encrypt")
_ENCRYPTED = "The workbook is encrypted. Ask for the password or an open copy."
# Cells of all tables of one workbook that are handed out.
_MOST_TABLE_CELLS = 200_000


@dataclass(kw_only=True)
class _Book:
    """What was read so far, sheet by sheet."""

    lines: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class SpreadsheetReader:
    """Reads XLSX, XLSM, XLSB, XLS and ODS."""

    name = "spreadsheet"
    gives = ("text", "tables", "metadata")

    @property
    def version(self) -> str:
        return version("2", "python-calamine")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type in _SHEETS else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("python_calamine")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        metadata = sheet_metadata(path, media_type)
        if is_vast(path, media_type):
            return from_text(self, media_type, _read_sparsely(path, media_type, options), metadata=metadata)
        book = _read(path, media_type, options)
        text = "\n".join((*book.lines, *_notes(path, media_type, book))).strip()
        if book.failures and not text:
            raise ExtractionError(book.failures[0])
        extraction = from_text(self, media_type, text, metadata=metadata, warnings=book.failures)
        extraction = replace(extraction, tables=tuple(book.tables))
        if not book.failures:
            return extraction
        return replace(extraction, state=ExtractionState.PARTIAL, message=book.failures[0])


def sheet_metadata(path: Path, media_type: str) -> Metadata:
    """Return the workbook's own metadata; of old binary ones that of the OLE container."""
    if media_type == known.XLS:
        return _old_metadata(path)
    if not is_zipfile(path):
        return Metadata()
    with ZipFile(path) as archive:
        return open_document_metadata(archive) if media_type == known.ODS else open_xml_metadata(archive)


def _old_metadata(path: Path) -> Metadata:
    import olefile

    from workbench.extraction.office.binary import ole_metadata

    try:
        with olefile.OleFileIO(path) as ole:
            return ole_metadata(ole)
    except Exception:  # olefile raises whatever the damaged directory provokes
        return Metadata()


def _read_sparsely(path: Path, media_type: str, options: ExtractOptions) -> str:
    with open_zip(path) as archive:
        if media_type in _XLSX:
            return "\n".join(sparse_rows(archive, options.limits.text_chars))
        if media_type == known.ODS:
            return "\n".join(open_document_lines(archive))
    raise ExtractionError(
        f"A sheet of the workbook spans more than {MOST_CELLS:,} cells. Ask for a copy without the empty ones.",
        state=ExtractionState.TOO_LARGE,
    )


def _notes(path: Path, media_type: str, book: _Book) -> list[str]:
    if media_type not in _XLSX:
        return []
    try:
        with open_zip(path) as archive:
            return sheet_notes(archive)
    except ExtractionError as fault:
        book.failures.append(f"Its comments could not be read: {fault}")
        return []


def _read(path: Path, media_type: str, options: ExtractOptions) -> _Book:
    book = _Book()
    room, cells = options.limits.text_chars, _MOST_TABLE_CELLS
    workbook = _opened(path)
    shown = _percentages(path) if media_type in _XLSX else {}
    for sheet in workbook.sheet_names:
        if room < 0:
            break
        try:
            rows = list(_rows(workbook, sheet, room, shown.get(sheet, {})))
        except ExtractionError as fault:
            book.failures.append(f"The sheet '{sheet}' could not be read: {fault}")
            continue
        lines = ["\t".join(row).rstrip("\t") for row in rows]
        room -= sum(map(len, lines))
        book.lines += [f"## {sheet}", *lines, ""] if lines else []
        if options.tables and rows and cells > 0:
            book.tables.append(_table(sheet, rows, cells))
            cells -= sum(map(len, rows))
    return book


def _table(sheet: str, rows: Sequence[list[str]], most_cells: int) -> Table:
    width = max(map(len, rows))
    kept = rows[: max(1, most_cells // max(width, 1))]
    return Table(title=sheet, rows=tuple(tuple(row) + ("",) * (width - len(row)) for row in kept))


def _percentages(path: Path) -> dict[str, Percentages]:
    try:
        with open_zip(path) as archive:
            return percentages(archive)
    except ExtractionError:
        return {}


def _opened(path: Path) -> "CalamineWorkbook":
    from python_calamine import CalamineWorkbook, PasswordError

    try:
        with path.open("rb") as file:
            return CalamineWorkbook.from_filelike(file)
    except PasswordError as fault:
        raise ExtractionError(_ENCRYPTED, state=ExtractionState.ENCRYPTED) from fault
    except BaseException as fault:
        raise _translated(fault) from fault


def _rows(workbook: "CalamineWorkbook", name: str, room: int, shown: Percentages) -> Iterator[list[str]]:
    """Give the rows that hold something, until there is no room for more letters."""
    try:
        sheet = workbook.get_sheet_by_name(name)
        first_column = (sheet.start or (0, 0))[1]
        for number, values in enumerate(sheet.iter_rows()):
            cells = [_cell(value) for value in values]
            if not any(cells):
                continue
            if shown:
                _show_percentages(cells, values, number, first_column, shown)
            room -= sum(map(len, cells)) + len(cells)
            yield cells
            if room < 0:
                return
    except GeneratorExit:
        raise
    except BaseException as fault:
        raise _translated(fault) from fault


def _show_percentages(
    cells: list[str], values: Sequence[object], row: int, first_column: int, shown: Percentages
) -> None:
    for column, value in enumerate(values):
        decimals = shown.get((row, column + first_column))
        if decimals is not None and isinstance(value, int | float):
            cells[column] = f"{value * 100:.{min(decimals, 10)}f}%"


def _translated(fault: BaseException) -> BaseException:
    """Turn a panic of calamine's Rust code into a failure of the file.

    pyo3's PanicException derives from BaseException, so that a plain
    `except Exception` would let one broken workbook end the worker.
    """
    if isinstance(fault, MemoryError) or not (isinstance(fault, Exception) or "Panic" in type(fault).__name__):
        return fault
    if any(word in str(fault).lower() for word in _SEALED):
        return ExtractionError(_ENCRYPTED, state=ExtractionState.ENCRYPTED)
    return ExtractionError(f"The workbook is damaged ({str(fault)[:200]}). Ask for an undamaged copy.")


def _cell(value: object) -> str:
    """Write a cell as a person would see it: whole numbers without ".0", midnight without the time."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return " ".join(str(value).split())
