"""What an e-invoice says, whatever vocabulary, prefix and encoding it is written in."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extraction.invoices.handmade import UBL, cii, ubl
from workbench.extraction.invoices import invoice_fields


def fields(xml: str, encoding: str = "utf-8") -> dict:
    found = invoice_fields(xml.encode(encoding))
    assert found is not None
    return json.loads(json.dumps(found))


def test_a_ubl_invoice_is_read_field_by_field():
    found = fields(ubl())
    expected = {
        "syntax": "ubl",
        "kind": "invoice",
        "xml_root": "Invoice",
        "doc_id": "R-4711",
        "type_code": "380",
        "issue_date": "2025-03-01",
        "due_date": "2025-03-31",
        "delivery_date": "2025-02-28",
        "period": {"start": "2025-02-01", "end": "2025-02-28"},
        "seller": "Nordlicht Energie GmbH",
        "buyer": "Stadt Flensburg",
        "buyer_reference": "04011000-12345-03",
        "order": {"id": "B-17"},
        "currency": "EUR",
        "net_total": "100.00",
        "tax_total": "19.00",
        "grand_total": "119.00",
        "due_payable": "119.00",
        "iban": "DE02 1203 0000 0000 2020 51",
        "bic": "BYLADEM1001",
        "remittance": "R-4711",
        "payment_terms": ["30 Tage netto"],
        "notes": ["Vielen Dank!"],
    }
    assert {key: found.get(key) for key in expected} == expected
    party = found["seller_party"]
    assert (party["vat_id"], party["tax_number"], party["trading_name"]) == (
        "DE123456789",
        "20/123/45678",
        "Nordlicht",
    )
    assert party["address"] == {"lines": ["Hafen 1"], "postcode": "24103", "city": "Kiel", "country": "DE"}
    assert found["taxes"] == [
        {"type": "VAT", "category": "S", "rate": "19", "basis": "100.00", "amount": "19.00", "currency": "EUR"}
    ]


def test_every_account_and_every_tax_currency_is_kept():
    found = fields(ubl())
    assert [payment.get("account") for payment in found["payments"]] == [
        None,
        "DE02 1203 0000 0000 2020 51",
        "DE79000000001234567890",
    ]
    assert (found["tax_currency"], found["totals"]["tax_in_tax_currency"]) == ("CHF", "18.20")


@pytest.mark.parametrize(
    ("codes", "mandates"),
    [(("59", "58"), ["M-5", None]), (("58", "49"), [None, "M-5"]), (("30",), ["M-5"]), ((), ["M-5"])],
)
def test_the_mandate_belongs_to_the_direct_debit(codes, mandates):
    kind = "SpecifiedTradeSettlementPaymentMeans"
    means = "".join(f"<r:{kind}><r:TypeCode>{code}</r:TypeCode></r:{kind}>" for code in codes)
    end = "</r:DueDateDateTime></r:SpecifiedTradePaymentTerms>"
    mandate = "<r:DirectDebitMandateID>M-5</r:DirectDebitMandateID>"
    xml = cii().replace("<r:InvoiceCurrencyCode>", means + "<r:InvoiceCurrencyCode>")
    assert end in xml
    found = fields(xml.replace(end, end.replace("</r:SpecifiedTrade", mandate + "</r:SpecifiedTrade")))
    assert [payment.get("mandate") for payment in found["payments"]] == mandates


def test_sub_lines_name_the_line_they_belong_to():
    lines = fields(ubl())["lines"]
    assert [(line["id"], line.get("parent_id"), line["name"]) for line in lines] == [
        ("1", None, "Beratung"),
        ("1.1", "1", "Anfahrt"),
    ]
    assert (lines[0]["quantity"], lines[0]["unit"], lines[0]["price"]) == ("2.500", "HUR", "40")


def test_a_credit_note_is_known_as_one_in_both_vocabularies():
    assert fields(ubl(root="CreditNote"))["kind"] == fields(cii())["kind"] == "credit_note"
    assert fields(ubl(root="CreditNote"))["lines"][0]["quantity"] == "2.500"


def test_amounts_and_quantities_are_never_rounded():
    found = fields(cii())
    assert (found["tax_total"], found["lines"][0]["quantity"]) == ("0.0190", "1000000.0001")


@pytest.mark.parametrize(("delivered", "expected"), [("", "2025-02-27"), ("20250228", "2025-02-28")])
def test_the_document_s_delivery_date_comes_before_that_of_a_line(delivered, expected):
    assert fields(cii(delivered=delivered))["delivery_date"] == expected


def test_dates_are_iso_and_what_is_no_date_stays_as_it_is():
    found = fields(cii())
    assert (found["issue_date"], found["due_date"]) == ("2025-03-01", "sofort")
    assert found["dates_as_written"] == {"issue_date": "20250301", "delivery_date": "20250227"}


def test_names_keep_their_line_breaks():
    assert fields(cii())["seller"] == "Fer\n& Fils"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_encoding_does_not_matter(encoding):
    assert fields(ubl(), encoding)["seller_party"]["contact"]["name"] == "Frau Sörensen"


def test_an_order_in_the_same_vocabulary_is_told_from_an_invoice():
    order = cii(root="SCRDMCCBDACIOMessageStructure").replace(":standard:SCRDM", ":SCRDM")
    assert fields(order)["kind"] == "order"


def test_an_envelope_is_looked_through():
    inner = ubl().partition("?>")[2]
    envelope = f'<StandardBusinessDocument xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">{inner}</StandardBusinessDocument>'
    assert fields(envelope)["doc_id"] == "R-4711"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no xml",
        b"<Invoice><ID>1</ID></Invoice>",
        b'<Invoice xmlns="http://example.org/bill"/>',
        f'<DespatchAdvice xmlns="{UBL}DespatchAdvice-2"/>'.encode(),
        f'<Order xmlns="{UBL}Order-2"/>'.encode(),
        b"%PDF-1.7",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_invoice_has_no_fields(data):
    assert invoice_fields(data) is None


def test_an_empty_invoice_says_only_what_it_is():
    assert fields(f'<Invoice xmlns="{UBL}Invoice-2"/>') == {
        "syntax": "ubl",
        "kind": "invoice",
        "xml_root": "Invoice",
        "line_count": 0,
    }


def test_entities_are_neither_expanded_nor_fetched(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("geheim")
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    attack = f'<!DOCTYPE Invoice [<!ENTITY a0 "lol"><!ENTITY f SYSTEM "file://{secret}">{entities}]>'
    xml = ubl().replace("<Invoice", f"{attack}<Invoice", 1).replace("Vielen Dank!", "&a11;&f; Dank")
    started = time.process_time()
    found = json.dumps(invoice_fields(xml.encode()))
    assert "geheim" not in found
    assert "lollol" not in found
    assert time.process_time() - started < 2


def test_thousands_of_lines_are_counted_and_the_first_kept():
    line = "<x:InvoiceLine><y:ID>9</y:ID></x:InvoiceLine>"
    found = fields(ubl(more=line * 5_000))
    assert (found["line_count"], len(found["lines"])) == (5_002, 1_000)


def test_a_total_counts_where_the_currency_of_the_document_is_not_named():
    assert fields(cii().replace("<r:InvoiceCurrencyCode>EUR</r:InvoiceCurrencyCode>", ""))["tax_total"] == "0.0190"


def test_lines_inside_lines_end_somewhere():
    found = fields(ubl(more="<x:InvoiceLine><y:ID>9</y:ID>" * 3_000 + "</x:InvoiceLine>" * 3_000))
    assert found["line_count"] < 50


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 4_000), junk=st.binary(max_size=30), length=st.integers(0, 200))
def test_damage_ends_in_fields_or_none(place, junk, length):
    data = ubl().encode()
    found = invoice_fields(data[:place] + junk + data[place + length :])
    assert found is None or found["xml_root"] == "Invoice"
