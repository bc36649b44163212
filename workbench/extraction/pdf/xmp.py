"""XMP: what a PDF says about itself in XML, and to which archive standard it claims to conform.

PDFium does not hand it out. Standards want it uncompressed, so it is found in
the file's bytes; one packed by deflate is unpacked, an encrypted one is not read.
"""

import mmap
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml.etree import _Element

from workbench.extraction.cleaning import phrase
from workbench.extraction.markup.xmltree import local, parse

_MARK = b"/XML"
_AROUND = 600
_LARGEST = 1_000_000
_SEARCHED = 64 * 1024**2
_MOST_PACKETS = 200
_OF_A_PICTURE = re.compile(rb"dc:format[\s=\"'>]+image/")
_PDF = re.compile(rb"http://ns\.adobe\.com/pdf/1\.3/|pdfaid|pdfuaid|application/pdf")


@dataclass(frozen=True, kw_only=True)
class Xmp:
    """What was found; None where it is not said.

    Parameters
    ----------
    pdfa : e.g. "3B"
    pdfua : e.g. "1"
    invoice_profile : of ZUGFeRD and Factur-X, e.g. "EN 16931"
    """

    title: str | None = None
    authors: tuple[str, ...] = ()
    subject: str | None = None
    language: str | None = None
    created: str | None = None
    modified: str | None = None
    software: str | None = None
    pdfa: str | None = None
    pdfua: str | None = None
    invoice_profile: str | None = None


def xmp(path: Path) -> Xmp:
    """Read the XMP of a PDF file."""
    for packet in _packets(path):
        root = parse(packet)
        if root is not None:
            return _read(root)
    return Xmp()


def _packets(path: Path) -> Iterator[bytes]:
    """Give what may be the document's XMP, the last written first."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = list(_streams(data))
    told = [packet for packet in reversed(found) if not _OF_A_PICTURE.search(packet)]
    yield from sorted(told, key=lambda packet: not _PDF.search(packet))


def _streams(data: mmap.mmap) -> Iterator[bytes]:
    at, count = max(0, len(data) - _SEARCHED), 0
    while (at := data.find(_MARK, at)) >= 0 and count < _MOST_PACKETS:
        count += 1
        around = data[max(0, at - _AROUND) : at + _AROUND]
        start = data.find(b"stream", at, at + _AROUND)
        if start >= 0 and b"/Metadata" in around:
            dictionary = data[data.rfind(b"obj", max(0, at - _AROUND), at) + 3 : start]
            end = data.find(b"endstream", start, start + _LARGEST)
            yield _unpacked(data[start + 6 : end if end > 0 else start + _LARGEST], dictionary)
        at += len(_MARK)


def _unpacked(stream: bytes, dictionary: bytes) -> bytes:
    if b"FlateDecode" not in dictionary:
        return stream.strip()
    try:
        return zlib.decompressobj().decompress(stream.lstrip(b"\r\n"), _LARGEST)
    except zlib.error:
        return b""


def _read(root: _Element) -> Xmp:
    part, level = _value(root, "part", "pdfa"), _value(root, "conformance", "pdfa")
    return Xmp(
        title=_value(root, "title", "purl.org/dc"),
        authors=tuple(_values(root, "creator", "purl.org/dc")),
        subject=_value(root, "description", "purl.org/dc"),
        language=_value(root, "language", "purl.org/dc"),
        created=_value(root, "CreateDate", "xap"),
        modified=_value(root, "ModifyDate", "xap"),
        software=_value(root, "Producer", "adobe.com/pdf") or _value(root, "CreatorTool", "xap"),
        pdfa=f"{part}{level or ''}".upper() if part else None,
        pdfua=_value(root, "part", "pdfua"),
        invoice_profile=_value(root, "ConformanceLevel", "pdfa:"),
    )


def _value(root: _Element, name: str, namespace: str) -> str | None:
    return next(_values(root, name, namespace), None)


def _values(root: _Element, name: str, namespace: str) -> Iterator[str]:
    """Give the values of a property: an attribute, plain text, or the items of a list."""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        for key, value in element.attrib.items():
            if _is_named(str(key), name, namespace) and (plain := phrase(str(value))):
                yield plain
        if _is_named(element.tag, name, namespace):
            items = [item for item in element.iter() if isinstance(item.tag, str) and local(item) == "li"] or [element]
            yield from (plain for item in items if (plain := phrase(item.text)))


def _is_named(tag: str, name: str, namespace: str) -> bool:
    space, _, own = tag.rpartition("}")
    return own == name and namespace in space
