"""Scenario 2: exact copies are one document, near ones are related with what tells them apart."""

import time
from pathlib import Path

import pytest

from tests.scenarios.conftest import SCANS, Corpus
from workbench import Workbench, dedup
from workbench.catalog import relating
from workbench.records import Difference


def near(corpus: Corpus, path: str) -> dict[int, str]:
    """What a document is nearly the same as, and by which difference."""
    life = corpus.workbench.life(corpus.document(path).id)
    return {one["id"]: one["difference"] for one in life.near}


def test_exact_copies_are_one_document_with_all_their_places(corpus: Corpus) -> None:
    copies = [label for label in corpus.labels if label.duplicate_of]
    assert len(copies) >= 5
    for label in copies:
        document = corpus.document(label.path)
        assert document.id == corpus.document(label.duplicate_of).id, label.path
        assert len(corpus.workbench.life(document.id).arrivals) >= 2
    assert corpus.report.counts["duplicates"] >= len(copies)


def test_nothing_else_is_taken_for_a_copy(corpus: Corpus) -> None:
    originals = {label.path for label in corpus.labels if not label.duplicate_of}
    ids = [corpus.document(path).id for path in originals]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("difference", ["wording", "layout"])
def test_near_copies_are_related_with_what_tells_them_apart(corpus: Corpus, difference: str) -> None:
    labels = [label for label in corpus.labels if label.difference == difference and not label.path.endswith(SCANS)]
    assert labels
    for label in labels:
        found = near(corpus, label.path)
        assert found.get(corpus.document(label.near_duplicate_of).id) == difference, label.path


def test_another_invoice_of_the_same_sender_is_never_called_the_same(corpus: Corpus) -> None:
    labels = [label for label in corpus.labels if "not a duplicate" in label.note]
    assert len(labels) >= 2
    for label in labels:
        found = near(corpus, label.path).get(corpus.document(label.near_duplicate_of).id)
        assert found in {None, "numbers"}, label.path


def test_a_letter_with_another_amount_is_near_and_the_amounts_are_named(
    workbench: Workbench, corpus: Corpus, tmp_path: Path
) -> None:
    text = corpus.workbench.text(corpus.document("misc/recipe.txt").id)
    (tmp_path / "a.txt").write_text(f"{text}\nDer Betrag ist 1.190,00 EUR.")
    (tmp_path / "b.txt").write_text(f"{text}\nDer Betrag ist 1.290,00 EUR.")
    workbench.ingest(tmp_path / "a.txt", tmp_path / "b.txt")
    (one,) = workbench.life("a.txt").near
    assert one["difference"] == "numbers"
    assert "1.290,00" in str(one["details"]) or "1290" in str(one["details"])


def test_a_picture_in_another_size_is_related(corpus: Corpus) -> None:
    found = near(corpus, "footage/harbour_small.jpg")
    assert corpus.document("footage/Hafen bei Sonnenaufgang.jpg").id in found


def test_documents_of_different_categories_are_not_called_near(corpus: Corpus) -> None:
    categories = {corpus.document(label.path).id: label.category for label in corpus.labels if label.category}
    with corpus.workbench.database.transaction() as tx:
        pairs = tx.tuples("SELECT document_id, original_id FROM near_duplicates WHERE kind = 'text'")
    assert pairs
    assert not [(a, b) for a, b in pairs if a in categories and b in categories and categories[a] != categories[b]]


def test_one_text_is_looked_up_among_many_in_no_time(corpus: Corpus) -> None:
    original = corpus.document("misc/recipe.txt")
    text = corpus.workbench.text(original.id)
    with corpus.workbench.database.transaction() as tx:
        (peer,) = relating.texts(tx, [original.digest])
        start = time.perf_counter()
        candidates = relating.text_candidates(tx, [peer])[peer.text_digest]
        scores = dedup.similarities(peer.signature, [other.signature for other in candidates])
        seconds = time.perf_counter() - start
    found = {other.id for other, score in zip(candidates, scores, strict=True) if score >= dedup.CANDIDATE}
    assert corpus.document("misc/recipe new.txt").id in found
    assert len(found) < 5
    assert dedup.compare(text, text).difference in {Difference.NONE, Difference.LAYOUT}
    assert seconds < 0.25  # a busy machine; the benchmark measures it among 100,000
