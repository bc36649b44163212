"""Scenario 5: tickets are read and classified.

Today as OTRS exports them; its web service comes later.
"""

from tests.scenarios.conftest import Corpus, Label
from workbench.records import Decision


def tickets(corpus: Corpus) -> list[Label]:
    return [label for label in corpus.labels if label.path.startswith("otrs-tickets/")]


def test_tickets_are_read_whatever_they_were_exported_as(corpus: Corpus) -> None:
    found = tickets(corpus)
    assert {label.path.rsplit(".", 1)[1] for label in found} == {"txt", "html", "eml", "md"}
    for label in found:
        document = corpus.document(label.path)
        assert document.state == "ok", label.path
        assert len(corpus.workbench.text(document.id)) > 100, label.path


def test_a_ticket_in_utf_16_is_read_as_text(corpus: Corpus) -> None:
    label = next(label for label in tickets(corpus) if "UTF-16" in label.note)
    text = corpus.workbench.text(corpus.document(label.path).id)
    assert "\x00" not in text
    assert "\ufeff" not in text
    assert "payment" in text.lower() or "invoice" in text.lower()


def test_tickets_are_what_they_ask_for_and_not_all_support(corpus: Corpus) -> None:
    decided = [
        (label, corpus.document(label.path))
        for label in tickets(corpus)
        if corpus.document(label.path).decision == Decision.CLASSIFIED
    ]
    assert len(decided) >= 6
    assert [(label.path, d.category) for label, d in decided if d.category != label.category] == []


def test_a_ticket_exported_twice_is_one_document(corpus: Corpus) -> None:
    one, two = "otrs-tickets/2025031710000123.txt", "otrs-tickets/2025031710000123 (2).txt"
    assert corpus.document(one).id == corpus.document(two).id


def test_a_ticket_is_found_by_its_number(corpus: Corpus) -> None:
    hits = corpus.workbench.search("2025031710000124")
    assert corpus.document("otrs-tickets/2025031710000124.txt").id in {hit.document_id for hit in hits}
