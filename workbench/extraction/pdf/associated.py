"""Files that a PDF only associates with itself (PDF 2.0, 14.13), which PDFium does not list.

Some programs for invoices leave the list of attachments out. qpdf is asked only
where the file's bytes speak of an embedded file.
"""

import mmap
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The stream of an embedded file is never packed into another one, so that one of its own words stands in the open.
_WORDS = (b"/EmbeddedFile", b"/AFRelationship")
_MOST = 100


@dataclass(frozen=True, kw_only=True)
class Associated:
    """A file in a PDF.

    Parameters
    ----------
    is_whole : whether `data` is all of it; it is unpacked up to a bound only
    """

    name: str
    data: bytes
    media_type: str | None
    relationship: str
    description: str
    is_whole: bool = True


def associated(path: Path, password: str, *, most_bytes: int) -> Iterator[Associated]:
    """Give the files that the catalog of a PDF names; none where it is damaged."""
    if not _may_have_some(path):
        return
    import pikepdf

    # qpdf's own errors, and Python's for what a damaged object is taken for.
    with suppress(Exception), pikepdf.open(path, password=password, suppress_warnings=True) as document:
        named: Any = document.Root.get("/AF")  # Any: whatever the file has there
        specs = list(named)[:_MOST] if isinstance(named, pikepdf.Array) else [named]
        for spec in specs:
            with suppress(Exception):
                yield _file(spec, most_bytes)


def _may_have_some(path: Path) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(content.find(word) >= 0 for word in _WORDS)


def _file(spec: Any, most_bytes: int) -> Associated:  # Any: an object of the file
    stream = spec.EF.get("/UF") or spec.EF.F
    data, is_whole = _unpacked(stream, most_bytes)
    declared = str(stream.get("/Subtype", "")).lstrip("/").strip().lower()
    return Associated(
        name=str(spec.get("/UF") or spec.get("/F") or ""),
        data=data,
        is_whole=is_whole,
        media_type=declared if "/" in declared else None,
        relationship=str(spec.get("/AFRelationship", "")).lstrip("/"),
        description=str(spec.get("/Desc", "")),
    )


def _unpacked(stream: Any, most_bytes: int) -> tuple[bytes, bool]:  # Any: as above
    """Unpack a stream that is packed once by deflate or not at all; qpdf would unpack bombs to their end."""
    from pikepdf import Array

    raw = stream.read_raw_bytes()
    packed: Any = stream.get("/Filter")
    names = list(map(str, packed)) if isinstance(packed, Array) else [str(packed)] if packed is not None else []
    if not names:
        return raw[:most_bytes], len(raw) <= most_bytes
    if names != ["/FlateDecode"] or "/DecodeParms" in stream:
        raise ValueError(f"packed by {names}")
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(raw, most_bytes + 1)
    return data[:most_bytes], len(data) <= most_bytes
