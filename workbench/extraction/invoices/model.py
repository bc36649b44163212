"""An e-invoice as EN 16931 names its parts, whatever vocabulary it is written in.

Amounts, quantities and rates are the characters of the file; dates are ISO
8601 where the file gives a date. "" and () mean that the file does not say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from workbench.extraction.invoices.tree import iso_date


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a party or a delivery is (BG-5, BG-8, BG-15); `lines` are street and additions."""

    lines: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    subdivision: str = ""
    country: str = ""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom to ask (BG-6, BG-9)."""

    name: str = ""
    department: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """An identifier with the scheme it belongs to, e.g. 0088 for a GLN."""

    id: str
    scheme: str = ""


@dataclass(frozen=True, kw_only=True)
class Party:
    """Seller, buyer, payee, tax representative or recipient of the goods.

    Parameters
    ----------
    name, trading_name : registered (BT-27, BT-44) and used (BT-28, BT-45)
    legal_id, legal_form : entry in the register, and what else the law wants said
    tax_number : the national one (scheme FC)
    electronic_address : where invoices are sent to; its scheme is EM for mail
    """

    name: str = ""
    trading_name: str = ""
    ids: tuple[Identifier, ...] = ()
    legal_id: str = ""
    legal_form: str = ""
    vat_id: str = ""
    tax_number: str = ""
    address: Address = Address()
    contact: Contact = Contact()
    electronic_address: str = ""
    electronic_address_scheme: str = ""


@dataclass(frozen=True, kw_only=True)
class Period:
    """From when to when (BG-14, BG-26)."""

    start: str = ""
    end: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Another document that is named: its number, and what else is said of it."""

    id: str = ""
    issue_date: str = ""
    type_code: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A supporting document (BG-24), inside the invoice or at an address."""

    id: str = ""
    name: str = ""
    description: str = ""
    type_code: str = ""
    media_type: str = ""
    uri: str = ""
    is_embedded: bool = False


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What is taken off or added (BG-20, BG-21, BG-27, BG-28)."""

    is_charge: bool
    amount: str = ""
    base: str = ""
    percent: str = ""
    reason: str = ""
    reason_code: str = ""
    tax_category: str = ""
    tax_rate: str = ""


@dataclass(frozen=True, kw_only=True)
class Tax:
    """One line of the tax breakdown (BG-23), or the tax of an invoice line."""

    type: str = ""
    category: str = ""
    rate: str = ""
    basis: str = ""
    amount: str = ""
    currency: str = ""
    exemption_reason: str = ""
    exemption_code: str = ""


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One way to pay (BG-16 to BG-19).

    Parameters
    ----------
    type_code : of UNTDID 4461, e.g. 58 for a SEPA transfer
    account : IBAN, or the number of an account that has none
    debited_account : the account of the buyer that a direct debit takes from
    """

    type_code: str = ""
    information: str = ""
    account: str = ""
    account_name: str = ""
    bic: str = ""
    bank: str = ""
    debited_account: str = ""
    mandate: str = ""
    card_number: str = ""
    card_holder: str = ""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The sums of the document (BG-22), in its currency unless named otherwise."""

    lines: str = ""
    allowances: str = ""
    charges: str = ""
    net: str = ""
    tax: str = ""
    tax_in_tax_currency: str = ""
    gross: str = ""
    prepaid: str = ""
    rounding: str = ""
    due: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One item that is charged (BG-25); `price` is net and for `price_quantity` units."""

    id: str = ""
    parent_id: str = ""
    name: str = ""
    description: str = ""
    notes: tuple[str, ...] = ()
    seller_item_id: str = ""
    buyer_item_id: str = ""
    standard_item_id: str = ""
    quantity: str = ""
    unit: str = ""
    price: str = ""
    price_quantity: str = ""
    gross_price: str = ""
    net_amount: str = ""
    taxes: tuple[Tax, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    period: Period = Period()
    delivery_date: str = ""
    order_line: str = ""
    attributes: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """An invoice, a credit note, or an order written in the vocabulary of invoices.

    Parameters
    ----------
    syntax : ubl, cii, zugferd-1 or order-x
    kind : invoice, credit_note or order
    xml_root : name of the root element
    profile, process : the guideline (BT-24) and the business process (BT-23)
    type_code : of UNTDID 1001, e.g. 380
    dates_as_written : what the file says, where that is not the ISO form
    delivery_date : of the document; where that has none, of its first line that has one
    buyer_reference : for German authorities the Leitweg-ID (BT-10)
    remittance : what the payment is to say (BT-83)
    """

    syntax: str
    kind: str
    xml_root: str
    profile: str = ""
    process: str = ""
    doc_id: str = ""
    title: str = ""
    type_code: str = ""
    issue_date: str = ""
    due_date: str = ""
    tax_point_date: str = ""
    delivery_date: str = ""
    delivery_dates: tuple[str, ...] = ()
    period: Period = Period()
    dates_as_written: Mapping[str, str] | None = None
    currency: str = ""
    tax_currency: str = ""
    language: str = ""
    is_test: bool = False
    seller: Party = Party()
    buyer: Party = Party()
    payee: Party = Party()
    tax_representative: Party = Party()
    deliver_to: Party = Party()
    invoicee: Party = Party()
    buyer_reference: str = ""
    accounting_reference: str = ""
    order: Reference = Reference()
    sales_order: Reference = Reference()
    contract: Reference = Reference()
    project: Reference = Reference()
    tender: Reference = Reference()
    preceding: tuple[Reference, ...] = ()
    despatch_advices: tuple[Reference, ...] = ()
    receiving_advices: tuple[Reference, ...] = ()
    payments: tuple[Payment, ...] = ()
    creditor_id: str = ""
    remittance: str = ""
    payment_terms: tuple[str, ...] = ()
    totals: Totals = Totals()
    taxes: tuple[Tax, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def dated(invoice: Invoice, written: Mapping[str, str]) -> Invoice:
    """Add the dates that are said once, in ISO form and, where that differs, as they are written."""
    iso = {key: iso_date(said) for key, said in written.items()}
    return replace(
        invoice,
        issue_date=iso["issue_date"],
        due_date=iso["due_date"],
        tax_point_date=iso["tax_point_date"],
        delivery_date=iso["delivery_date"],
        dates_as_written={key: said for key, said in written.items() if iso[key] != said},
    )
