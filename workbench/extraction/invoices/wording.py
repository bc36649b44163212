"""What the parts of an invoice are called, in German and in English."""

from workbench.extraction.invoices.model import Invoice

_GERMAN = frozenset({"DE", "AT", "CH", "LI"})

_TITLES = {
    "81": ("Gutschrift", "Credit note"),
    "83": ("Gutschrift", "Credit note"),
    "130": ("Rechnungsdatenblatt", "Invoicing data sheet"),
    "220": ("Bestellung", "Order"),
    "230": ("Bestelländerung", "Order change"),
    "231": ("Auftragsbestätigung", "Order response"),
    "261": ("Gutschrift im Gutschriftverfahren", "Self-billed credit note"),
    "325": ("Proformarechnung", "Proforma invoice"),
    "326": ("Teilrechnung", "Partial invoice"),
    "380": ("Rechnung", "Invoice"),
    "381": ("Gutschrift", "Credit note"),
    "384": ("Rechnungskorrektur", "Corrected invoice"),
    "386": ("Vorauszahlungsrechnung", "Prepayment invoice"),
    "387": ("Mietrechnung", "Hire invoice"),
    "389": ("Rechnung im Gutschriftverfahren", "Self-billed invoice"),
    "393": ("Factoring-Rechnung", "Factored invoice"),
    "396": ("Factoring-Gutschrift", "Factored credit note"),
    "575": ("Rechnung der Versicherung", "Insurer's invoice"),
    "751": ("Rechnung zur Buchung", "Invoice for accounting purposes"),
    "875": ("Abschlagsrechnung", "Partial construction invoice"),
    "876": ("Teilschlussrechnung", "Partial final construction invoice"),
    "877": ("Schlussrechnung", "Final construction invoice"),
}
_KINDS = {
    "invoice": ("Rechnung", "Invoice"),
    "credit_note": ("Gutschrift", "Credit note"),
    "order": ("Bestellung", "Order"),
}
LABELS = {
    "of": ("vom", "of"),
    "test": ("Testdokument", "Test document"),
    "seller": ("Verkäufer", "Seller"),
    "buyer": ("Käufer", "Buyer"),
    "payee": ("Zahlungsempfänger", "Payee"),
    "tax_representative": ("Steuervertreter", "Tax representative"),
    "deliver_to": ("Lieferung an", "Deliver to"),
    "invoicee": ("Rechnung an", "Invoice to"),
    "vat_id": ("USt-IdNr.", "VAT number"),
    "tax_number": ("Steuernummer", "Tax number"),
    "contact": ("Ansprechpartner", "Contact"),
    "due_date": ("Fällig am", "Due date"),
    "delivery_date": ("Lieferdatum", "Delivery date"),
    "tax_point_date": ("Steuerdatum", "Tax point date"),
    "period": ("Abrechnungszeitraum", "Invoicing period"),
    "buyer_reference": ("Käuferreferenz (Leitweg-ID)", "Buyer reference"),
    "order": ("Bestellnummer", "Order"),
    "sales_order": ("Auftragsnummer", "Sales order"),
    "contract": ("Vertrag", "Contract"),
    "project": ("Projekt", "Project"),
    "tender": ("Vergabe", "Tender"),
    "preceding": ("Vorangegangene Rechnung", "Preceding invoice"),
    "despatch": ("Lieferschein", "Despatch advice"),
    "receiving": ("Wareneingang", "Receiving advice"),
    "lines": ("Positionen", "Lines"),
    "tax": ("Umsatzsteuer", "Tax"),
    "on": ("auf", "on"),
    "allowance": ("Nachlass", "Allowance"),
    "charge": ("Zuschlag", "Charge"),
    "line_total": ("Summe der Positionen", "Sum of lines"),
    "allowances": ("Nachlässe", "Allowances"),
    "charges": ("Zuschläge", "Charges"),
    "net": ("Nettobetrag", "Total without tax"),
    "tax_total": ("Steuerbetrag", "Total tax"),
    "gross": ("Bruttobetrag", "Total with tax"),
    "prepaid": ("Bereits gezahlt", "Paid in advance"),
    "rounding": ("Rundung", "Rounding"),
    "due": ("Zahlbetrag", "Amount due"),
    "iban": ("IBAN", "IBAN"),
    "bic": ("BIC", "BIC"),
    "account_name": ("Kontoinhaber", "Account holder"),
    "remittance": ("Verwendungszweck", "Remittance information"),
    "payment_terms": ("Zahlungsbedingungen", "Payment terms"),
    "attachments": ("Anlagen", "Attachments"),
    "others": ("Weitere Angaben", "Further information"),
}


def speaks_german(invoice: Invoice) -> bool:
    """Is the invoice best described in German: by its own word, or because one of its parties is there?"""
    if invoice.language:
        return invoice.language.lower().startswith("de")
    countries = {invoice.seller.address.country.upper(), invoice.buyer.address.country.upper()}
    return bool(countries & _GERMAN) or ("xrechnung" in invoice.profile.lower())


def word(key: str, *, german: bool) -> str:
    """Return what a part is called."""
    return LABELS[key][0 if german else 1]


def title(invoice: Invoice, *, german: bool) -> str:
    """Return what a person would call the document, e.g. "Rechnung 4711"."""
    names = _TITLES.get(invoice.type_code) or _KINDS[invoice.kind]
    return f"{names[0 if german else 1]} {invoice.doc_id}".strip()
