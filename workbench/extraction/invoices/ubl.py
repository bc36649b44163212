"""UBL 2 invoices and credit notes, as XRechnung and Peppol BIS use them."""

from collections.abc import Iterator
from dataclasses import replace

from workbench.extraction.invoices.model import Invoice, Line, Reference, Tax, Totals, dated
from workbench.extraction.invoices.tree import (
    Node,
    attribute,
    by_currency,
    iso_date,
    node,
    nodes,
    own_text,
    text,
    texts,
)
from workbench.extraction.invoices.ubl_parts import (
    allowance,
    attachment,
    category,
    delivery,
    identifiers,
    party,
    payment,
    period,
    reference,
)

# The code by which a credit note, which has no place of its own for it, names its project.
_PROJECT = "50"
_DEEPEST = 20


def read(root: Node, name: str) -> Invoice:
    """Return what a UBL document says; `name` is the local name of its root."""
    lines = tuple(_lines(root))
    delivered = texts(root, "Delivery/ActualDeliveryDate")
    written = {
        "issue_date": text(root, "IssueDate"),
        "due_date": text(root, "DueDate", "PaymentMeans/PaymentDueDate", "PaymentTerms/PaymentDueDate"),
        "tax_point_date": text(root, "TaxPointDate"),
        "delivery_date": delivered[0] if delivered else next((x.delivery_date for x in lines if x.delivery_date), ""),
    }
    invoice = Invoice(
        syntax="ubl",
        kind="credit_note" if name == "CreditNote" else "invoice",
        xml_root=name,
        profile=text(root, "CustomizationID"),
        process=text(root, "ProfileID"),
        doc_id=text(root, "ID"),
        type_code=text(root, "InvoiceTypeCode", "CreditNoteTypeCode"),
        delivery_dates=tuple(dict.fromkeys(map(iso_date, delivered))),
        period=period(node(root, "InvoicePeriod")),
        lines=lines,
        notes=texts(root, "Note"),
    )
    return _settled(_agreed(dated(invoice, written), root), root)


def _agreed(invoice: Invoice, root: Node) -> Invoice:
    """Add who does business and which documents they name."""
    return replace(
        invoice,
        seller=party(node(root, "AccountingSupplierParty/Party")),
        buyer=party(node(root, "AccountingCustomerParty/Party")),
        payee=party(node(root, "PayeeParty")),
        tax_representative=party(node(root, "TaxRepresentativeParty")),
        deliver_to=delivery(node(root, "Delivery")),
        buyer_reference=text(root, "BuyerReference"),
        accounting_reference=text(root, "AccountingCost"),
        order=Reference(id=text(root, "OrderReference/ID"), issue_date=text(root, "OrderReference/IssueDate")),
        sales_order=Reference(id=text(root, "OrderReference/SalesOrderID")),
        contract=reference(node(root, "ContractDocumentReference")),
        project=_project(root, invoice.xml_root),
        tender=reference(node(root, "OriginatorDocumentReference")),
        preceding=tuple(map(reference, nodes(root, "BillingReference/InvoiceDocumentReference"))),
        despatch_advices=tuple(map(reference, nodes(root, "DespatchDocumentReference"))),
        receiving_advices=tuple(map(reference, nodes(root, "ReceiptDocumentReference"))),
        attachments=tuple(map(attachment, nodes(root, "AdditionalDocumentReference"))),
    )


def _settled(invoice: Invoice, root: Node) -> Invoice:
    """Add what is to be paid, and how."""
    currency = text(root, "DocumentCurrencyCode")
    return replace(
        invoice,
        currency=currency,
        tax_currency=text(root, "TaxCurrencyCode"),
        payments=tuple(map(payment, nodes(root, "PaymentMeans"))),
        creditor_id=_creditor(root),
        remittance=text(root, "PaymentMeans/PaymentID"),
        payment_terms=texts(root, "PaymentTerms/Note"),
        totals=_totals(root, currency),
        taxes=tuple(map(_subtotal, nodes(root, "TaxTotal/TaxSubtotal"))),
        allowances=tuple(map(allowance, nodes(root, "AllowanceCharge"))),
    )


def _creditor(root: Node) -> str:
    """Return the creditor's SEPA identifier, which stands among those of payee or seller."""
    for path in ("PayeeParty", "AccountingSupplierParty/Party"):
        for identifier in identifiers(root, f"{path}/PartyIdentification/ID"):
            if identifier.scheme == "SEPA":
                return identifier.id
    return ""


def _project(root: Node, name: str) -> Reference:
    if said := text(root, "ProjectReference/ID"):
        return Reference(id=said)
    others = map(reference, nodes(root, "AdditionalDocumentReference")) if name == "CreditNote" else ()
    return next((other for other in others if other.type_code == _PROJECT), Reference())


def _totals(root: Node, currency: str) -> Totals:
    total = node(root, "LegalMonetaryTotal", "RequestedMonetaryTotal")
    own, other = by_currency(nodes(root, "TaxTotal/TaxAmount"), currency)
    return Totals(
        lines=text(total, "LineExtensionAmount"),
        allowances=text(total, "AllowanceTotalAmount"),
        charges=text(total, "ChargeTotalAmount"),
        net=text(total, "TaxExclusiveAmount"),
        tax=own,
        tax_in_tax_currency=other,
        gross=text(total, "TaxInclusiveAmount"),
        prepaid=text(total, "PrepaidAmount"),
        rounding=text(total, "PayableRoundingAmount"),
        due=text(total, "PayableAmount"),
    )


def _subtotal(tax: Node) -> Tax:
    amount = node(tax, "TaxAmount")
    said = category(node(tax, "TaxCategory"))
    return Tax(
        type=said.type,
        category=said.category,
        rate=said.rate or text(tax, "Percent"),
        basis=text(tax, "TaxableAmount"),
        amount=own_text(amount) if amount is not None else "",
        currency=attribute(amount, "currencyID"),
        exemption_reason=said.exemption_reason,
        exemption_code=said.exemption_code,
    )


def _lines(parent: Node, parent_id: str = "", *, depth: int = 0) -> Iterator[Line]:
    """Give the lines, each followed by its sub-lines (XRechnung extension)."""
    if depth > _DEEPEST:
        return
    for entry in nodes(parent, "InvoiceLine", "CreditNoteLine", "SubInvoiceLine", "SubCreditNoteLine"):
        line = _line(entry, parent_id)
        yield line
        yield from _lines(entry, line.id, depth=depth + 1)


def _line(entry: Node, parent_id: str) -> Line:
    quantity = node(entry, "InvoicedQuantity", "CreditedQuantity")
    item = node(entry, "Item")
    price = node(entry, "Price")
    return Line(
        id=text(entry, "ID"),
        parent_id=parent_id,
        name=text(item, "Name"),
        description=text(item, "Description"),
        notes=texts(entry, "Note"),
        seller_item_id=text(item, "SellersItemIdentification/ID"),
        buyer_item_id=text(item, "BuyersItemIdentification/ID"),
        standard_item_id=text(item, "StandardItemIdentification/ID"),
        quantity=own_text(quantity) if quantity is not None else "",
        unit=attribute(quantity, "unitCode"),
        price=text(price, "PriceAmount"),
        price_quantity=text(price, "BaseQuantity"),
        gross_price=text(price, "AllowanceCharge/BaseAmount"),
        net_amount=text(entry, "LineExtensionAmount"),
        taxes=tuple(map(category, nodes(item, "ClassifiedTaxCategory"))),
        allowances=tuple(map(allowance, nodes(entry, "AllowanceCharge"))),
        period=period(node(entry, "InvoicePeriod")),
        delivery_date=iso_date(text(entry, "Delivery/ActualDeliveryDate")),
        order_line=text(entry, "OrderLineReference/LineID"),
        attributes={text(said, "Name"): text(said, "Value") for said in nodes(item, "AdditionalItemProperty")},
    )
