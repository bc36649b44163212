"""Opinions are kept, a verdict follows from them, and a person's word outranks both."""

from dataclasses import replace

import psycopg
import pytest

from tests.catalog.shelf import Shelf, digest_of
from workbench.catalog import browsing, deciding
from workbench.catalog.deciding import Category, Decided
from workbench.records import Decision, Document, Evidence, Label, Opinion

TEXT = "Rechnung 4711 über 1.190,00 EUR"
INVOICE = Opinion(
    classifier="rules", version="1", inputs="x", category="invoice", confidence=0.87654, reason="'Rechnung'",
    evidence=(Evidence(rule="r1", category="invoice", field="text", found="Rechnung", start=0, end=8, weight=2.0),),
    scores={"invoice": 2.0, "offer": 0.33333},
)  # fmt: skip


def decided(document_id: int, *opinions: Opinion, category: str | None = "invoice") -> Decided:
    return Decided(
        document_id=document_id, opinions=opinions, category=category, confidence=0.87654, reason="'Rechnung'",
        decision=Decision.CLASSIFIED if category else Decision.NEEDS_REVIEW, decided_by="rules" if category else None,
    )  # fmt: skip


def keep(shelf: Shelf, *given: Decided) -> None:
    with shelf.database.transaction(run=shelf.run) as tx:
        deciding.keep(tx, given)


def label(shelf: Shelf, number: int, category: str, note: str = "") -> None:
    with shelf.database.transaction(run=shelf.run) as tx:
        deciding.label(tx, Label(document_id=number, category=category, actor="anna", note=note))


def document(shelf: Shelf, number: int) -> Document:
    with shelf.database.transaction() as tx:
        (found,) = browsing.named(tx, str(number))
    return found


def test_a_verdict_gives_the_document_its_category_and_reason(shelf: Shelf) -> None:
    number = shelf.put("a.txt", TEXT)
    keep(shelf, decided(number, INVOICE))
    found = document(shelf, number)
    assert (found.decision, found.category, found.decided_by) == (Decision.CLASSIFIED, "invoice", "rules")
    assert found.reason == "'Rechnung'"
    assert found.confidence == pytest.approx(0.8765)


def test_an_opinion_is_kept_with_its_evidence(shelf: Shelf) -> None:
    number = shelf.put("a.txt", TEXT)
    keep(shelf, decided(number, INVOICE))
    with shelf.database.transaction() as tx:
        (kept,) = browsing.life(tx, document(shelf, number)).opinions
    assert kept.evidence == INVOICE.evidence
    assert kept.scores == {"invoice": 2.0, "offer": 0.3333}
    (evidence,) = kept.evidence
    assert TEXT[evidence.start : evidence.end] == evidence.found


def test_all_opinions_are_kept_in_the_order_they_were_asked_for_and_equal_ones_once(shelf: Shelf) -> None:
    number = shelf.put("a.txt", TEXT)
    abstained = replace(INVOICE, classifier="statistical", category=None, confidence=0.0, evidence=())
    for _ in range(2):
        keep(shelf, decided(number, INVOICE, abstained))
    with shelf.database.transaction() as tx:
        kept = browsing.life(tx, document(shelf, number)).opinions
    assert [(opinion.classifier, opinion.category) for opinion in kept] == [("rules", "invoice"), ("statistical", None)]


def test_no_opinion_that_is_sure_means_review(shelf: Shelf) -> None:
    number = shelf.put("a.txt", TEXT)
    keep(shelf, decided(number, category=None))
    found = document(shelf, number)
    assert (found.decision, found.category, found.decided_by) == (Decision.NEEDS_REVIEW, None, None)


def test_what_a_person_said_outranks_every_opinion_before_and_after(shelf: Shelf) -> None:
    number = shelf.put("a.txt", TEXT)
    keep(shelf, decided(number, INVOICE))
    label(shelf, number, "offer", "it only looks like an invoice")
    keep(shelf, decided(number, replace(INVOICE, version="2")))
    found = document(shelf, number)
    assert (found.decision, found.category, found.decided_by, found.confidence) == (
        Decision.CLASSIFIED, "offer", "person", 1.0,
    )  # fmt: skip
    assert found.reason == "anna said so: it only looks like an invoice"
    with shelf.database.transaction() as tx:
        assert len(browsing.life(tx, found).opinions) == 2


def test_of_two_labels_the_newer_counts_and_both_are_kept(shelf: Shelf) -> None:
    number = shelf.put("a.txt", TEXT)
    for category in ("offer", "order"):
        label(shelf, number, category)
    found = document(shelf, number)
    with shelf.database.transaction() as tx:
        said = browsing.life(tx, found).labels
    assert found.category == "order"
    assert [one.category for one in said] == ["offer", "order"]


def test_opinions_and_labels_are_only_ever_added(shelf: Shelf) -> None:
    number = shelf.put("a.txt", TEXT)
    keep(shelf, decided(number, INVOICE))
    label(shelf, number, "offer")
    for statement in ("UPDATE opinions SET category = 'offer'", "UPDATE labels SET category = 'invoice'"):
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="only ever inserted"),
            shelf.database.transaction(run=shelf.run) as tx,
        ):
            tx.run(statement)


def test_documents_are_handed_to_classifiers_with_all_they_may_look_at(shelf: Shelf) -> None:
    number = shelf.put("Rechnung 1.txt", TEXT, title="Rechnung")
    with shelf.database.transaction() as tx:
        ((found, text),) = deciding.texts(tx, [digest_of(TEXT), digest_of("unknown")])
    assert found == number
    assert (text.text, text.name, text.path, text.title) == (TEXT, "Rechnung 1.txt", "/Rechnung 1.txt", "Rechnung")
    assert (text.language, text.source, text.size) == ("de", "folder", len(TEXT))


def test_what_classifiers_decided_may_be_decided_anew_but_not_what_a_person_did(shelf: Shelf) -> None:
    number = shelf.put("a.txt", TEXT)
    keep(shelf, decided(number, INVOICE))

    def asked_about() -> list[int]:
        with shelf.database.transaction() as tx:
            return [found for found, _ in deciding.texts(tx, [digest_of(TEXT)])]

    assert asked_about() == [number]
    label(shelf, number, "offer")
    assert asked_about() == []


def test_a_verdict_that_says_the_same_again_leaves_no_trace(shelf: Shelf) -> None:
    number = shelf.put("a.txt", TEXT)
    keep(shelf, decided(number, INVOICE))
    with shelf.database.transaction() as tx:
        before = tx.value("SELECT count(*) FROM changes")
    keep(shelf, decided(number, INVOICE))
    with shelf.database.transaction() as tx:
        assert tx.value("SELECT count(*) FROM changes") == before


def test_categories_follow_the_rules_and_unchanged_ones_leave_no_trace(shelf: Shelf) -> None:
    def changes() -> int:
        with shelf.database.transaction() as tx:
            return int(tx.value("SELECT count(*) FROM changes WHERE relation = 'categories'"))

    def declare(title: str) -> None:
        with shelf.database.transaction(run=shelf.run) as tx:
            deciding.keep_categories(tx, [Category(id="invoice", title_de=title, roles=("finance",))])

    declare("Rechnung")
    declare("Rechnung")
    assert changes() == 1
    declare("Beleg")
    assert changes() == 2
