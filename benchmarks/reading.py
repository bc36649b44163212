"""How much of a file comes out, and how right: words, letters, order, tables, fields.

The truth of the first part is what the sample letters are made of, written in
every format; that of the second lies beside real files, in the folder that
WORKBENCH_CORPORA names.
"""

import itertools
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import mean
from typing import Any

from rapidfuzz.distance import Levenshtein

from benchmarks import bare, extracting
from benchmarks.documents import PROJECT
from benchmarks.rows import Options, Row, compared
from workbench.records import Extraction

VARIABLE = "WORKBENCH_CORPORA"
# What the writers put into these are tables alone.
_TABLES_ONLY = {"xlsx", "csv"}
# Files and the folder of their texts, below the corpora; pictures take a second or two each.
_CORPORA = {
    "e-invoices, PDF": ("einvoice_pdf/pdf", "einvoice_pdf/text", False),
    "contracts, PDF": ("cuad_contracts/pdf", "cuad_contracts/text", False),
    "scanned invoices": ("german_scans_synth/img", "german_scans_synth/text", True),
}
_FIELDS = {"e-invoices, PDF": "einvoice_pdf/pdf", "e-invoices, XML": "einvoice_xml/xml"}


@dataclass(frozen=True, kw_only=True)
class Words:
    """How well words came out.

    Parameters
    ----------
    recall : share of the true words that were found, counted with repetitions
    precision : share of the found words that are true
    """

    recall: float
    precision: float

    @classmethod
    def of(cls, found: str, true: str) -> "Words":
        """Compare two texts as bags of words."""
        a, b = bag(found), bag(true)
        common = (a & b).total()
        return cls(recall=common / max(b.total(), 1), precision=common / max(a.total(), 1))


def measure(options: Options) -> Iterator[Row]:
    """Words, order and cells of letters in every format, then of real files."""
    yield from _letters(options)
    yield from _real(options)


def bag(text: str) -> Counter[str]:
    """The words of a text and how often each comes."""
    return Counter(re.findall(r"\w+", text.casefold()))


def letter_errors(found: str, true: str) -> float:
    """The character error rate: edits from one text to the other by the length of the true one; blanks are one."""
    one, other = " ".join(found.split()), " ".join(true.split())
    return Levenshtein.distance(one, other) / max(len(other), 1)


def order(found: str, true: Sequence[str]) -> float:
    """The share of neighbouring true paragraphs that come in their order; those not found are left out."""
    squeezed = _squeezed(found)
    places = [place for text in true if (place := squeezed.find(_squeezed(text))) >= 0]
    pairs = list(itertools.pairwise(places))
    return sum(one <= other for one, other in pairs) / len(pairs) if pairs else 1.0


def cells(found: Extraction, true: Sequence[Sequence[str]]) -> float:
    """The share of true cells that stand in a row beside their left neighbour."""
    held = {(_squeezed(a), _squeezed(b)) for t in found.tables for row in t.rows for a, b in _pairs(row)}
    wanted = [(_squeezed(a), _squeezed(b)) for row in true for a, b in _pairs(row)]
    return sum(pair in held for pair in wanted) / len(wanted) if wanted else 1.0


def _pairs(row: Sequence[str]) -> Iterator[tuple[str, str]]:
    filled = [cell for cell in row if cell.strip()]
    return itertools.pairwise(filled)


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _letters(options: Options) -> Iterator[Row]:
    writers, letters = _written(options)
    for extension in writers:
        folder = options.scratch / "letters" / extension
        files = sorted(folder.iterdir())
        found = dict(extracting.extract(files, options.scratch / "members", ocr=False, tables=True))
        truths = {file: letters[int(file.stem)] for file in files}
        note = f"mean of {len(files)} letters"
        recall = mean(Words.of(found[file].text, _text(file, truths[file])).recall for file in files)
        yield Row(what=f"{extension}: words found", value=recall, unit="recall", note=note)
        if extension not in _TABLES_ONLY:
            right = mean(order(found[file].text, _paragraphs(truths[file])) for file in files)
            yield Row(what=f"{extension}: paragraphs in order", value=right, unit="share")
        if extension in {"pdf", "docx", "xlsx", "odt", "html", "csv"}:
            tabled = [file for file in files if any(truths[file].tables())]
            share = mean(cells(found[file], _cells(file, truths[file])) for file in tabled)
            yield Row(what=f"{extension}: cells of tables", value=share, unit="share", note=f"{len(tabled)} letters")


def _written(options: Options) -> tuple[tuple[str, ...], list[Any]]:  # Any: the samples' Letter
    """Write letters in every format; the samples' package lies outside of any installed one."""
    if (place := str(PROJECT / "test-data")) not in sys.path:
        sys.path.insert(0, place)
    from samples.composing import Seeds, compose
    from samples.model import CATEGORIES, LANGUAGES
    from samples.writers import FORMATS, write

    chosen = [(category, language) for category in CATEGORIES for language in LANGUAGES][: options.count]
    letters = [compose(c, lang, Seeds.of(f"{options.seed}/{c}/{lang}")) for c, lang in chosen]
    for extension in FORMATS:
        folder = options.scratch / "letters" / extension
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for number, letter in enumerate(letters):
            if extension not in _TABLES_ONLY or any(letter.tables()):
                (folder / f"{number}.{extension}").write_bytes(write(letter, extension))
    return FORMATS, letters


def _paragraphs(letter: Any) -> list[str]:  # Any: the samples' Letter
    return [block.text for block in letter.blocks if hasattr(block, "text")]


def _rows(letter: Any) -> list[tuple[str, ...]]:  # Any: the samples' Letter
    return [row for table in letter.tables() for row in (table.header, *table.rows)]


def _cells(file: Path, letter: Any) -> list[tuple[str, ...]]:  # Any: the samples' Letter
    """The cells of a letter's tables; in a workbook the values, which are shown in the formats of a country."""
    if file.suffix != ".xlsx":
        return _rows(letter)
    from openpyxl import load_workbook

    sheets = load_workbook(file, read_only=True, data_only=True)
    rows = [row for sheet in sheets for row in sheet.iter_rows(values_only=True)]
    sheets.close()
    return [tuple(_value(value) for value in row if value is not None) for row in rows]


def _value(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _text(file: Path, letter: Any) -> str:  # Any: the samples' Letter
    tables = [cell for row in _cells(file, letter) for cell in row]
    if file.suffix[1:] in _TABLES_ONLY:
        return "\n".join(tables)
    bullets = [item for block in letter.blocks for item in getattr(block, "items", ())]
    return "\n".join([letter.title, *_paragraphs(letter), *bullets, *tables])


def _real(options: Options) -> Iterator[Row]:
    given = os.environ.get(VARIABLE)
    if not given:
        note = f"set {VARIABLE} to a folder with {', '.join(sorted(files for files, _, _ in _CORPORA.values()))}"
        yield Row(what="real files", value=0, unit="", note=f"not measured: {note}")
        return
    for what, (files, texts, ocr) in _CORPORA.items():
        pairs = _beside(Path(given) / files, Path(given) / texts, ".txt")[: options.count]
        if pairs:
            yield from _words(what, pairs, options.scratch / "members", ocr=ocr)
    for what, files in _FIELDS.items():
        folder = Path(given) / files
        if pairs := _beside(folder, folder.parent / "fields", ".json"):
            yield from _fields(what, pairs, options.scratch / "members")


def _beside(files: Path, truths: Path, suffix: str) -> list[tuple[Path, Path]]:
    """Each file with its truth, which has the same place and stem."""
    pairs = ((file, truths / file.relative_to(files).with_suffix(suffix)) for file in sorted(files.rglob("*.*")))
    return [(file, truth) for file, truth in pairs if truth.is_file()]


def _words(what: str, pairs: Sequence[tuple[Path, Path]], scratch: Path, *, ocr: bool) -> Iterator[Row]:
    true = {file: text.read_text(encoding="utf-8", errors="replace") for file, text in pairs}
    found = {file: read.text for file, read in extracting.extract(list(true), scratch, ocr=ocr)}
    yield from _compared(what, found, true, errors=ocr)
    if ocr:
        # Tesseract by itself, on the same pictures.
        plain = {file: bare.tesseract_text(file) for file in true}
        yield from _compared(f"{what}, bare Tesseract", plain, true, errors=True)
        ours, theirs = (mean(Words.of(t[file], true[file]).recall for file in true) for t in (found, plain))
        beside = Row(what=f"{what}, bare Tesseract", value=theirs, unit="recall")
        yield compared(Row(what=f"{what}: words found", value=ours, unit="recall"), beside)


def _compared(what: str, found: dict[Path, str], true: dict[Path, str], *, errors: bool) -> Iterator[Row]:
    words = [Words.of(found[file], text) for file, text in true.items()]
    note = f"mean of {len(words)} files"
    yield Row(what=f"{what}: words found", value=mean(w.recall for w in words), unit="recall", note=note)
    yield Row(what=f"{what}: words right", value=mean(w.precision for w in words), unit="precision", note=note)
    if errors:
        rate = mean(letter_errors(found[file], text) for file, text in true.items())
        yield Row(what=f"{what}: letters wrong", value=rate, unit="error rate", note="order of lines counts")


def _fields(what: str, pairs: Sequence[tuple[Path, Path]], scratch: Path) -> Iterator[Row]:
    true: dict[Path, dict[str, str]] = {file: json.loads(truth.read_text(encoding="utf-8")) for file, truth in pairs}
    wrong: list[str] = []
    total = 0
    for file, read in extracting.extract(list(true), scratch, ocr=False):
        for name, value in true[file].items():
            total += 1
            if _plain(name, read.fields.get(name, "")) != _plain(name, value):
                wrong.append(f"{file.name} {name}")
    note = f"{total} fields of {len(pairs)} invoices" + (f"; wrong: {', '.join(wrong[:5])}" if wrong else "")
    yield Row(what=f"{what}: fields exact", value=1 - len(wrong) / max(total, 1), unit="share", note=note)


def _plain(name: str, value: object) -> str:
    """A value to compare: the truth writes dates as the file does, we in ISO 8601."""
    return re.sub(r"[-T:]", "", str(value)) if name.endswith("_date") else str(value)
