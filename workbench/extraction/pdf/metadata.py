"""What a PDF says about itself: its own entries first, XMP where they are silent."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.extraction.cleaning import moment
from workbench.extraction.pdf.native import wide
from workbench.extraction.pdf.opening import OpenPdf
from workbench.extraction.pdf.xmp import Xmp, xmp
from workbench.records import Metadata

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_MOST_NAMES = 100


def metadata(pdf: OpenPdf) -> Metadata:
    """Return a PDF's metadata, normalised and raw."""
    entries = _entries(pdf.document)
    told = _told(pdf)
    return Metadata(
        title=entries.get("Title") or told.title,
        author=entries.get("Author") or ", ".join(told.authors),
        subject=entries.get("Subject") or told.subject,
        created_at=moment(entries.get("CreationDate")) or moment(told.created),
        modified_at=moment(entries.get("ModDate")) or moment(told.modified),
        language=_primary(_catalog_language(pdf.document) or told.language),
        page_count=len(pdf.document),
        software=entries.get("Producer") or told.software or entries.get("Creator"),
        raw={**entries, **_facts(pdf), **_claims(told)},
    )


def _entries(document: "PdfDocument") -> Mapping[str, str]:
    import pypdfium2.raw as pdfium

    found = {key: wide(pdfium.FPDF_GetMetaText, document, key.encode()) for key in document.METADATA_KEYS}
    return {key: value for key, value in found.items() if value.strip()}


def _told(pdf: OpenPdf) -> Xmp:
    try:
        return xmp(pdf.path)
    except (OSError, ValueError):
        return Xmp()


def _catalog_language(document: "PdfDocument") -> str:
    import pypdfium2.raw as pdfium

    return wide(pdfium.FPDFCatalog_GetLanguage, document)


def _primary(tag: str | None) -> str | None:
    """Return the ISO 639-1 code of a language tag such as de-DE."""
    code = (tag or "").replace("_", "-").split("-")[0].strip().lower()
    return code if len(code) == 2 and code.isalpha() else None


def _facts(pdf: OpenPdf) -> dict[str, object]:
    import pypdfium2.raw as pdfium

    document = pdf.document
    facts: dict[str, object] = {"pdf_version": document.get_version(), "tagged": bool(document.is_tagged())}
    if size := _first_page_size(document):
        facts["page_size_pt"] = size
    if pdf.is_encrypted:
        facts["encrypted"] = True
    if pdf.form_type:
        facts["forms"] = True
    if signatures := pdfium.FPDF_GetSignatureCount(document):
        facts["signatures"] = max(signatures, 0)
    if names := _attachment_names(document):
        facts["attachments"] = names
    return facts


def _first_page_size(document: "PdfDocument") -> list[float] | None:
    import pypdfium2.raw as pdfium

    size = pdfium.FS_SIZEF()
    if not pdfium.FPDF_GetPageSizeByIndexF(document, 0, size):
        return None
    return [round(size.width, 1), round(size.height, 1)]


def _attachment_names(document: "PdfDocument") -> list[str]:
    import pypdfium2.raw as pdfium

    files = (pdfium.FPDFDoc_GetAttachment(document, index) for index in range(_count(document)))
    return [name for file in files if file and (name := wide(pdfium.FPDFAttachment_GetName, file))]


def _count(document: "PdfDocument") -> int:
    return min(int(document.count_attachments()), _MOST_NAMES)


def _claims(told: Xmp) -> dict[str, object]:
    claims = {"pdfa": told.pdfa, "pdfua": told.pdfua, "invoice_profile": told.invoice_profile}
    return {name: value for name, value in claims.items() if value}
