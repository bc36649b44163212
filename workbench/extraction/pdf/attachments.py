"""Files inside a PDF: those of its list and those pinned to pages, as children.

An attached e-invoice (ZUGFeRD, Factur-X, Order-X) also tells the fields of the
PDF itself.
"""

import ctypes
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.extraction.archives.unpacking import Bomb, Unpacking
from workbench.extraction.pdf.associated import Associated, associated
from workbench.extraction.pdf.forms import FILE_ATTACHMENT, MOST_ANNOTATIONS, annotation
from workbench.extraction.pdf.native import wide
from workbench.extraction.pdf.opening import OpenPdf
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Child, Json

if TYPE_CHECKING:
    from pypdfium2 import PdfAttachment

_CHUNK = 1 << 20
_XML_TYPES = frozenset({"text/xml", "application/xml"})
_WORTH_A_LOOK = 10 * _CHUNK
_LARGEST_INVOICE = 20_000_000
# The names that Factur-X, the two generations of ZUGFeRD, and XRechnung prescribe.
_INVOICE_NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
# What an attachment may be to the PDF, most likely its invoice first.
_RELATIONSHIPS = ("Alternative", "Data", "Source")


@dataclass(frozen=True, kw_only=True)
class Attached:
    """The files found in a PDF."""

    children: tuple[Child, ...] = ()
    fields: Json | None = None
    warnings: tuple[str, ...] = ()


def attached(pdf: OpenPdf, pinned: Sequence[int], options: ExtractOptions) -> Attached:
    """Take the files out of a PDF, within the limits of containers.

    Parameters
    ----------
    pinned : the pages to which files are pinned, counted from 0
    """
    import pypdfium2 as pdfium

    unpacking = Unpacking(folder=options.scratch, limits=options.limits, packed_bytes=pdf.path.stat().st_size)
    warnings: list[str] = []
    seen: set[bytes] = set()
    for attachment in _attachments(pdf, pinned):
        if options.limits.depth <= 0:
            warnings.append("It has attachments, but lies too deep inside other containers; they were not taken.")
            break
        try:
            _take(attachment, unpacking, seen)
        except Bomb as bomb:
            warnings.append(f"Not all attachments were taken: {bomb}")
            break
        except (pdfium.PdfiumError, ValueError, OSError) as fault:
            warnings.append(f"An attachment could not be taken ({fault}).")
    if options.limits.depth > 0 and not pdf.document.count_attachments():
        warnings.extend(_take_associated(pdf, unpacking, seen))
    children = tuple(unpacking.children)
    return Attached(children=children, fields=_invoice(children), warnings=tuple(dict.fromkeys(warnings)))


def _attachments(pdf: OpenPdf, pinned: Sequence[int]) -> Iterator["PdfAttachment"]:
    import pypdfium2 as pdfium

    for index in range(pdf.document.count_attachments()):
        # A damaged entry is passed over; the others may be whole.
        with suppress(pdfium.PdfiumError):
            yield pdf.document.get_attachment(index)
    if pinned:
        # What was made part of the page is no annotation any more.
        pdf.reopen()
    for number in pinned:
        with suppress(pdfium.PdfiumError):
            yield from _pinned(pdf, number)


def _pinned(pdf: OpenPdf, number: int) -> Iterator["PdfAttachment"]:
    import pypdfium2 as pdfium
    import pypdfium2.raw as native

    page = pdf.document[number]
    try:
        for index in range(min(native.FPDFPage_GetAnnotCount(page), MOST_ANNOTATIONS)):
            with annotation(page, index) as note:
                if not note or native.FPDFAnnot_GetSubtype(note) != FILE_ATTACHMENT:
                    continue
                if file := native.FPDFAnnot_GetFileAttachment(note):
                    yield pdfium.PdfAttachment(file, pdf.document)
    finally:
        page.close()


def _take(attachment: "PdfAttachment", unpacking: Unpacking, seen: set[bytes]) -> None:
    file = Associated(
        name=attachment.get_name(),
        data=_data(attachment, unpacking),
        media_type=_media_type(attachment),
        relationship=_relationship(attachment),
        description=_description(attachment),
    )
    _keep(file, unpacking, seen)


def _keep(file: Associated, unpacking: Unpacking, seen: set[bytes]) -> None:
    digest = hashlib.sha256(file.data).digest()
    if digest in seen:
        return
    seen.add(digest)
    facts = {"relationship": file.relationship, "description": file.description}
    unpacking.take(
        file.name or "unnamed",
        (file.data[start : start + _CHUNK] for start in range(0, len(file.data), _CHUNK)),
        media_type=file.media_type,
        metadata={name: value for name, value in facts.items() if value},
    )


def _take_associated(pdf: OpenPdf, unpacking: Unpacking, seen: set[bytes]) -> Iterator[str]:
    """Take the files that PDFium does not list; give a sentence where not all were taken."""
    room = min(unpacking.limits.unpacked_bytes, max(_WORTH_A_LOOK, unpacking.limits.ratio * unpacking.packed_bytes))
    try:
        for file in associated(pdf.path, pdf.password, most_bytes=int(room)):
            if not file.is_whole:
                raise Bomb(f"one unpacks to more than {int(room):,} bytes.")
            _keep(file, unpacking, seen)
    except Bomb as bomb:
        yield f"Not all attachments were taken: {bomb}"
    except (ValueError, OSError) as fault:
        yield f"An attachment could not be taken ({fault})."


def _data(attachment: "PdfAttachment", unpacking: Unpacking) -> bytes:
    """Return an attachment's bytes; its size is asked first, so that a bomb is not copied."""
    import pypdfium2.raw as pdfium

    size = ctypes.c_ulong()
    pdfium.FPDFAttachment_GetFile(attachment, None, 0, size)
    total = unpacking.unpacked + size.value
    if total > unpacking.limits.unpacked_bytes or (
        size.value > _WORTH_A_LOOK and total > unpacking.limits.ratio * unpacking.packed_bytes
    ):
        raise Bomb(f"one unpacks to {size.value:,} bytes.")
    return bytes(attachment.get_data()) if size.value else b""


def _relationship(attachment: "PdfAttachment") -> str:
    import pypdfium2.raw as pdfium

    return wide(pdfium.FPDFAttachment_GetAFRelationship, attachment)


def _description(attachment: "PdfAttachment") -> str:
    import pypdfium2.raw as pdfium

    return wide(pdfium.FPDFAttachment_GetDescription, attachment)


def _media_type(attachment: "PdfAttachment") -> str | None:
    import pypdfium2.raw as pdfium

    declared = wide(pdfium.FPDFAttachment_GetSubtype, attachment).strip().lower()
    return declared if "/" in declared else None


def _invoice(children: Sequence[Child]) -> Json | None:
    from workbench.extraction.invoices import invoice_fields

    for child in sorted(children, key=_unlikeliness):
        is_xml = child.media_type in _XML_TYPES or child.name.lower().endswith(".xml")
        if is_xml and child.path.stat().st_size <= _LARGEST_INVOICE:
            fields = invoice_fields(child.path.read_bytes())
            if fields is not None:
                return fields
    return None


def _unlikeliness(child: Child) -> tuple[int, int]:
    """Order attachments: those named as an invoice is, then those that stand for the PDF or its data."""
    is_named = child.name.rpartition("/")[2].lower() in _INVOICE_NAMES
    relationship = str(child.metadata.get("relationship", ""))
    known = relationship in _RELATIONSHIPS
    return int(not is_named), _RELATIONSHIPS.index(relationship) if known else len(_RELATIONSHIPS)
