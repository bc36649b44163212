"""The parts UBL documents are made of: parties, addresses, periods, references, payments, allowances."""

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


def party(found: Node | None) -> Party:
    """Read a party."""
    registered = text(found, "PartyLegalEntity/RegistrationName")
    used = text(found, "PartyName/Name")
    endpoint = node(found, "EndpointID")
    vat_id, tax_number = _tax_ids(found)
    return Party(
        name=registered or used,
        trading_name=used if registered and used != registered else "",
        ids=identifiers(found, "PartyIdentification/ID"),
        legal_id=text(found, "PartyLegalEntity/CompanyID"),
        legal_form=text(found, "PartyLegalEntity/CompanyLegalForm"),
        vat_id=vat_id,
        tax_number=tax_number,
        address=_address(node(found, "PostalAddress")),
        contact=Contact(
            name=text(found, "Contact/Name"),
            phone=text(found, "Contact/Telephone"),
            fax=text(found, "Contact/Telefax"),
            email=text(found, "Contact/ElectronicMail"),
        ),
        electronic_address=own_text(endpoint) if endpoint is not None else "",
        electronic_address_scheme=attribute(endpoint, "schemeID"),
    )


def _tax_ids(party: Node | None) -> tuple[str, str]:
    """Return the VAT identifier and the tax number; a scheme without a name is VAT."""
    vat_id = tax_number = ""
    for scheme in nodes(party, "PartyTaxScheme"):
        number = text(scheme, "CompanyID")
        if text(scheme, "TaxScheme/ID").upper() in {"VAT", ""}:
            vat_id = vat_id or number
        else:
            tax_number = tax_number or number
    return vat_id, tax_number


def identifiers(parent: Node | None, path: str) -> tuple[Identifier, ...]:
    """Read the identifiers at a path, each with its scheme."""
    return tuple(
        Identifier(id=said, scheme=attribute(found, "schemeID"))
        for found in nodes(parent, path)
        if (said := own_text(found))
    )


def _address(address: Node | None) -> Address:
    return Address(
        lines=texts(address, "StreetName", "BuildingNumber", "AdditionalStreetName", "AddressLine/Line"),
        postcode=text(address, "PostalZone"),
        city=text(address, "CityName"),
        subdivision=text(address, "CountrySubentity"),
        country=text(address, "Country/IdentificationCode"),
    )


def delivery(place: Node | None) -> Party:
    """Read who gets the goods and where."""
    return Party(
        name=text(place, "DeliveryParty/PartyName/Name", "DeliveryParty/PartyLegalEntity/RegistrationName"),
        ids=identifiers(place, "DeliveryLocation/ID"),
        address=_address(node(place, "DeliveryLocation/Address", "DeliveryAddress")),
    )


def period(found: Node | None) -> Period:
    """Read a period of accounting."""
    return Period(
        start=iso_date(text(found, "StartDate")),
        end=iso_date(text(found, "EndDate")),
        description=text(found, "Description", "DescriptionCode"),
    )


def reference(document: Node | None) -> Reference:
    """Read a document that is referred to."""
    return Reference(
        id=text(document, "ID"),
        issue_date=iso_date(text(document, "IssueDate")),
        type_code=text(document, "DocumentTypeCode"),
        description=text(document, "DocumentDescription"),
    )


def payment(means: Node) -> Payment:
    """Read a way to pay."""
    code = node(means, "PaymentMeansCode")
    return Payment(
        type_code=own_text(code) if code is not None else "",
        information=attribute(code, "name") or text(means, "InstructionNote"),
        account=text(means, "PayeeFinancialAccount/ID"),
        account_name=text(means, "PayeeFinancialAccount/Name"),
        bic=text(
            means,
            "PayeeFinancialAccount/FinancialInstitutionBranch/ID",
            "PayeeFinancialAccount/FinancialInstitutionBranch/FinancialInstitution/ID",
        ),
        bank=text(means, "PayeeFinancialAccount/FinancialInstitutionBranch/FinancialInstitution/Name"),
        debited_account=text(means, "PaymentMandate/PayerFinancialAccount/ID"),
        mandate=text(means, "PaymentMandate/ID"),
        card_number=text(means, "CardAccount/PrimaryAccountNumberID"),
        card_holder=text(means, "CardAccount/HolderName"),
    )


def category(found: Node | None) -> Tax:
    """Read a tax category."""
    return Tax(
        type=text(found, "TaxScheme/ID"),
        category=text(found, "ID"),
        rate=text(found, "Percent"),
        exemption_reason="\n".join(texts(found, "TaxExemptionReason")),
        exemption_code=text(found, "TaxExemptionReasonCode"),
    )


def allowance(entry: Node) -> Allowance:
    """Read an allowance or a charge."""
    return Allowance(
        is_charge=text(entry, "ChargeIndicator").lower() in {"true", "1"},
        amount=text(entry, "Amount"),
        base=text(entry, "BaseAmount"),
        percent=text(entry, "MultiplierFactorNumeric"),
        reason=text(entry, "AllowanceChargeReason"),
        reason_code=text(entry, "AllowanceChargeReasonCode"),
        tax_category=text(entry, "TaxCategory/ID"),
        tax_rate=text(entry, "TaxCategory/Percent"),
    )


def attachment(document: Node) -> Attachment:
    """Read what is said about a supporting document."""
    embedded = node(document, "Attachment/EmbeddedDocumentBinaryObject")
    return Attachment(
        id=text(document, "ID"),
        name=attribute(embedded, "filename"),
        description=text(document, "DocumentDescription"),
        type_code=text(document, "DocumentTypeCode"),
        media_type=attribute(embedded, "mimeCode"),
        uri=text(document, "Attachment/ExternalReference/URI"),
        is_embedded=embedded is not None,
    )
