"""Which vocabulary is this, and what does the document say in it?

The namespace of the root decides, for "Invoice" is a common word. An envelope
around the document (SBDH, as Peppol sends it) is looked through.
"""

import re

from workbench.extraction.encodings import decode
from workbench.extraction.invoices import cii, ubl
from workbench.extraction.invoices.model import Invoice
from workbench.extraction.invoices.tree import Node
from workbench.extraction.markup.xml import as_utf8
from workbench.extraction.markup.xmltree import local, parse

_UBL = re.compile(r"urn:oasis:names:specification:ubl:schema:xsd:(Invoice|CreditNote)-2")
_UN = re.compile(r"urn:(un:unece:uncefact:data|ferd):")
_NAMESPACES = re.compile(
    r"urn:oasis:names:specification:ubl:schema:xsd:(Invoice|CreditNote)-2|:CrossIndustryInvoice:|"
    r"urn:ferd:CrossIndustryDocument:|:SCRDMCCBDACIOMessageStructure:"
)
_BEFORE_ROOT = re.compile(r"<\?.*?(?:\?>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_FIRST_TAG = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s/>]")
_ENVELOPE = "StandardBusinessDocument"


def may_be_invoice(head: bytes) -> bool:
    """Do the first bytes of an XML file name a vocabulary of invoices, or not even show its root?

    Long comments before the root, and envelopes, put the namespace out of sight.
    """
    text = decode(head)[0]
    if _NAMESPACES.search(text):
        return True
    root = _FIRST_TAG.search(_BEFORE_ROOT.sub("", text))
    return root is None or root.group(1) == _ENVELOPE


def document(data: bytes) -> Node | None:
    """Return the root of the invoice in these bytes, None where there is none."""
    root = parse(as_utf8(data))
    if root is None:
        return None
    if isinstance(root.tag, str) and local(root) == _ENVELOPE:
        return next((child for child in root if _is_invoice(child)), None)
    return root if _is_invoice(root) else None


def invoice(data: bytes) -> Invoice | None:
    """Return the invoice in these bytes, None where there is none."""
    root = document(data)
    return None if root is None else read(root)


def read(root: Node) -> Invoice:
    """Return what the document below `root` says, as `document` gave it."""
    name = local(root)
    return cii.read(root, name) if name in cii.ROOTS else ubl.read(root, name)


def _is_invoice(element: Node) -> bool:
    if not isinstance(element.tag, str):
        return False
    namespace, _, name = element.tag.removeprefix("{").rpartition("}")
    if name in cii.ROOTS:
        return _UN.match(namespace) is not None
    return name in {"Invoice", "CreditNote"} and _UBL.match(namespace) is not None
