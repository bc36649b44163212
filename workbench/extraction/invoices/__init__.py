"""E-invoices: UBL, CII with ZUGFeRD and Factur-X, ZUGFeRD 1 and Order-X, as one record.

`invoice_fields` is for whoever holds the bytes of an XML file, also one from
inside a PDF; `reader` reads such files themselves.
"""

from workbench.records import Json


def invoice_fields(data: bytes) -> Json | None:
    """Return what an e-invoice says, by the keys of `model.Invoice`; None when the bytes are none."""
    from workbench.extraction.invoices.document import invoice
    from workbench.extraction.invoices.record import as_json

    found = invoice(data)
    return None if found is None else as_json(found)
