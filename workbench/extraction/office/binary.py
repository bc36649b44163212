"""Word and PowerPoint of 1997-2003 from their OLE streams; catdoc where the streams are unusual.

Formats: [MS-DOC] (file information block, piece table) and [MS-PPT] (text atoms).
"""

import re
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs, programs
from workbench.extraction.building import from_pages, from_text, version
from workbench.extraction.cleaning import moment, tidy
from workbench.extraction.damage import reason
from workbench.extraction.protocol import Declined, ExtractOptions
from workbench.records import Extraction, ExtractionState, Metadata

if TYPE_CHECKING:
    from olefile import OleFileIO

_DAMAGED = "The file is damaged or cut off ({}). Ask for an undamaged copy."
_SEALED = "The file is encrypted. Ask for the password or an open copy."
# Field codes stand between 0x13 and 0x14, their result between 0x14 and 0x15.
_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*\x14|\x13[^\x13\x14\x15]*(?=\x15)")
_CONTROLS = str.maketrans(
    {"\r": "\n", "\x07": "\t", "\x0b": "\n", "\x0c": "\n", "\x1e": "-", "\x1f": None, "\xa0": " "}
)
_CATDOC_TIMEOUT_S = 20


class WordBinaryReader:
    """Reads DOC by its piece table, footnotes, headers and comments included."""

    name = "word-binary"
    gives = ("text", "metadata")

    @property
    def version(self) -> str:
        return version("1", "olefile")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type == known.DOC else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("olefile")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        with _opened(path, options.name) as ole:
            if not ole.exists("WordDocument"):
                raise ExtractionError(_DAMAGED.format("it has no WordDocument stream"))
            text = _word_text(ole)
            return from_text(self, media_type, tidy(text), metadata=ole_metadata(ole))


class PowerPointBinaryReader:
    """Reads PPT by its text atoms."""

    name = "powerpoint-binary"
    gives = ("text", "metadata")

    @property
    def version(self) -> str:
        return version("2", "olefile")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type == known.PPT else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("olefile")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        with _opened(path, options.name) as ole:
            if is_sealed_presentation(ole):
                raise ExtractionError(_SEALED, state=ExtractionState.ENCRYPTED)
            if not ole.exists("PowerPoint Document"):
                raise ExtractionError(_DAMAGED.format("it has no PowerPoint Document stream"))
            data = ole.openstream("PowerPoint Document").read()
            # Programs keep their own names as texts, e.g. ___PPT10.
            atoms = (text for text in _slide_atoms(data) if text.strip() and not text.startswith("___PPT"))
            texts = list(dict.fromkeys(atoms))
            return from_pages(self, media_type, [tidy("\n".join(texts))], metadata=ole_metadata(ole))


class CatdocReader:
    """Reads what the piece table does not explain: Word 6 and 95, unusual files."""

    name = "catdoc"
    gives = ("text",)
    version = "1"

    def claim(self, media_type: str, head: bytes) -> int:
        return 40 if media_type == known.DOC else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.programs(catdoc="catdoc")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        program = shutil.which("catdoc")
        if program is None:
            raise Declined("catdoc is not installed; apt install catdoc")
        most = 4 * options.limits.text_chars
        command = (program, "-d", "utf-8", "-w", str(path))
        output = programs.run(command, timeout_s=_CATDOC_TIMEOUT_S, most_bytes=most)
        text = tidy(output.data.decode("utf-8", "replace"))
        # catdoc writes out the bytes of anything that is no document.
        if (output.status and not output.is_cut) or not _reads_as_text(text):
            raise ExtractionError(_DAMAGED.format("catdoc finds no text"))
        return from_text(self, media_type, text)


def is_sealed_presentation(ole: "OleFileIO") -> bool:
    """Does a presentation say that it is encrypted, by a stream or by its token ([MS-PPT] 2.3.2)?"""
    if ole.exists("EncryptedSummary"):
        return True
    return bool(ole.exists("Current User") and ole.openstream("Current User").read(16)[12:16] == b"\xdf\xc4\xd1\xf3")


def _reads_as_text(text: str) -> bool:
    letters = sum(1 for letter in text[:5_000] if letter.isalnum() or letter.isspace() or letter in ".,;:-()€%/")
    return letters >= 0.85 * min(len(text), 5_000)


def _opened(path: Path, name: str) -> "OleFileIO":
    import olefile

    try:
        return olefile.OleFileIO(path)
    except Exception as fault:  # olefile raises whatever the damaged directory provokes
        raise ExtractionError(_DAMAGED.format(reason(fault, path, name))) from fault


def _word_text(ole: "OleFileIO") -> str:
    document = ole.openstream("WordDocument").read()
    try:
        flags = struct.unpack_from("<H", document, 0x0A)[0]
        if flags & 0x0100:
            raise ExtractionError(_SEALED, state=ExtractionState.ENCRYPTED)
        table_name = "1Table" if flags & 0x0200 else "0Table"
        if not ole.exists(table_name):
            raise ExtractionError(_DAMAGED.format(f"it has no {table_name} stream"))
        table = ole.openstream(table_name).read()
        offset, length = struct.unpack_from("<II", document, 0x01A2)
        text = "".join(_pieces(document, table[offset : offset + length]))
    except (struct.error, IndexError, OSError) as fault:
        raise ExtractionError(_DAMAGED.format(fault)) from fault
    while (shorter := _FIELD_CODE.sub("", text)) != text:
        text = shorter
    return text.replace("\x07\x07", "\n").translate(_CONTROLS)


def _pieces(document: bytes, complex_part: bytes) -> Iterator[str]:
    """Give the text of the piece table: a piece is cp1252 or UTF-16 by a bit of its offset."""
    place = 0
    while place < len(complex_part) and complex_part[place] == 1:
        place += 3 + struct.unpack_from("<H", complex_part, place + 1)[0]
    if place >= len(complex_part) or complex_part[place] != 2:
        raise ExtractionError(_DAMAGED.format("its piece table is missing"))
    size = struct.unpack_from("<I", complex_part, place + 1)[0]
    table = complex_part[place + 5 : place + 5 + size]
    count = (len(table) - 4) // 12
    positions = struct.unpack_from(f"<{count + 1}I", table)
    for number in range(count):
        offset = struct.unpack_from("<I", table, 4 * (count + 1) + 8 * number + 2)[0]
        letters = positions[number + 1] - positions[number]
        if letters < 0:
            raise ExtractionError(_DAMAGED.format("its piece table is out of order"))
        if offset & 0x40000000:
            start = (offset & ~0x40000000) // 2
            yield document[start : start + letters].decode("cp1252", "replace")
        else:
            yield document[offset : offset + 2 * letters].decode("utf-16-le", "replace")


_TEXT_CHARS, _TEXT_BYTES, _C_STRING, _MAIN_MASTER = 0x0FA0, 0x0FA8, 0x0FBA, 0x03F8


def _slide_atoms(data: bytes) -> Iterator[str]:
    """Give the texts of a PowerPoint stream; masters hold only "click to add title"."""
    ends = [len(data)]
    place = 0
    while place + 8 <= len(data):
        while len(ends) > 1 and place >= ends[-1]:
            ends.pop()
        kind_bits, kind, length = struct.unpack_from("<HHI", data, place)
        place += 8
        end = min(place + length, ends[-1])
        if kind_bits & 0xF == 0xF and kind != _MAIN_MASTER and len(ends) < 32:
            ends.append(end)
            continue
        if kind in {_TEXT_CHARS, _C_STRING}:
            yield data[place:end].decode("utf-16-le", "replace").replace("\r", "\n").replace("\x0b", "\n")
        elif kind == _TEXT_BYTES:
            yield data[place:end].decode("latin-1").replace("\r", "\n").replace("\x0b", "\n")
        place = end


def ole_metadata(ole: "OleFileIO") -> Metadata:
    """Return the summary information of an OLE file; a damaged one has none."""
    try:
        found = ole.get_metadata()
    except Exception:  # olefile raises whatever the damaged property set provokes
        return Metadata()
    encoding = f"cp{found.codepage}" if isinstance(found.codepage, int) and found.codepage > 0 else "cp1252"
    fields = {name: getattr(found, name, None) for name in found.SUMMARY_ATTRIBS if name != "thumbnail"}
    plain = {name: _words(value, encoding) if isinstance(value, bytes) else value for name, value in fields.items()}
    pages = plain.get("num_pages")
    return Metadata(
        title=plain.get("title"),
        author=plain.get("author"),
        subject=plain.get("subject"),
        created_at=moment(plain.get("create_time")),
        modified_at=moment(plain.get("last_saved_time")),
        page_count=pages if isinstance(pages, int) and 0 < pages < 100_000 else None,
        software=plain.get("creating_application"),
        raw={name: value for name, value in plain.items() if value is not None},
    )


def _words(value: bytes, encoding: str) -> str:
    name = "utf-8" if encoding == "cp65001" else encoding
    try:
        return value.decode(name, "replace").strip("\0 ")
    except LookupError:
        return value.decode("cp1252", "replace").strip("\0 ")
