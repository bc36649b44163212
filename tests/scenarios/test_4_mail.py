"""Scenario 4: mails become documents, and so does what they carry.

Today from files; mailboxes come later.
"""

import pytest

from tests.scenarios.conftest import Corpus, relative

CARRIED = [
    ("emails/Rechnung anbei.eml", ["Rechnung_März.pdf", "Stundennachweis Kühlzelle.xlsx"]),
    ("emails/WG Bewerbung.eml", ["Bewerbung.eml"]),
    ("emails/WG Bewerbung.eml!/Bewerbung.eml", ["Lebenslauf (gekürzt).pdf"]),
    ("emails/Protokoll zur Kenntnis.msg", ["Protokoll.docx"]),
    ("emails/fw policy.eml", ["Policy schedule.pdf"]),
]


@pytest.mark.parametrize(("mail", "attachments"), CARRIED)
def test_attachments_and_nested_mails_are_documents_of_their_own(
    corpus: Corpus, mail: str, attachments: list[str]
) -> None:
    life = corpus.workbench.life(corpus.document(mail).id)
    assert [member["name"] for member in life.members] == attachments
    for name in attachments:
        child = corpus.document(f"{mail}!/{name}")
        assert child.state == "ok"
        assert corpus.workbench.text(child.id)


def test_every_labelled_attachment_is_found_where_the_label_says(corpus: Corpus) -> None:
    labelled = {label.path for label in corpus.labels if label.path.startswith("emails/") and "!/" in label.path}
    with corpus.workbench.database.transaction() as tx:
        held = {relative(r[0]) for r in tx.tuples("SELECT locator FROM arrivals WHERE depth > 0")}
    assert labelled == {place for place in held if place.startswith("emails/")}


@pytest.mark.parametrize("ending", [".eml", ".msg"])
def test_a_mail_knows_its_sender_its_subject_and_its_text(corpus: Corpus, ending: str) -> None:
    mails = [label.path for label in corpus.labels if label.path.startswith("emails/") and label.path.endswith(ending)]
    assert len(mails) >= 3
    for path in mails:
        document = corpus.document(path)
        with corpus.workbench.database.transaction() as tx:
            ((subject, recipients),) = tx.tuples(
                "SELECT subject, recipients FROM documents WHERE id = %s", [document.id]
            )
        assert document.sender, path
        assert "@" in document.sender, path
        assert subject, path
        assert recipients, path
        assert document.state == "ok", path


def test_a_mail_is_classified_itself_and_not_only_what_it_carries(corpus: Corpus) -> None:
    mails = [label.path for label in corpus.labels if label.path.endswith((".eml", ".msg"))]
    assert not [path for path in mails if corpus.document(path).decision == "container"]


def test_an_attachment_that_lies_in_a_folder_too_is_one_document(corpus: Corpus) -> None:
    carried = corpus.document("emails/fw policy.eml!/Policy schedule.pdf")
    assert carried.id == corpus.document("contracts/Policy schedule.pdf").id
    assert relative(carried.locator) == "contracts/Policy schedule.pdf"
    assert len(corpus.workbench.life(carried.id).arrivals) == 2
