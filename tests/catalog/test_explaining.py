"""The life of a document is told whole: what came, was read, said, decided, taken back, and by which run."""

import dataclasses
import json
from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.catalog.shelf import Shelf, digest_of, taken
from tests.conftest import Catalogue
from workbench.catalog import browsing, deciding, explaining
from workbench.catalog.deciding import Category, Decided
from workbench.catalog.explaining import Explanation
from workbench.database import Database, Transaction
from workbench.errors import NotFound
from workbench.records import Decision, Document, Evidence, Label, Opinion

BODY = "Rechnung Nr. 4711 über 119,00 EUR"


def explained(database: Database, key: int | str) -> Explanation:
    with database.transaction() as tx:
        return explaining.explain(tx, key)


def another_run(database: Database, kind: str = "ingest", reason: str = "") -> int:
    with database.transaction() as tx:
        statement = "INSERT INTO runs (kind, job, actor, reason) VALUES (%s, 'x', 'anna', %s) RETURNING id"
        return int(tx.value(statement, [kind, reason]))


def decide(tx: Transaction, document: int, category: str, *, version: str = "1") -> None:
    opinion = Opinion(
        classifier="rules",
        version=version,
        inputs="x",
        category=category,
        confidence=0.9,
        reason="the headline says so",
        evidence=(Evidence(rule="headline", category=category, field="text", found="Rechnung\nNr.", weight=2.0),),
        scores={category: 2.0, "reminder": 0.5},
    )
    said = Decided(
        document_id=document,
        opinions=[opinion],
        decision=Decision.CLASSIFIED,
        category=category,
        confidence=0.9,
        decided_by="rules",
        reason=opinion.reason,
    )
    deciding.keep(tx, [said])


@pytest.fixture
def invoice(shelf: Shelf) -> int:
    """A document that was taken, read and classified in one run."""
    number = shelf.put("a/rechnung.txt", BODY)
    with shelf.database.transaction(run=shelf.run) as tx:
        decide(tx, number, "invoice")
    return number


def told(life: Explanation, what: str) -> list[str]:
    return [e.told for chapter in life.chapters for e in chapter.events if e.what == what]


def test_one_run_is_one_chapter_with_a_sentence_for_each_thing(database: Database, invoice: int) -> None:
    life = explained(database, invoice)
    (chapter,) = life.chapters
    assert [event.what for event in chapter.events] == ["came from", "taken", "read", "asked", "decided"]
    assert told(life, "came from") == ["a folder: /a/rechnung.txt"]
    assert told(life, "decided") == ["invoice by rules, 0.90 sure"]
    assert "by plain 1 as text/plain: ok" in told(life, "read")[0]


def test_an_opinion_comes_with_its_evidence_and_the_runner_up(database: Database, invoice: int) -> None:
    life = explained(database, invoice)
    (asked,) = [e for e in life.chapters[0].events if e.what == "asked"]
    assert asked.details == (
        "“Rechnung Nr.” in its text speaks for invoice (+2, headline)",
        "scores: invoice 2, runner-up reminder 0.5",
    )
    assert life.verdict.endswith("the headline says so. The runner-up is reminder with 0.5.")


def test_every_entry_of_the_journal_is_kept_with_the_row_before_and_after(database: Database, invoice: int) -> None:
    life = explained(database, invoice)
    decisions = [
        (c.operation, (c.before or {}).get("decision"), (c.after or {}).get("decision"))
        for c in life.changes
        if c.relation == "documents"
    ]
    assert decisions[0] == ("insert", None, "pending")
    assert decisions[-1] == ("update", "pending", "classified")
    assert all(one[2] == other[1] for one, other in pairwise(decisions))
    with database.transaction() as tx:
        assert {c.id for c in life.changes} == {row[0] for row in tx.tuples("SELECT id FROM changes")}


def test_a_later_run_that_decides_otherwise_is_told_as_a_change(database: Database, invoice: int) -> None:
    later = another_run(database, reason="new rules")
    with database.transaction(run=later) as tx:
        decide(tx, invoice, "offer", version="2")
    life = explained(database, invoice)
    assert [chapter.run.id for chapter in life.chapters][1:] == [later]
    assert "reason: new rules" in life.chapters[1].run.told
    assert told(life, "decided")[1] == "category: invoice → offer"


def test_a_label_is_told_with_who_and_why_and_outranks(database: Database, invoice: int) -> None:
    review = another_run(database, "review")
    with database.transaction(run=review) as tx:
        deciding.label(tx, Label(document_id=invoice, category="offer", actor="anna", note="it is one"))
    life = explained(database, invoice)
    assert told(life, "said") == ["anna said offer"]
    assert "category: invoice → offer" in told(life, "decided")[-1]
    assert life.verdict.startswith("offer by a person")
    assert "thought: rules 1: invoice, 0.90 sure" in life.verdict


def test_a_better_place_renames_and_says_why(database: Database, shelf: Shelf) -> None:
    shelf.put("long/way/to/rechnung.txt", BODY)
    shelf.run = another_run(database)
    shelf.take(taken("/r.txt", BODY))
    life = explained(database, digest_of(BODY)[:8])
    assert told(life, "named") == ["name: rechnung.txt → r.txt"]
    (named,) = [e for c in life.chapters for e in c.events if e.what == "named"]
    assert named.details == ("named by /r.txt, since that is the shortest of 2 places",)


def test_a_document_inside_of_another_and_one_that_was_superseded_say_so(database: Database, shelf: Shelf) -> None:
    mail = shelf.put("mail.eml", "the mail")
    shelf.take(taken("/mail.eml!/anhang.txt", "the attachment", depth=1, parent="the mail"))
    shelf.run = another_run(database)
    shelf.take(taken("/mail.eml", "another mail", version=2))
    inside = explained(database, "anhang.txt")
    assert told(inside, "came from") == [f"inside of mail.eml (document {mail}): /mail.eml!/anhang.txt"]
    newer = explained(database, digest_of("another mail"))
    assert told(explained(database, mail), "place") == [
        f"/mail.eml was superseded by /mail.eml (document {newer.document_id})"
    ]


def take_out(database: Database, document: int, run: int) -> None:
    with database.transaction(run=run) as tx:
        for relation, column in (("labels", "document_id"), ("opinions", "document_id"), ("documents", "id")):
            tx.run(f"DELETE FROM {relation} WHERE {column} = %s", [document])
        tx.run("DELETE FROM extractions")
        tx.run("DELETE FROM arrivals")
        tx.run("DELETE FROM blobs")


@pytest.mark.parametrize(
    "key",
    [
        lambda life: life.document_id,
        lambda life: str(life.document_id),
        lambda life: life.name,
        lambda life: life.locator,
        lambda life: life.digest[:7].upper(),
        lambda life: life.digest,
    ],
    ids=["number", "number as text", "name", "place", "digest's beginning", "digest"],
)
def test_a_document_that_was_taken_back_is_explained_from_the_journal(
    database: Database, invoice: int, key: Callable[[Explanation], int | str]
) -> None:
    before = explained(database, invoice)
    rollback = another_run(database, "rollback")
    take_out(database, invoice, rollback)
    with database.transaction() as tx:
        tx.run("UPDATE runs SET state = 'rolled_back', rolled_back_by = %s WHERE id <> %s", [rollback, rollback])
    life = explained(database, key(before))
    assert (life.is_there, life.document_id, life.name) == (False, invoice, "rechnung.txt")
    assert life.chapters[0].events == before.chapters[0].events
    assert "taken back by run" in life.chapters[0].run.told
    assert f"takes back run {life.chapters[0].run.id}" in life.chapters[1].run.told
    assert told(life, "taken back") == ["taken out of the catalogue, and with it 1 opinion, 1 extraction, 1 arrival"]
    assert life.verdict.startswith(f"taken out of the catalogue by run {rollback}, a rollback")
    assert "it was invoice by rules" in life.verdict


def test_bytes_that_came_again_after_a_rollback_have_one_life(database: Database, shelf: Shelf, invoice: int) -> None:
    take_out(database, invoice, another_run(database, "rollback"))
    shelf.run = another_run(database)
    again = shelf.put("b/rechnung.txt", BODY)
    assert again != invoice
    life = explained(database, again)
    assert life.is_there
    assert [chapter.run.kind for chapter in life.chapters] == ["test", "rollback", "ingest"]


def test_where_the_journal_is_pruned_the_rows_still_tell_and_it_is_said(
    catalogue: Catalogue, database: Database, invoice: int
) -> None:
    whole = explained(database, invoice)
    prune = another_run(database, "prune")
    with Database(catalogue.conninfo("service"), actor="anna") as service, service.transaction(run=prune) as tx:
        tx.value("SELECT prune_changes((SELECT max(id) FROM changes))")
    life = explained(database, invoice)
    assert f"pruned by run {prune}" in life.forgotten
    assert [e.what for e in life.chapters[0].events] == ["came from", "taken", "read", "asked", "decided"]
    assert whole.forgotten == ""
    with pytest.raises(NotFound, match=f"run {prune} pruned it"):
        explained(database, "long gone.txt")


def test_it_shows_itself_as_text_as_html_and_as_json(database: Database, shelf: Shelf) -> None:
    number = shelf.put("<b>fett.txt", BODY)
    life = explained(database, number)
    assert repr(life).splitlines()[0] == f"<b>fett.txt (document {number})"
    assert max(map(len, repr(life).splitlines())) <= 100
    assert "&lt;b&gt;fett.txt" in life._repr_html_()
    assert "<b>fett" not in life._repr_html_()
    assert "color" not in life._repr_html_()
    dumped = json.loads(json.dumps(dataclasses.asdict(life), default=str))
    assert len(dumped["changes"]) == len(life.changes)


@pytest.fixture
def payslip(shelf: Shelf, invoice: int) -> int:
    """A document that was an invoice and is a payslip now, which only personnel may see."""
    with shelf.database.transaction(run=another_run(shelf.database)) as tx:
        deciding.keep_categories(tx, [Category(id="payslip", sensitive=True, roles=("personnel",))])
        decide(tx, invoice, "payslip", version="2")
    return invoice


@pytest.mark.parametrize(("roles", "is_seen"), [((), False), (("reviewer",), False), (("personnel",), True)])
def test_the_journal_of_a_sensitive_document_is_seen_by_its_roles_only(
    catalogue: Catalogue, payslip: int, roles: tuple[str, ...], is_seen: bool
) -> None:
    with Database(catalogue.conninfo("app"), roles=roles) as seen, seen.transaction() as tx:
        bodies = tx.tuples("SELECT before FROM changes WHERE before IS NOT NULL")
        assert bool(bodies) is is_seen
        entries = tx.value("SELECT count(*) FROM changes WHERE relation IN ('documents', 'opinions', 'extractions')")
        assert bool(entries) is is_seen
        digest = digest_of(BODY)
        assert bool(tx.tuples("SELECT id FROM journal_of_document(%s)", [digest])) is is_seen


def test_what_is_gone_is_told_only_to_those_who_see_everything(
    catalogue: Catalogue, database: Database, payslip: int
) -> None:
    take_out(database, payslip, another_run(database, "rollback"))
    for roles, is_seen in ((("reviewer",), False), (("*",), True)):
        with Database(catalogue.conninfo("app"), roles=roles) as seen, seen.transaction() as tx:
            assert bool(explaining.gone(tx, "rechnung.txt")) is is_seen
            assert bool(tx.tuples("SELECT 1 FROM changes WHERE before::text LIKE '%payslip%'")) is is_seen
            assert bool(tx.tuples("SELECT 1 FROM journal_of_document(%s)", [digest_of(BODY)])) is is_seen


def test_a_run_counts_its_entries_whoever_asks(catalogue: Catalogue, payslip: int, run: int) -> None:
    counts = set()
    for roles in ((), ("*",)):
        with Database(catalogue.conninfo("app"), roles=roles) as seen, seen.transaction() as tx:
            counts.add(tx.value("SELECT changes_of(%s)", [run]))
    assert len(counts) == 1
    assert counts != {0}


def test_the_index_finds_the_entries_of_a_row_for_the_service_role(catalogue: Catalogue, invoice: int) -> None:
    with Database(catalogue.conninfo("service")) as service, service.transaction() as tx:
        tx.run("SET LOCAL enable_seqscan = off")
        plan = tx.tuples("EXPLAIN SELECT id FROM changes WHERE relation = 'documents' AND key = '{\"id\": 1}'")
    assert "Index Cond: ((relation = 'documents'::text) AND (key = " in " ".join(row[0] for row in plan)


def test_all_documents_of_a_page_can_be_explained(database: Database, shelf: Shelf, invoice: int) -> None:
    shelf.put("b.txt", "something else")
    with database.transaction() as tx:
        documents: list[Document] = browsing.page(tx)
    assert [explained(database, d.id).name for d in documents] == ["b.txt", "rechnung.txt"]
