"""Small e-invoices, written with any prefix, so that no reader can lean on the usual ones."""

import base64

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
UN = "urn:un:unece:uncefact:data:"


def ubl(*, root: str = "Invoice", more: str = "", attached: bytes = b"Anlage") -> str:
    """A UBL document with two accounts, two currencies and one attachment."""
    line = "InvoiceLine" if root == "Invoice" else "CreditNoteLine"
    quantity = "InvoicedQuantity" if root == "Invoice" else "CreditedQuantity"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- ein Kommentar --><{root} xmlns="{UBL}{root}-2" xmlns:x="{UBL}CommonAggregateComponents-2"
 xmlns:y="{UBL}CommonBasicComponents-2">
<y:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0</y:CustomizationID>
<y:ID>
   R-4711 </y:ID><y:IssueDate>2025-03-01</y:IssueDate><y:DueDate>2025-03-31</y:DueDate>
<y:{root}TypeCode>{"380" if root == "Invoice" else "381"}</y:{root}TypeCode><y:Note>Vielen Dank!</y:Note>
<y:DocumentCurrencyCode>EUR</y:DocumentCurrencyCode><y:TaxCurrencyCode>CHF</y:TaxCurrencyCode>
<y:BuyerReference>04011000-12345-03</y:BuyerReference>
<x:InvoicePeriod><y:StartDate>2025-02-01</y:StartDate><y:EndDate>2025-02-28</y:EndDate></x:InvoicePeriod>
<x:OrderReference><y:ID>B-17</y:ID></x:OrderReference>
<x:AdditionalDocumentReference><y:ID>S1</y:ID><y:DocumentDescription>Stundenzettel</y:DocumentDescription>
<x:Attachment><y:EmbeddedDocumentBinaryObject mimeCode="text/csv" filename="stunden.csv">
{base64.b64encode(attached).decode()}</y:EmbeddedDocumentBinaryObject></x:Attachment></x:AdditionalDocumentReference>
<x:AccountingSupplierParty><x:Party><y:EndpointID schemeID="EM">rechnung@nord.example</y:EndpointID>
<x:PartyName><y:Name>Nordlicht</y:Name></x:PartyName>
<x:PostalAddress><y:StreetName>Hafen 1</y:StreetName><y:CityName>Kiel</y:CityName><y:PostalZone>24103</y:PostalZone>
<x:Country><y:IdentificationCode>DE</y:IdentificationCode></x:Country></x:PostalAddress>
<x:PartyTaxScheme><y:CompanyID>20/123/45678</y:CompanyID><x:TaxScheme><y:ID>FC</y:ID></x:TaxScheme></x:PartyTaxScheme>
<x:PartyTaxScheme><y:CompanyID>DE123456789</y:CompanyID><x:TaxScheme><y:ID>VAT</y:ID></x:TaxScheme></x:PartyTaxScheme>
<x:PartyLegalEntity><y:RegistrationName>Nordlicht Energie GmbH</y:RegistrationName></x:PartyLegalEntity>
<x:Contact><y:Name>Frau Sörensen</y:Name><y:ElectronicMail>s@nord.example</y:ElectronicMail></x:Contact>
</x:Party></x:AccountingSupplierParty>
<x:AccountingCustomerParty><x:Party><x:PartyLegalEntity><y:RegistrationName>Stadt Flensburg</y:RegistrationName>
</x:PartyLegalEntity></x:Party></x:AccountingCustomerParty>
<x:Delivery><y:ActualDeliveryDate>2025-02-28</y:ActualDeliveryDate></x:Delivery>
<x:PaymentMeans><y:PaymentMeansCode>59</y:PaymentMeansCode></x:PaymentMeans>
<x:PaymentMeans><y:PaymentMeansCode>58</y:PaymentMeansCode><y:PaymentID>R-4711</y:PaymentID><x:PayeeFinancialAccount>
<y:ID>DE02 1203 0000 0000 2020 51</y:ID><y:Name>Nordlicht</y:Name><x:FinancialInstitutionBranch><y:ID>BYLADEM1001</y:ID>
</x:FinancialInstitutionBranch></x:PayeeFinancialAccount></x:PaymentMeans>
<x:PaymentMeans><y:PaymentMeansCode>58</y:PaymentMeansCode><x:PayeeFinancialAccount>
<y:ID>DE79000000001234567890</y:ID></x:PayeeFinancialAccount></x:PaymentMeans>
<x:PaymentTerms><y:Note>30 Tage netto</y:Note></x:PaymentTerms>
<x:TaxTotal><y:TaxAmount currencyID="CHF">18.20</y:TaxAmount></x:TaxTotal>
<x:TaxTotal><y:TaxAmount currencyID="EUR">19.00</y:TaxAmount><x:TaxSubtotal>
<y:TaxableAmount currencyID="EUR">100.00</y:TaxableAmount><y:TaxAmount currencyID="EUR">19.00</y:TaxAmount>
<x:TaxCategory><y:ID>S</y:ID><y:Percent>19</y:Percent><x:TaxScheme><y:ID>VAT</y:ID></x:TaxScheme></x:TaxCategory>
</x:TaxSubtotal></x:TaxTotal>
<x:LegalMonetaryTotal><y:LineExtensionAmount currencyID="EUR">100.00</y:LineExtensionAmount>
<y:TaxExclusiveAmount currencyID="EUR">100.00</y:TaxExclusiveAmount>
<y:TaxInclusiveAmount currencyID="EUR">119.00</y:TaxInclusiveAmount>
<y:PayableAmount currencyID="EUR">119.00</y:PayableAmount></x:LegalMonetaryTotal>
<x:{line}><y:ID>1</y:ID><y:{quantity} unitCode="HUR">2.500</y:{quantity}>
<y:LineExtensionAmount currencyID="EUR">100.00</y:LineExtensionAmount>
<x:Item><y:Description>vor Ort</y:Description><y:Name>Beratung</y:Name><x:ClassifiedTaxCategory><y:ID>S</y:ID>
<y:Percent>19</y:Percent></x:ClassifiedTaxCategory></x:Item>
<x:Price><y:PriceAmount currencyID="EUR">40</y:PriceAmount></x:Price>
<x:SubInvoiceLine><y:ID>1.1</y:ID><x:Item><y:Name>Anfahrt</y:Name></x:Item></x:SubInvoiceLine></x:{line}>
{more}</{root}>"""


def cii(*, root: str = "CrossIndustryInvoice", header: str = "ExchangedDocument", delivered: str = "") -> str:
    """A CII document whose delivery date stands at a line, unless `delivered` gives one."""
    event = (
        "<r:ActualDeliverySupplyChainEvent><r:OccurrenceDateTime><u:DateTimeString format='102'>{}"
        "</u:DateTimeString></r:OccurrenceDateTime></r:ActualDeliverySupplyChainEvent>"
    )
    return f"""<q:{root} xmlns:q="{UN}standard:{root}:100" xmlns:u="{UN}standard:UnqualifiedDataType:100"
 xmlns:r="{UN}standard:ReusableAggregateBusinessInformationEntity:100">
<q:ExchangedDocumentContext><r:GuidelineSpecifiedDocumentContextParameter><r:ID>urn:cen.eu:en16931:2017</r:ID>
</r:GuidelineSpecifiedDocumentContextParameter></q:ExchangedDocumentContext>
<q:{header}><r:ID>F-99</r:ID><r:TypeCode>381</r:TypeCode><r:IssueDateTime>
<u:DateTimeString format="102">20250301</u:DateTimeString></r:IssueDateTime></q:{header}>
<q:SupplyChainTradeTransaction><r:IncludedSupplyChainTradeLineItem><r:AssociatedDocumentLineDocument>
<r:LineID>1</r:LineID></r:AssociatedDocumentLineDocument><r:SpecifiedTradeProduct><r:Name>Schraube</r:Name>
</r:SpecifiedTradeProduct><r:SpecifiedLineTradeDelivery><r:BilledQuantity unitCode="C62">1000000.0001</r:BilledQuantity>
{event.format("20250227")}</r:SpecifiedLineTradeDelivery></r:IncludedSupplyChainTradeLineItem>
<r:ApplicableHeaderTradeAgreement><r:SellerTradeParty><r:Name>Fer
&amp; Fils</r:Name><r:PostalTradeAddress><r:CountryID>FR</r:CountryID></r:PostalTradeAddress></r:SellerTradeParty>
<r:BuyerTradeParty><r:Name>LE CLIENT</r:Name></r:BuyerTradeParty></r:ApplicableHeaderTradeAgreement>
<r:ApplicableHeaderTradeDelivery>{event.format(delivered) if delivered else ""}</r:ApplicableHeaderTradeDelivery>
<r:ApplicableHeaderTradeSettlement><r:InvoiceCurrencyCode>EUR</r:InvoiceCurrencyCode>
<r:SpecifiedTradePaymentTerms><r:DueDateDateTime><u:DateTimeString format="102">sofort</u:DateTimeString>
</r:DueDateDateTime></r:SpecifiedTradePaymentTerms>
<r:SpecifiedTradeSettlementHeaderMonetarySummation><r:TaxBasisTotalAmount>0.10</r:TaxBasisTotalAmount>
<r:TaxTotalAmount currencyID="EUR">0.0190</r:TaxTotalAmount><r:GrandTotalAmount>0.1190</r:GrandTotalAmount>
</r:SpecifiedTradeSettlementHeaderMonetarySummation></r:ApplicableHeaderTradeSettlement>
</q:SupplyChainTradeTransaction></q:{root}>"""
