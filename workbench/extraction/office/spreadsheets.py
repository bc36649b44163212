"""Sheets of any Excel format and ODS by python-calamine: one line a row, cells by tabs."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile, is_zipfile

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_text, version
from workbench.extraction.office.metadata import open_document_metadata, open_xml_metadata
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, ExtractionState, Metadata

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_SHEETS = frozenset({known.XLSX, known.XLSM, known.XLSB, known.XLS, known.ODS})
_SEALED = ("password", "encrypt")


class SpreadsheetReader:
    """Reads XLSX, XLSM, XLSB, XLS and ODS."""

    name = "spreadsheet"
    gives = ("text", "metadata")

    @property
    def version(self) -> str:
        return version("1", "python-calamine")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type in _SHEETS else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("python_calamine")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        text, failures = _read(path, options.limits.text_chars)
        metadata = sheet_metadata(path, media_type)
        if failures and not text.strip():
            raise ExtractionError(failures[0])
        extraction = from_text(self, media_type, text, metadata=metadata, warnings=failures)
        if not failures:
            return extraction
        return replace(extraction, state=ExtractionState.PARTIAL, message=failures[0])


def sheet_metadata(path: Path, media_type: str) -> Metadata:
    """Return the workbook's own metadata; old binary ones have none that is read here."""
    if media_type == known.XLS or not is_zipfile(path):
        return Metadata()
    with ZipFile(path) as archive:
        return open_document_metadata(archive) if media_type == known.ODS else open_xml_metadata(archive)


def _read(path: Path, most: int) -> tuple[str, list[str]]:
    failures: list[str] = []
    lines: list[str] = []
    room = most
    workbook = _opened(path)
    for sheet in workbook.sheet_names:
        if room < 0:
            break
        try:
            rows = list(_rows(workbook, sheet, room))
        except ExtractionError as fault:
            failures.append(f"The sheet '{sheet}' could not be read: {fault}")
            continue
        room -= sum(map(len, rows))
        lines += [f"## {sheet}", *rows, ""] if rows else []
    return "\n".join(lines).strip(), failures


def _opened(path: Path) -> "CalamineWorkbook":
    from python_calamine import CalamineWorkbook, PasswordError

    try:
        with path.open("rb") as file:
            return CalamineWorkbook.from_filelike(file)
    except PasswordError as fault:
        raise ExtractionError(
            "The workbook is encrypted. Ask for the password or an open copy.", state=ExtractionState.ENCRYPTED
        ) from fault
    except BaseException as fault:
        raise _translated(fault) from fault


def _rows(workbook: "CalamineWorkbook", sheet: str, room: int) -> Iterator[str]:
    try:
        for row in workbook.get_sheet_by_name(sheet).iter_rows():
            line = _line(row)
            if line:
                room -= len(line)
                yield line
            if room < 0:
                return
    except GeneratorExit:
        raise
    except BaseException as fault:
        raise _translated(fault) from fault


def _translated(fault: BaseException) -> BaseException:
    """Turn a panic of calamine's Rust code into a failure of the file.

    pyo3's PanicException derives from BaseException, so that a plain
    `except Exception` would let one broken workbook end the worker.
    """
    if isinstance(fault, MemoryError) or not (isinstance(fault, Exception) or "Panic" in type(fault).__name__):
        return fault
    if any(word in str(fault).lower() for word in _SEALED):
        return ExtractionError(
            "The workbook is encrypted. Ask for the password or an open copy.", state=ExtractionState.ENCRYPTED
        )
    return ExtractionError(f"The workbook is damaged ({str(fault)[:200]}). Ask for an undamaged copy.")


def _line(row: Sequence[object]) -> str:
    cells = [_cell(value) for value in row]
    return "\t".join(cells).rstrip("\t") if any(cells) else ""


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
