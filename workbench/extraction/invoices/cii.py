"""UN/CEFACT Cross Industry Invoice: XRechnung, Factur-X and ZUGFeRD of both generations, and Order-X.

ZUGFeRD 1 names some elements otherwise; its names stand behind those of
version 2 wherever something is looked up.
"""

from dataclasses import replace

from workbench.extraction.invoices.cii_parts import (
    DATES,
    allowance,
    attachment,
    freight,
    moment,
    party,
    payment,
    period,
    reference,
    tax,
)
from workbench.extraction.invoices.model import Attachment, Invoice, Line, Payment, Reference, Totals, dated
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

ROOTS = {
    "CrossIndustryInvoice": "cii",
    "CrossIndustryDocument": "zugferd-1",
    "SCRDMCCBDACIOMessageStructure": "order-x",
}
# UNTDID 1001: the documents by which money is given back.
_CREDIT_NOTES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
# UNTDID 4461
_DIRECT_DEBITS = frozenset({"49", "59"})
_TENDER = "50"
_DELIVERED = "ActualDeliverySupplyChainEvent/OccurrenceDateTime"
_REQUESTED = ("RequestedDeliverySupplyChainEvent/OccurrenceDateTime", "RequestedDeliverySupplyChainEvent")


def read(root: Node, name: str) -> Invoice:
    """Return what a CII document says; `name` is the local name of its root."""
    trade = node(root, "SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction")
    agreement = node(trade, "ApplicableHeaderTradeAgreement", "ApplicableSupplyChainTradeAgreement")
    delivery = node(trade, "ApplicableHeaderTradeDelivery", "ApplicableSupplyChainTradeDelivery")
    settlement = node(trade, "ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement")
    delivered = _delivered(delivery, trade)
    invoice = replace(
        _headed(root, name),
        delivery_dates=tuple(dict.fromkeys(map(iso_date, delivered))),
        deliver_to=party(node(delivery, "ShipToTradeParty")),
        despatch_advices=tuple(
            map(reference, nodes(delivery, "DespatchAdviceReferencedDocument", "DeliveryNoteReferencedDocument"))
        ),
        receiving_advices=tuple(map(reference, nodes(delivery, "ReceivingAdviceReferencedDocument"))),
        lines=tuple(map(_line, nodes(trade, "IncludedSupplyChainTradeLineItem"))),
    )
    written = {
        "issue_date": moment(node(root, "ExchangedDocument", "HeaderExchangedDocument"), "IssueDateTime"),
        "due_date": moment(settlement, "SpecifiedTradePaymentTerms/DueDateDateTime"),
        "tax_point_date": moment(settlement, "ApplicableTradeTax/TaxPointDate"),
        "delivery_date": delivered[0] if delivered else "",
    }
    return _settled(dated(_agreed(invoice, agreement), written), settlement)


def _headed(root: Node, name: str) -> Invoice:
    """Return what the document says about itself."""
    context = node(root, "ExchangedDocumentContext", "SpecifiedExchangedDocumentContext")
    head = node(root, "ExchangedDocument", "HeaderExchangedDocument")
    type_code = text(head, "TypeCode")
    return Invoice(
        syntax=ROOTS[name],
        kind="order" if ROOTS[name] == "order-x" else "credit_note" if type_code in _CREDIT_NOTES else "invoice",
        xml_root=name,
        profile=text(context, "GuidelineSpecifiedDocumentContextParameter/ID"),
        process=text(context, "BusinessProcessSpecifiedDocumentContextParameter/ID"),
        doc_id=text(head, "ID"),
        title=text(head, "Name"),
        type_code=type_code,
        language=text(head, "LanguageID"),
        is_test=text(context, "TestIndicator/Indicator").lower() in {"true", "1"},
        notes=texts(head, "IncludedNote/Content"),
    )


def _agreed(invoice: Invoice, agreement: Node | None) -> Invoice:
    """Add who does business and which documents they name."""
    documents = tuple(map(attachment, nodes(agreement, "AdditionalReferencedDocument")))
    return replace(
        invoice,
        seller=party(node(agreement, "SellerTradeParty")),
        buyer=party(node(agreement, "BuyerTradeParty")),
        tax_representative=party(node(agreement, "SellerTaxRepresentativeTradeParty")),
        buyer_reference=text(agreement, "BuyerReference"),
        order=reference(node(agreement, "BuyerOrderReferencedDocument")),
        sales_order=reference(node(agreement, "SellerOrderReferencedDocument")),
        contract=reference(node(agreement, "ContractReferencedDocument")),
        project=reference(node(agreement, "SpecifiedProcuringProject")),
        tender=_tender(documents),
        attachments=documents,
    )


def _payments(settlement: Node | None) -> tuple[Payment, ...]:
    """Return the ways to pay; the mandate belongs to the direct debits, or to all where none is called so."""
    mandate = text(settlement, "SpecifiedTradePaymentTerms/DirectDebitMandateID")
    ways = tuple(map(payment, nodes(settlement, "SpecifiedTradeSettlementPaymentMeans")))
    if not mandate:
        return ways
    has_debit = any(way.type_code in _DIRECT_DEBITS for way in ways)
    return tuple(
        replace(way, mandate=mandate) if way.type_code in _DIRECT_DEBITS or not has_debit else way
        for way in ways or (Payment(),)
    )


def _settled(invoice: Invoice, settlement: Node | None) -> Invoice:
    """Add what is to be paid, and how."""
    currency = text(settlement, "InvoiceCurrencyCode", "OrderCurrencyCode")
    return replace(
        invoice,
        currency=currency,
        tax_currency=text(settlement, "TaxCurrencyCode"),
        period=period(node(settlement, "BillingSpecifiedPeriod")),
        payee=party(node(settlement, "PayeeTradeParty")),
        invoicee=party(node(settlement, "InvoiceeTradeParty")),
        accounting_reference=text(settlement, "ReceivableSpecifiedTradeAccountingAccount/ID"),
        preceding=tuple(map(reference, nodes(settlement, "InvoiceReferencedDocument"))),
        payments=_payments(settlement),
        creditor_id=text(settlement, "CreditorReferenceID"),
        remittance=text(settlement, "PaymentReference"),
        payment_terms=texts(settlement, "SpecifiedTradePaymentTerms/Description"),
        totals=_totals(settlement, currency),
        taxes=tuple(map(tax, nodes(settlement, "ApplicableTradeTax"))),
        allowances=(
            *map(allowance, nodes(settlement, "SpecifiedTradeAllowanceCharge")),
            *map(freight, nodes(settlement, "SpecifiedLogisticsServiceCharge")),
        ),
    )


def _delivered(delivery: Node | None, trade: Node | None) -> tuple[str, ...]:
    """Return the dates of delivery as written: the document's, or those of its lines, or the wished ones."""
    line = "IncludedSupplyChainTradeLineItem"
    sides = ("SpecifiedLineTradeDelivery", "SpecifiedSupplyChainTradeDelivery")
    for places in (
        [(delivery, _DELIVERED)],
        [(trade, f"{line}/{side}/{_DELIVERED}") for side in sides],
        [(delivery, wish) for wish in _REQUESTED],
    ):
        found = [text(event, *DATES) or own_text(event) for parent, path in places for event in nodes(parent, path)]
        if dates := tuple(said for said in found if said):
            return dates
    return ()


def _tender(references: tuple[Attachment, ...]) -> Reference:
    found = next((entry for entry in references if entry.type_code == _TENDER), None)
    return Reference(id=found.id, description=found.description) if found else Reference()


def _totals(settlement: Node | None, currency: str) -> Totals:
    total = node(
        settlement,
        "SpecifiedTradeSettlementHeaderMonetarySummation",
        "SpecifiedTradeSettlementMonetarySummation",
    )
    own, other = by_currency(nodes(total, "TaxTotalAmount"), currency)
    return Totals(
        lines=text(total, "LineTotalAmount"),
        allowances=text(total, "AllowanceTotalAmount"),
        charges=text(total, "ChargeTotalAmount"),
        net=text(total, "TaxBasisTotalAmount"),
        tax=own,
        tax_in_tax_currency=other,
        gross=text(total, "GrandTotalAmount"),
        prepaid=text(total, "TotalPrepaidAmount"),
        rounding=text(total, "RoundingAmount"),
        due=text(total, "DuePayableAmount"),
    )


def _line(entry: Node) -> Line:
    document = node(entry, "AssociatedDocumentLineDocument")
    product = node(entry, "SpecifiedTradeProduct")
    agreement = node(entry, "SpecifiedLineTradeAgreement", "SpecifiedSupplyChainTradeAgreement")
    delivery = node(entry, "SpecifiedLineTradeDelivery", "SpecifiedSupplyChainTradeDelivery")
    settlement = node(entry, "SpecifiedLineTradeSettlement", "SpecifiedSupplyChainTradeSettlement")
    quantity = node(delivery, "BilledQuantity", "AgreedQuantity", "RequestedQuantity")
    net = node(agreement, "NetPriceProductTradePrice")
    return Line(
        id=text(document, "LineID"),
        parent_id=text(document, "ParentLineID"),
        name=text(product, "Name"),
        description=text(product, "Description"),
        notes=texts(document, "IncludedNote/Content"),
        seller_item_id=text(product, "SellerAssignedID"),
        buyer_item_id=text(product, "BuyerAssignedID"),
        standard_item_id=text(product, "GlobalID"),
        quantity=own_text(quantity) if quantity is not None else "",
        unit=attribute(quantity, "unitCode"),
        price=text(net, "ChargeAmount"),
        price_quantity=text(net, "BasisQuantity"),
        gross_price=text(agreement, "GrossPriceProductTradePrice/ChargeAmount"),
        net_amount=text(
            settlement,
            "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount",
            "SpecifiedTradeSettlementMonetarySummation/LineTotalAmount",
        ),
        taxes=tuple(map(tax, nodes(settlement, "ApplicableTradeTax"))),
        allowances=tuple(map(allowance, nodes(settlement, "SpecifiedTradeAllowanceCharge"))),
        period=period(node(settlement, "BillingSpecifiedPeriod")),
        delivery_date=iso_date(moment(delivery, _DELIVERED)),
        order_line=text(agreement, "BuyerOrderReferencedDocument/LineID"),
        attributes=_attributes(product),
    )


def _attributes(product: Node | None) -> dict[str, str]:
    found = nodes(product, "ApplicableProductCharacteristic")
    return {text(entry, "Description"): text(entry, "Value") for entry in found}
