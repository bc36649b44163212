"""CSV and TSV: the text as written, and the table where it is asked for."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from workbench.extraction import media_types as known
from workbench.extraction.building import from_text, version
from workbench.extraction.cleaning import clean
from workbench.extraction.damage import marked
from workbench.extraction.encodings import decode
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, Metadata, Table

_DELIMITERS = ",;\t|"
_LOOKED_AT = 50
MAX_ROWS = 10_000
MAX_COLUMNS = 500


class DelimitedReader:
    """Reads values that are separated by commas, semicolons, tabs or bars."""

    name = "delimited"
    gives = ("text", "metadata", "tables")

    @property
    def version(self) -> str:
        return version("2", "charset-normalizer")

    def claim(self, media_type: str, head: bytes) -> int:
        return 55 if media_type in {known.CSV, known.TSV} else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        decoded, encoding = decode(path.read_bytes())
        text = clean(decoded)
        mark = "\t" if media_type == known.TSV else delimiter(text)
        metadata = Metadata(raw={"encoding": encoding, "delimiter": mark})
        extraction = marked(from_text(self, media_type, text, metadata=metadata), decoded)
        if not options.tables:
            return extraction
        found, is_whole = table(text, mark)
        warnings = () if is_whole else (f"Only the first {len(found):,} rows are kept as a table.",)
        tables = (Table(rows=found),) if found else ()
        return replace(extraction, tables=tables, warnings=(*extraction.warnings, *warnings))


def delimiter(text: str) -> str:
    """Return what separates the values: what stands equally often, and often, in the first lines."""
    lines = [line for line in islice(_lines(text), _LOOKED_AT) if line.strip()]
    return max(_DELIMITERS, key=lambda mark: _agreement(lines, mark))


def _agreement(lines: list[str], mark: str) -> tuple[int, int]:
    """Say in how many lines the same number of values is separated, and how many these are."""
    counts = Counter(_outside_quotes(line).count(mark) for line in lines)
    counts.pop(0, None)
    number, agreeing = max(counts.items(), key=lambda count: (count[1], count[0]), default=(0, 0))
    return agreeing, number


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _lines(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1


def table(text: str, mark: str) -> tuple[tuple[tuple[str, ...], ...], bool]:
    """Return the rows, all equally long, and whether these are all there are."""
    read = csv.reader((f"{line}\n" for line in _lines(text)), delimiter=mark)
    rows: list[list[str]] = []
    is_whole = True
    try:
        for row in read:
            if len(rows) >= MAX_ROWS:
                is_whole = False
                break
            if row:
                rows.append([cell.strip() for cell in row[:MAX_COLUMNS]])
    except csv.Error:
        is_whole = False
    width = max(map(len, rows), default=0)
    return tuple(tuple(row + [""] * (width - len(row))) for row in rows), is_whole
