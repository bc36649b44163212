"""An invoice as text: for people, for search and for classification.

What is said comes in the order of a printed invoice, every value between
blanks so that words stay whole. Words of the XML that found no place follow
at the end, so that nothing is lost against reading it element by element.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from workbench.extraction.invoices.model import Invoice, Line, Party, Payment, Reference
from workbench.extraction.invoices.tree import Node, attribute, own_text
from workbench.extraction.invoices.wording import speaks_german, title, word
from workbench.extraction.markup.xmltree import local

BINARY = frozenset({"EmbeddedDocumentBinaryObject", "AttachmentBinaryObject", "BinaryObject", "IncludedBinaryObject"})
_TELLING = ("name", "filename", "mimeCode", "unitCode", "currencyID")


def readable(invoice: Invoice, root: Node) -> str:
    """Return the text of an invoice, `root` being the element that it was read from."""
    german = speaks_german(invoice)
    text = "\n".join(_paragraphs(invoice, german=german))
    others = "\n".join(_missing(text, root))
    return f"{text}\n\n{word('others', german=german)}:\n{others}" if others else text


def _paragraphs(invoice: Invoice, *, german: bool) -> Iterator[str]:
    heading = title(invoice, german=german)
    yield f"{heading} {word('of', german=german)} {invoice.issue_date}" if invoice.issue_date else heading
    yield from (said for said in (invoice.title, word("test", german=german) if invoice.is_test else "") if said)
    for role in ("seller", "buyer", "invoicee", "payee", "tax_representative", "deliver_to"):
        yield from _party(word(role, german=german), getattr(invoice, role), german=german)
    yield ""
    yield from _labelled(_facts(invoice), german=german)
    yield from ("", *invoice.notes) if invoice.notes else ()
    yield from ("", f"{word('lines', german=german)}:") if invoice.lines else ()
    for line in invoice.lines:
        yield from _line(line)
    yield ""
    yield from _sums(invoice, german=german)
    terms = (("payment_terms", said) for said in invoice.payment_terms)
    yield from _labelled((("due_date", invoice.due_date), *terms), german=german)
    for payment in invoice.payments:
        yield from _payment(payment, german=german)
    yield from _labelled((("remittance", invoice.remittance),), german=german)
    names = [f"{entry.id} {entry.description} {entry.name} {entry.uri}".strip() for entry in invoice.attachments]
    yield from ("", f"{word('attachments', german=german)}:", *names) if names else ()


def _labelled(facts: Iterable[tuple[str, str]], *, german: bool) -> Iterator[str]:
    yield from (f"{word(key, german=german)}: {said}" for key, said in facts if said)


def _facts(invoice: Invoice) -> Iterator[tuple[str, str]]:
    """Give the dates and the references, each with the key of its label."""
    yield "delivery_date", " ".join(invoice.delivery_dates or (invoice.delivery_date,))
    period = invoice.period
    yield "period", " – ".join(said for said in (period.start, period.end) if said)
    yield "tax_point_date", invoice.tax_point_date
    yield "buyer_reference", invoice.buyer_reference
    for key in ("order", "sales_order", "contract", "project", "tender"):
        yield key, _reference(getattr(invoice, key))
    for key, references in (
        ("preceding", invoice.preceding),
        ("despatch", invoice.despatch_advices),
        ("receiving", invoice.receiving_advices),
    ):
        yield from ((key, _reference(reference)) for reference in references)


def _party(role: str, party: Party, *, german: bool) -> Iterator[str]:
    if party == Party():
        return
    yield ""
    yield f"{role}: {party.name or party.trading_name}"
    address, contact = party.address, party.contact
    place = f"{address.postcode} {address.city}".strip()
    for said in (party.trading_name, *address.lines, place, address.subdivision, address.country, party.legal_form):
        if said:
            yield said
    for key in ("vat_id", "tax_number"):
        if said := getattr(party, key):
            yield f"{word(key, german=german)}: {said}"
    person = " ".join(said for said in (contact.name, contact.department, contact.phone, contact.email) if said)
    if person:
        yield f"{word('contact', german=german)}: {person}"


def _reference(reference: Reference) -> str:
    return " ".join(said for said in (reference.id, reference.description, reference.issue_date) if said)


def _line(line: Line) -> Iterator[str]:
    price = f"× {line.price} " if line.price else ""
    sums = f"{line.quantity} {line.unit} {price}" if line.quantity else price
    total = f"= {line.net_amount}" if line.net_amount else ""
    taxes = " ".join(f"{tax.type} {tax.category} {tax.rate} %" for tax in line.taxes if tax.rate)
    item = " ".join(said for said in (line.id, line.seller_item_id, line.name) if said)
    yield "\t".join(said for said in (item, f"{sums}{total}".strip(), taxes) if said)
    yield from (said for said in (line.description, *line.notes) if said)
    for name, value in (line.attributes or {}).items():
        yield f"{name} : {value}"


def _sums(invoice: Invoice, *, german: bool) -> Iterator[str]:
    totals, currency = invoice.totals, invoice.currency
    for entry in invoice.allowances:
        kind = word("charge" if entry.is_charge else "allowance", german=german)
        yield f"{kind}: {entry.reason} {entry.amount}"
    for key, amount in (
        ("line_total", totals.lines),
        ("allowances", totals.allowances),
        ("charges", totals.charges),
        ("net", totals.net),
    ):
        if amount:
            yield f"{word(key, german=german)}: {amount}"
    for tax in invoice.taxes:
        rate = f"{tax.rate} % " if tax.rate else ""
        basis = f"{word('on', german=german)} {tax.basis} " if tax.basis else ""
        yield f"{word('tax', german=german)}: {rate}{basis}= {tax.amount}"
        yield from (said for said in (tax.exemption_reason,) if said)
    if totals.tax:
        yield f"{word('tax_total', german=german)}: {totals.tax}"
    if totals.tax_in_tax_currency:
        yield f"{word('tax_total', german=german)}: {totals.tax_in_tax_currency} {invoice.tax_currency}"
    for key in ("gross", "prepaid", "rounding", "due"):
        if amount := getattr(totals, key):
            yield f"{word(key, german=german)}: {amount} {currency}"


def _payment(payment: Payment, *, german: bool) -> Iterator[str]:
    if payment.information:
        yield payment.information
    for key, said in (
        ("iban", payment.account),
        ("bic", payment.bic),
        ("account_name", payment.account_name),
    ):
        if said:
            yield f"{word(key, german=german)}: {said}"
    if payment.bank:
        yield payment.bank


def _missing(text: str, root: Node) -> Iterator[str]:
    """Give the texts of the XML of which words are missing, as often as they are missing."""
    there = Counter(text.split())
    for parent in root.iter("{*}*"):
        for said in _texts(parent):
            words = Counter(said.split())
            if all(there[found] >= count for found, count in words.items()):
                there -= words
            else:
                yield " ".join(said.split())
    values = dict.fromkeys(value for element in root.iter("{*}*") for value in _attributes(element))
    yield from (value for value in values if not all(part in there for part in value.split()))


def _texts(element: Node) -> Iterable[str]:
    if local(element) in BINARY:
        return ()
    said = own_text(element)
    return (said,) if said else ()


def _attributes(element: Node) -> Iterator[str]:
    """Give the attributes that are words; others say how a value is coded."""
    yield from (value for name in _TELLING if (value := attribute(element, name)))
