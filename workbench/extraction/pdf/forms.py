"""What was filled into a form and written upon a page: fields, notes, free text, stamps.

Appearances are made part of the page, so that their text is read at its place;
what a page's text lacks after that is added below it as "name: value".
Scripts and actions of fields are not looked at.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.extraction.cleaning import phrase, tidy
from workbench.extraction.pdf.native import wide

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

XFA_FULL = 2  # FORMTYPE_XFA_FULL
FILE_ATTACHMENT = 17  # FPDF_ANNOT_FILEATTACHMENT
MOST_ANNOTATIONS = 5_000
_WIDGET = 20
# Free text, stamps and fields.
_DRAWN = frozenset({3, 13, _WIDGET})
# Text, free text, line, shapes, marks, stamp, caret, ink and attached file; not links, pop-ups and the like.
_WRITTEN = frozenset({1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17})
_CHECK_BOX, _RADIO, _COMBO, _LIST, _TEXT_FIELD = 2, 3, 4, 5, 6
_HIDDEN = 2  # FPDF_ANNOT_FLAG_HIDDEN
_MOST_OPTIONS = 500
_MOST_CHARS = 20_000
_MOST_DATA = 20_000_000


@dataclass(frozen=True, kw_only=True)
class Written:
    """One thing filled in or noted.

    Parameters
    ----------
    name : the field's, "" for a note
    is_mark : a cross or a choice, whose value says nothing without its name
    """

    name: str
    value: str
    is_mark: bool = False

    @property
    def line(self) -> str:
        return f"{self.name}: {self.value}" if self.name else self.value


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """What lies upon a page.

    Parameters
    ----------
    is_drawn : some of it has an appearance with text
    has_files : files are pinned to the page
    """

    written: tuple[Written, ...] = ()
    is_drawn: bool = False
    has_files: bool = False


def overlay(page: "PdfPage") -> Overlay:
    """Return what is filled in and noted on a page."""
    import pypdfium2.raw as pdfium

    count = min(pdfium.FPDFPage_GetAnnotCount(page), MOST_ANNOTATIONS)
    written: list[Written] = []
    kinds = set()
    for index in range(count):
        with annotation(page, index) as note:
            kind = pdfium.FPDFAnnot_GetSubtype(note) if note else 0
            if kind == _WIDGET:
                written += _field(page, note)
            elif kind in _WRITTEN and not pdfium.FPDFAnnot_GetFlags(note) & _HIDDEN:
                value = tidy(wide(pdfium.FPDFAnnot_GetStringValue, note, b"Contents"))[:_MOST_CHARS]
                written += [Written(name="", value=value)] if value else []
            kinds.add(kind)
    return Overlay(written=tuple(written), is_drawn=bool(kinds & _DRAWN), has_files=FILE_ATTACHMENT in kinds)


@contextmanager
def annotation(page: "PdfPage", index: int) -> Iterator[Any]:  # Any: a handle of PDFium
    """Open one annotation of a page for a moment."""
    import pypdfium2.raw as pdfium

    note = pdfium.FPDFPage_GetAnnot(page, index)
    try:
        yield note
    finally:
        if note:
            pdfium.FPDFPage_CloseAnnot(note)


def flattened(page: "PdfPage", number: int) -> "PdfPage":
    """Make appearances part of the page; return the page to go on with, `page` is closed."""
    import pypdfium2.raw as pdfium

    document = page.pdf
    pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
    page.close()
    return document[number]


def lacking(written: Sequence[Written], text: str) -> tuple[str, ...]:
    """Return a line for each thing written whose value the text lacks, in its order."""
    if not written:
        return ()
    present = _plain(text)
    lines = (thing.line for thing in written if thing.is_mark or f" {_plain(thing.value)} " not in f" {present} ")
    return tuple(dict.fromkeys(lines))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _field(page: "PdfPage", note: Any) -> list[Written]:  # Any: a handle of PDFium
    import pypdfium2.raw as pdfium

    form = page.formenv
    if not form:
        return []
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, note)
    if kind not in {_CHECK_BOX, _RADIO, _COMBO, _LIST, _TEXT_FIELD}:
        return []
    name = phrase(wide(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, note)) or phrase(
        wide(pdfium.FPDFAnnot_GetFormFieldName, form, note)
    )
    return [
        Written(name=name or "", value=value[:_MOST_CHARS], is_mark=kind in {_CHECK_BOX, _RADIO})
        for value in map(tidy, _values(kind, form, note))
        if value
    ]


def _values(kind: int, form: Any, note: Any) -> list[str]:  # Any: handles of PDFium
    import pypdfium2.raw as pdfium

    if kind in {_CHECK_BOX, _RADIO}:
        if not pdfium.FPDFAnnot_IsChecked(form, note):
            return []
        return [wide(pdfium.FPDFAnnot_GetFormFieldExportValue, form, note) or "Yes"]
    if kind in {_COMBO, _LIST}:
        options = range(min(pdfium.FPDFAnnot_GetOptionCount(form, note), _MOST_OPTIONS))
        chosen = [index for index in options if pdfium.FPDFAnnot_IsOptionSelected(form, note, index)]
        if chosen:
            return [wide(pdfium.FPDFAnnot_GetOptionLabel, form, note, index) for index in chosen]
    return [wide(pdfium.FPDFAnnot_GetFormFieldValue, form, note)]


def xfa_lines(document: "PdfDocument") -> tuple[str, ...]:
    """Return the data of an XFA form as "name: value", which no page shows."""
    from workbench.extraction.markup.xmltree import local, parse

    data = _xfa_packet(document, "datasets")
    root = parse(data) if data else None
    if root is None:
        return ()
    leaves = (element for element in root.iter() if isinstance(element.tag, str) and not len(element))
    lines = (f"{local(leaf)}: {' '.join((leaf.text or '').split())[:_MOST_CHARS]}" for leaf in leaves if leaf.text)
    return tuple(line for line in lines if not line.endswith(": "))


def _xfa_packet(document: "PdfDocument", wanted: str) -> bytes:
    import ctypes

    import pypdfium2.raw as pdfium

    for index in range(min(pdfium.FPDF_GetXFAPacketCount(document), 100)):
        if _narrow(pdfium.FPDF_GetXFAPacketName, document, index) != wanted:
            continue
        size = ctypes.c_ulong()
        pdfium.FPDF_GetXFAPacketContent(document, index, None, 0, size)
        if not 0 < size.value <= _MOST_DATA:
            return b""
        buffer = ctypes.create_string_buffer(size.value)
        pdfium.FPDF_GetXFAPacketContent(document, index, buffer, size.value, size)
        return buffer.raw
    return b""


def _narrow(function: Callable[..., int], *arguments: Any) -> str:  # Any: handles of PDFium
    import ctypes

    size = min(function(*arguments, None, 0), 1_000)
    buffer = ctypes.create_string_buffer(max(size, 1))
    function(*arguments, buffer, size)
    return buffer.value.decode("utf-8", "replace")
