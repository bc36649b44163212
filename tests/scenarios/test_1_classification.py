"""Scenario 1: documents are classified, and every decision says why.

Today by rules; the comparison with an LLM joins when there is one.
"""

from tests.scenarios.conftest import Corpus
from workbench.records import Decision

PRECISION = 0.93
COVERAGE = 0.6


def test_rules_decide_most_documents_and_are_nearly_always_right(corpus: Corpus) -> None:
    labelled = [label for label in corpus.labels if label.has_text]
    answers = [(label, corpus.document(label.path)) for label in labelled]
    decided = [(label, document) for label, document in answers if document.decision == Decision.CLASSIFIED]
    wrong = [(label.path, label.category, d.category) for label, d in decided if label.category != d.category]
    assert len(labelled) > 120
    assert len(decided) / len(labelled) >= COVERAGE
    assert 1 - len(wrong) / len(decided) >= PRECISION, wrong


def test_every_decision_names_words_that_stand_in_the_document(corpus: Corpus) -> None:
    workbench = corpus.workbench
    decided = [d for d in corpus.documents.values() if d.decision == Decision.CLASSIFIED]
    for document in {d.id: d for d in decided}.values():
        life = workbench.life(document.id)
        evidence = [e for opinion in life.opinions for e in opinion.evidence if e.category == document.category]
        assert evidence, document.name
        assert document.reason, document.name
        text = workbench.text(document.id)
        for one in evidence:
            assert one.found, document.name
            if one.field == "text":
                assert text[one.start : one.end] == one.found, document.name


def test_who_abstains_says_so_and_the_document_waits_for_review(corpus: Corpus) -> None:
    waiting = [d for d in corpus.documents.values() if d.decision == Decision.NEEDS_REVIEW]
    assert waiting
    assert all(d.category is None and d.reason for d in waiting)


def test_nothing_is_left_undecided(corpus: Corpus) -> None:
    assert not [d.name for d in corpus.documents.values() if d.decision == Decision.PENDING]


def test_every_sample_is_in_the_state_its_label_says(corpus: Corpus) -> None:
    # What needs recognition is empty here, where recognition is off.
    labels = [label for label in corpus.labels if label.has_text or label.state != "ok"]
    wrong = [
        (label.path, label.state, corpus.document(label.path).state)
        for label in labels
        if corpus.document(label.path).state != label.state
    ]
    assert wrong == []
