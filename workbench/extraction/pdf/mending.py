"""Pages whose content does not decode to its end, which PDFium passes over without a word.

Every content stream is unpacked once, which takes a fifteenth of the time of
reading the page. Where one is damaged, a copy of the file is written in which
the stream is replaced by what could be decoded of it.
"""

import re
import warnings
import zlib
from base64 import a85decode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pikepdf import Object, Page, Pdf

NAME = "mended.pdf"
# qpdf holds the objects of what it writes in memory.
_LARGEST = 500 * 1024**2
_MOST_PAGES = 200_000
# What unpacks to more is not looked at to its end, nor is so much kept of it.
_MOST_UNPACKED = 64 * 1024**2
# qpdf unpacks the rarer filters whole, up to a thousandfold.
_MOST_PACKED = 256 * 1024
_FLATE = ("/FlateDecode", "/Fl")
_ASCII85 = ("/ASCII85Decode", "/A85")
_HEX = ("/ASCIIHexDecode", "/AHx")
_OTHERS = ("/LZWDecode", "/LZW", "/RunLengthDecode", "/RL", "/Crypt")
_KNOWN = frozenset((*_FLATE, *_ASCII85, *_HEX, *_OTHERS))
_UNKNOWN = "/?"
# A sector that was lost; instructions for drawing are text.
_ZEROS = b"\0" * 32
_NOT_ASCII85 = re.compile(rb"[^!-uz]")
_BLANKS = re.compile(rb"[\0\t\n\f\r ]+")
_NOT_HEX = re.compile(rb"[^0-9A-Fa-f]")
_DAMAGE = re.compile("damaged|not found|stream as empty")
_STEP = 1_024
_MOST_NAMED = 10
_DEEPEST = 3


@dataclass(frozen=True, kw_only=True)
class Mended:
    """What was found.

    Parameters
    ----------
    pages : those whose content is damaged, counted from 1
    copy : where the file lies with what could be decoded; None where none was written
    """

    pages: tuple[int, ...] = ()
    copy: Path | None = None

    @property
    def sentence(self) -> str:
        if not self.pages:
            return ""
        return f"The content of {_listed(self.pages)} is damaged; what could be decoded was read."

    @property
    def nothing(self) -> str:
        return f"The content of {_listed(self.pages)} is damaged and gives no text. Ask for an undamaged copy."


def mended(path: Path, password: str, folder: Path) -> Mended:
    """Look for pages with damaged content, and write a copy with what is left of it into `folder`."""
    import pikepdf

    pages: tuple[int, ...] = ()
    # Whatever qpdf cannot walk through stays as PDFium reads it.
    with suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pikepdf.open(path, password=password, suppress_warnings=True) as document:
            pages = _damaged_pages(document)
            if not pages or path.stat().st_size > _LARGEST:
                return Mended(pages=pages)
            folder.mkdir(parents=True, exist_ok=True)
            document.save(
                folder / NAME,
                compress_streams=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
            )
            return Mended(pages=pages, copy=folder / NAME)
    return Mended(pages=pages)


def inflated(packed: bytes) -> tuple[bytes, bool]:
    """Unpack a zlib stream; return what comes out of it and whether that is all."""
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(packed, _MOST_UNPACKED)
    except zlib.error:
        return _beginning(packed), False
    if unpacking.eof or unpacking.unconsumed_tail:
        return unpacked, True
    # Some programs leave the checksum at the end out.
    raw = zlib.decompressobj(-zlib.MAX_WBITS)
    raw.decompress(packed[2:], _MOST_UNPACKED)
    return unpacked, raw.eof


def _beginning(packed: bytes) -> bytes:
    """Unpack up to the fault: nothing of a step is kept by zlib when it fails within it, so the last go by bytes."""
    unpacking, parts, room = zlib.decompressobj(-zlib.MAX_WBITS), [], _MOST_UNPACKED
    for start in range(2, len(packed), _STEP):
        before, step = unpacking.copy(), packed[start : start + _STEP]
        try:
            parts.append(unpacking.decompress(step))
        except zlib.error:
            with suppress(zlib.error):
                for place in range(len(step)):
                    parts.append(before.decompress(step[place : place + 1]))
            break
        room -= len(parts[-1])
        if room < 0 or unpacking.eof:
            break
    return b"".join(parts)


@dataclass(kw_only=True)
class _Look:
    """A document that is looked through, and which of its streams are whole, by object."""

    document: "Pdf"
    known: dict[tuple[int, int], bool] = field(default_factory=dict)
    _has_holes: bool = False

    @property
    def has_holes(self) -> bool:
        """Did qpdf miss objects? It tells each of its warnings once."""
        self._has_holes = self._has_holes or any(_DAMAGE.search(str(said)) for said in self.document.get_warnings())
        return self._has_holes


def _damaged_pages(document: "Pdf") -> tuple[int, ...]:
    """Find pages with damaged content, and replace it in memory by its decodable part."""
    look = _Look(document=document)
    found = []
    for number, page in zip(range(1, _MOST_PAGES + 1), document.pages, strict=False):
        # All of them: each is mended on the way.
        whole = [_is_whole(stream, look) for stream in _streams(page, look)]
        if not all(whole) or (not whole and _lost_content(page, look)):
            found.append(number)
    return tuple(found)


def _streams(page: "Page", look: _Look) -> Iterator["Object"]:
    """Return the content of a page, and of the forms that are drawn on it."""
    import pikepdf

    contents = page.obj.get("/Contents")
    if isinstance(contents, pikepdf.Stream):
        yield contents
    elif isinstance(contents, pikepdf.Array):
        # Not through its iterator, which stops at what is not there.
        yield from (part for part in contents if isinstance(part, pikepdf.Stream))
    yield from _forms(page.obj.get("/Resources"), look, 0)


def _forms(resources: "Object | None", look: _Look, depth: int) -> Iterator["Object"]:
    import pikepdf

    if depth > _DEEPEST or not isinstance(resources, pikepdf.Dictionary):
        return
    drawn = resources.get("/XObject")
    if not isinstance(drawn, pikepdf.Dictionary):
        return
    for thing in drawn.values():
        if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == pikepdf.Name.Form:
            is_new = thing.objgen not in look.known
            yield thing
            if is_new:
                yield from _forms(thing.get("/Resources"), look, depth + 1)


def _lost_content(page: "Page", look: _Look) -> bool:
    """Had a page without content some? Blank pages need no fonts, and forms have theirs in what is laid over them."""
    resources = page.obj.get("/Resources")
    has_fonts = resources is not None and "/Font" in resources and "/Annots" not in page.obj
    return has_fonts or look.has_holes


def _is_whole(stream: "Object", look: _Look) -> bool:
    """Does a stream decode to its end? Otherwise it is replaced by what does."""
    if stream.objgen not in look.known:
        left = _left_of(stream, look)
        look.known[stream.objgen] = left is None
        if left is not None:
            stream.write(left)
    return look.known[stream.objgen]


def _left_of(stream: "Object", look: _Look) -> bytes | None:
    """Return what can be decoded of a stream, None where that is all of it."""
    filters, raw = _filters(stream), stream.read_raw_bytes()
    if not raw:
        # Empty pages are so, and streams whose length was lost.
        return b"" if filters and look.has_holes else None
    guessed = _guessed(raw) if not filters or _UNKNOWN in filters else filters
    if guessed != filters:
        return _decoded(raw, guessed)
    if not filters:
        return _BLANKS.sub(b"\n", raw) if _ZEROS in raw else None
    if len(filters) == 1 and filters[0] in _FLATE:
        unpacked, is_whole = inflated(raw)
        return None if is_whole else unpacked
    return None if len(raw) > _MOST_PACKED or _is_decoded_by_qpdf(stream) else _decoded(raw, filters)


def _filters(stream: "Object") -> tuple[str, ...]:
    import pikepdf

    value = stream.get("/Filter")
    if value is None:
        return ()
    try:
        names = [str(name) for name in value] if isinstance(value, pikepdf.Array) else [str(value)]
    except UnicodeDecodeError:
        return (_UNKNOWN,)
    return tuple(name if name in _KNOWN else _UNKNOWN for name in names)


def _guessed(raw: bytes) -> tuple[str, ...]:
    """Tell from its bytes how a stream is packed whose filters are not named, or wrongly."""
    if raw[-8:].rstrip().endswith(b"~>"):
        return (_ASCII85[0], _FLATE[0])
    is_zlib = len(raw) > 2 and raw[0] == 0x78 and not int.from_bytes(raw[:2]) % 31
    return (_FLATE[0],) if is_zlib else ()


def _is_decoded_by_qpdf(stream: "Object") -> bool:
    import pikepdf

    try:
        stream.read_bytes()
    except pikepdf.PdfError:
        return False
    return True


def _decoded(data: bytes, filters: Sequence[str]) -> bytes:
    """Decode as much as can be had."""
    for name in filters:
        if name in _FLATE:
            data = inflated(data)[0]
        elif name in _ASCII85:
            data = _from_ascii85(data)
        elif name in _HEX:
            digits = _NOT_HEX.sub(b"", data)
            data = bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
        else:
            return b""
    return data


def _from_ascii85(data: bytes) -> bytes:
    """Decode, with a sign that cannot be there taken for one that can, so that what follows stays in step."""
    signs = _NOT_ASCII85.sub(b"!", re.sub(rb"[\t\n\f\r ]+", b"", data).split(b"~>", 1)[0])
    parts = []
    for run in re.split(rb"(z)", signs):
        with suppress(ValueError):
            parts.append(a85decode(run))
    return b"".join(parts)


def _listed(pages: Sequence[int]) -> str:
    named = [f"{page:,}" for page in pages[:_MOST_NAMED]]
    if len(named) == 1:
        return f"page {named[0]}"
    last = f"{len(pages) - _MOST_NAMED:,} more" if len(pages) > _MOST_NAMED else named.pop()
    return f"pages {', '.join(named)} and {last}"
