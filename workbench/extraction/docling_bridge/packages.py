"""Office packages as docling reads them.

docling knows the transitional namespaces and the plain kinds of documents.
Strict packages, templates, shows and files with macros hold the same text
under other names, which are changed here on the way; no macro goes with them.
"""

import re
import zipfile
from io import BytesIO

from workbench.extraction.markup.nesting import depth

_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
_RENAMED = {
    b"extendedProperties": b"extended-properties",
    b"customProperties": b"custom-properties",
}
_WORD = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_SLIDES = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
_KINDS = (
    (re.compile(rb"application/vnd\.ms-word\.(document|template)\.macroEnabled(Template)?\.main\+xml"), _WORD),
    (re.compile(rb"application/vnd\.openxmlformats-officedocument\.wordprocessingml\.template\.main\+xml"), _WORD),
    (
        re.compile(rb"application/vnd\.ms-powerpoint\.(presentation|slideshow|template)\.macroEnabled\.main\+xml"),
        _SLIDES,
    ),
    (
        re.compile(rb"application/vnd\.openxmlformats-officedocument\.presentationml\.(slideshow|template)\.main\+xml"),
        _SLIDES,
    ),
)
_TYPES = "[Content_Types].xml"
# docling takes every node for an element, and fails on those that are none.
_NO_ELEMENTS = re.compile(rb"<!--.*?-->|<\?(?!xml\s).*?\?>", re.DOTALL)
# What docling needs time for: paragraphs of all formats and cells of sheets, by how their tags end or begin.
_PARAGRAPHS = (b":p>", b":p ", b":p/>")
_CLOSING = (b"</w:p>", b"</a:p>", b"</text:p>")
_CELLS = (b"<c ", b"<c>", b":table-cell")
_XML = (".xml", ".rels")
_PAGES = (".html", ".xhtml", ".htm")


def is_within(archive: zipfile.ZipFile, *, unpacked: int, paragraphs: int, cells: int, deepest: int) -> bool:
    """Is a package small enough inside? Nothing is parsed for it.

    Parameters
    ----------
    unpacked : bytes of everything that would be parsed
    deepest : elements within elements of a page of a book
    """
    parsed = [info for info in archive.infolist() if info.filename.lower().endswith((*_XML, *_PAGES, ".iwa"))]
    if sum(info.file_size for info in parsed) > unpacked:
        return False
    found_paragraphs = found_cells = 0
    for info in parsed:
        # The directory may understate what a part unpacks to.
        with archive.open(info) as file:
            data = file.read(unpacked + 1)
        if len(data) > unpacked:
            return False
        if info.filename.lower().endswith(_PAGES) and depth(data.decode("latin-1"), enough=deepest) >= deepest:
            return False
        found_paragraphs += sum(map(data.count, _PARAGRAPHS)) - sum(map(data.count, _CLOSING))
        found_cells += sum(map(data.count, _CELLS))
        if found_paragraphs > paragraphs or found_cells > cells:
            return False
    return True


def readable(data: bytes, *, without_comments: bool = False) -> bytes:
    """Return a package under the names that docling knows; the same bytes where nothing is to be changed.

    Parameters
    ----------
    without_comments : whether comments and instructions are taken out of its XML, too
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        types = archive.read(_TYPES) if _TYPES in archive.namelist() else b""
        plain = _plain_types(types)
        if plain == types and not without_comments and not _is_strict(archive):
            return data
        written = BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as copy:
            for info in archive.infolist():
                part = plain if info.filename == _TYPES else archive.read(info)
                if info.filename.endswith(_XML):
                    part = _STRICT.sub(_transitional, part)
                    part = _NO_ELEMENTS.sub(b"", part) if without_comments else part
                copy.writestr(info.filename, part)
    return written.getvalue()


def _plain_types(types: bytes) -> bytes:
    for pattern, plain in _KINDS:
        types = pattern.sub(plain, types)
    return types


def _is_strict(archive: zipfile.ZipFile) -> bool:
    return "_rels/.rels" in archive.namelist() and b"purl.oclc.org/ooxml" in archive.read("_rels/.rels")


def _transitional(match: re.Match[bytes]) -> bytes:
    room, name = match.groups()
    return b"http://schemas.openxmlformats.org/%s/2006/%s" % (room, _RENAMED.get(name, name))
