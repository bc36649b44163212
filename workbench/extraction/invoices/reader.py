"""E-invoices as files: text as on paper, the fields, and what is attached to them."""

import base64
import binascii
from dataclasses import replace
from pathlib import Path

from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.archives.unpacking import Bomb, Unpacking
from workbench.extraction.building import from_text, version
from workbench.extraction.cleaning import moment, tidy
from workbench.extraction.invoices.document import document, may_be_invoice, read
from workbench.extraction.invoices.model import Invoice
from workbench.extraction.invoices.readable import BINARY, readable
from workbench.extraction.invoices.record import as_json
from workbench.extraction.invoices.tree import Node, attribute, own_text
from workbench.extraction.invoices.wording import speaks_german, title
from workbench.extraction.protocol import Declined, ExtractOptions
from workbench.records import Extraction, ExtractionState, Metadata


class InvoiceReader:
    """Reads UBL, CII (XRechnung, Factur-X, ZUGFeRD) and Order-X."""

    name = "invoice"
    gives = ("text", "fields", "metadata", "children")

    @property
    def version(self) -> str:
        return version("2", "lxml")

    def claim(self, media_type: str, head: bytes) -> int:
        # Above the generic reader of XML, which is asked next when the root turns out to be another.
        return 60 if media_type == known.XML and may_be_invoice(head) else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("lxml")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        root = document(path.read_bytes())
        if root is None:
            raise Declined("The file is no e-invoice.")
        invoice = read(root)
        unpacking = Unpacking(folder=options.scratch, limits=options.limits, packed_bytes=path.stat().st_size)
        trouble = _take_attachments(root, unpacking)
        text = tidy(readable(invoice, root))
        extraction = from_text(self, media_type, text, metadata=_metadata(invoice), warnings=trouble)
        extraction = replace(extraction, fields=as_json(invoice), children=tuple(unpacking.children))
        return replace(extraction, state=ExtractionState.PARTIAL, message=trouble[0]) if trouble else extraction


def _metadata(invoice: Invoice) -> Metadata:
    german = speaks_german(invoice)
    return Metadata(
        title=title(invoice, german=german),
        author=invoice.seller.name,
        created_at=moment(invoice.issue_date),
        language=invoice.language[:2].lower() or ("de" if german else None),
        raw={"root": invoice.xml_root, "profile": invoice.profile, "syntax": invoice.syntax},
    )


def _take_attachments(root: Node, unpacking: Unpacking) -> tuple[str, ...]:
    """Write the embedded documents to the scratch folder; return a sentence for each that could not be taken."""
    trouble: list[str] = []
    for number, element in enumerate((node for node in root.iter("{*}*") if _is_binary(node)), start=1):
        media_type = attribute(element, "mimeCode") or None
        name = attribute(element, "filename") or f"attachment-{number}{known.extension(media_type or '')}"
        try:
            data = base64.b64decode(own_text(element))
        except (binascii.Error, ValueError):
            trouble.append(f"The attachment '{name}' is damaged and could not be taken out.")
            continue
        try:
            unpacking.take(name, (data,), media_type=media_type)
        except Bomb as bomb:
            return (*trouble, str(bomb))
    return tuple(trouble)


def _is_binary(element: Node) -> bool:
    return str(element.tag).rpartition("}")[2] in BINARY and bool(own_text(element))
