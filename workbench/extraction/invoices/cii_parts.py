"""The parts CII documents are made of: parties, addresses, periods, references, payments, taxes, allowances."""

from workbench.extraction.invoices.model import (
    Address,
    Allowance,
    Attachment,
    Contact,
    Identifier,
    Party,
    Payment,
    Period,
    Reference,
    Tax,
)
from workbench.extraction.invoices.tree import Node, attribute, iso_date, node, nodes, own_text, text, texts

DATES = ("DateTimeString", "DateString", "DateTime", "Date")
_RATE = ("RateApplicablePercent", "ApplicablePercent")


def moment(parent: Node | None, *paths: str) -> str:
    """Return a date as the file writes it; it stands in a child of its own, or in ZUGFeRD 1 bare."""
    return text(parent, *(path + step for path in paths for step in ("", *(f"/{child}" for child in DATES))))


def party(found: Node | None) -> Party:
    """Read a trade party."""
    endpoint = node(found, "URIUniversalCommunication/URIID")
    vat_id, tax_number = _tax_ids(found)
    return Party(
        name=text(found, "Name"),
        trading_name=text(found, "SpecifiedLegalOrganization/TradingBusinessName"),
        ids=_identifiers(found),
        legal_id=text(found, "SpecifiedLegalOrganization/ID"),
        legal_form="\n".join(texts(found, "Description")),
        vat_id=vat_id,
        tax_number=tax_number,
        address=_address(node(found, "PostalTradeAddress")),
        contact=_contact(node(found, "DefinedTradeContact")),
        electronic_address=own_text(endpoint) if endpoint is not None else "",
        electronic_address_scheme=attribute(endpoint, "schemeID"),
    )


def _tax_ids(found: Node | None) -> tuple[str, str]:
    vat_id = tax_number = ""
    for number in nodes(found, "SpecifiedTaxRegistration/ID"):
        if attribute(number, "schemeID").upper() in {"VA", "VAT", ""}:
            vat_id = vat_id or own_text(number)
        else:
            tax_number = tax_number or own_text(number)
    return vat_id, tax_number


def _identifiers(found: Node | None) -> tuple[Identifier, ...]:
    return tuple(
        Identifier(id=said, scheme=attribute(number, "schemeID"))
        for number in nodes(found, "ID", "GlobalID")
        if (said := own_text(number))
    )


def _address(found: Node | None) -> Address:
    return Address(
        lines=texts(found, "LineOne", "LineTwo", "LineThree", "StreetName"),
        postcode=text(found, "PostcodeCode"),
        city=text(found, "CityName"),
        subdivision=text(found, "CountrySubDivisionName"),
        country=text(found, "CountryID"),
    )


def _contact(found: Node | None) -> Contact:
    return Contact(
        name=text(found, "PersonName"),
        department=text(found, "DepartmentName"),
        phone=text(found, "TelephoneUniversalCommunication/CompleteNumber"),
        fax=text(found, "FaxUniversalCommunication/CompleteNumber"),
        email=text(found, "EmailURIUniversalCommunication/URIID", "EmailURIUniversalCommunication/CompleteNumber"),
    )


def period(found: Node | None) -> Period:
    """Read a period of delivery or of accounting."""
    return Period(
        start=iso_date(moment(found, "StartDateTime")),
        end=iso_date(moment(found, "EndDateTime")),
        description=text(found, "Description"),
    )


def reference(found: Node | None) -> Reference:
    """Read a referenced document."""
    return Reference(
        id=text(found, "IssuerAssignedID", "ID"),
        issue_date=iso_date(moment(found, "FormattedIssueDateTime", "IssueDateTime")),
        type_code=text(found, "TypeCode"),
        description=text(found, "Name"),
    )


def attachment(found: Node) -> Attachment:
    """Read what is said about a supporting document."""
    embedded = node(found, "AttachmentBinaryObject")
    return Attachment(
        id=text(found, "IssuerAssignedID", "ID"),
        name=attribute(embedded, "filename"),
        description=text(found, "Name"),
        type_code=text(found, "TypeCode"),
        media_type=attribute(embedded, "mimeCode"),
        uri=text(found, "URIID"),
        is_embedded=embedded is not None,
    )


def payment(found: Node) -> Payment:
    """Read a way to pay; a bank without BIC is known by its German number."""
    account = node(found, "PayeePartyCreditorFinancialAccount")
    bank = node(found, "PayeeSpecifiedCreditorFinancialInstitution")
    return Payment(
        type_code=text(found, "TypeCode"),
        information="\n".join(texts(found, "Information")),
        account=text(account, "IBANID", "ProprietaryID"),
        account_name=text(account, "AccountName"),
        bic=text(bank, "BICID", "GermanBankleitzahlID"),
        bank=text(bank, "Name"),
        debited_account=text(found, "PayerPartyDebtorFinancialAccount/IBANID"),
        card_number=text(found, "ApplicableTradeSettlementFinancialCard/ID"),
        card_holder=text(found, "ApplicableTradeSettlementFinancialCard/CardholderName"),
    )


def tax(found: Node) -> Tax:
    """Read a line of the tax breakdown, or the tax of a line."""
    amount = node(found, "CalculatedAmount")
    return Tax(
        type=text(found, "TypeCode"),
        category=text(found, "CategoryCode"),
        rate=text(found, *_RATE),
        basis=text(found, "BasisAmount"),
        amount=own_text(amount) if amount is not None else "",
        currency=attribute(amount, "currencyID"),
        exemption_reason="\n".join(texts(found, "ExemptionReason")),
        exemption_code=text(found, "ExemptionReasonCode"),
    )


def allowance(found: Node) -> Allowance:
    """Read an allowance or a charge."""
    return Allowance(
        is_charge=text(found, "ChargeIndicator/Indicator", "ChargeIndicator").lower() in {"true", "1"},
        amount=text(found, "ActualAmount"),
        base=text(found, "BasisAmount"),
        percent=text(found, "CalculationPercent"),
        reason=text(found, "Reason"),
        reason_code=text(found, "ReasonCode"),
        tax_category=text(found, "CategoryTradeTax/CategoryCode"),
        tax_rate=text(found, *(f"CategoryTradeTax/{rate}" for rate in _RATE)),
    )


def freight(found: Node) -> Allowance:
    """Read a charge for transport (ZUGFeRD extended)."""
    return Allowance(
        is_charge=True,
        amount=text(found, "AppliedAmount"),
        reason=text(found, "Description"),
        tax_category=text(found, "AppliedTradeTax/CategoryCode"),
        tax_rate=text(found, *(f"AppliedTradeTax/{rate}" for rate in _RATE)),
    )
