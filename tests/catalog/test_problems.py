"""Which failures still stand, one by one and by kind."""

import pytest

from tests.catalog.shelf import Shelf, digest_of, taken
from workbench.catalog import problems, reading
from workbench.catalog.problems import Failure
from workbench.catalog.reading import Reading
from workbench.database import Database
from workbench.records import Extraction, ExtractionState, Problem, Stage


def another_run(database: Database, job: str = "/srv", state: str = "finished") -> int:
    with database.transaction() as tx:
        statement = "INSERT INTO runs (kind, job, actor, state) VALUES ('ingest', %s, 'anna', %s) RETURNING id"
        return int(tx.value(statement, [job, state]))


def fail(shelf: Shelf, name: str, *, kind: str = "corrupt", take: bool = True) -> None:
    """A document that could not be read."""
    if take:
        shelf.take(taken(f"/{name}", name))
    read(shelf, name, ExtractionState.CORRUPT)
    with shelf.database.transaction(run=shelf.run) as tx:
        problem = Problem(
            stage=Stage.READ,
            kind=kind,
            message=f"{name}: it is damaged.",
            advice="Ask for another copy.",
            locator=f"/{name}",
            digest=digest_of(name),
        )
        reading.keep_problem(tx, problem)


def read(shelf: Shelf, name: str, state: ExtractionState, *, version: str = "1") -> None:
    extraction = Extraction(extractor="pdf", version=version, media_type="text/plain", state=state, text="")
    with shelf.database.transaction(run=shelf.run) as tx:
        reading.keep(tx, [Reading(digest=digest_of(name), options_digest="", extraction=extraction)])


def standing(shelf: Shelf) -> list[Failure]:
    with shelf.database.transaction() as tx:
        return problems.failures(tx)


def everything(shelf: Shelf) -> list[Failure]:
    with shelf.database.transaction() as tx:
        return problems.failures(tx, settled=True)


@pytest.fixture
def shelf(shelf: Shelf) -> Shelf:
    shelf.run = another_run(shelf.database)
    return shelf


def test_a_failure_names_its_document_and_its_run(shelf: Shelf) -> None:
    fail(shelf, "a.pdf")
    (one,) = standing(shelf)
    assert (one.name, one.state, one.kind, one.run_id) == ("a.pdf", "corrupt", "corrupt", shelf.run)
    assert one.document_id
    assert not one.is_settled


def test_kinds_are_counted_with_examples_the_newest_run_and_advice(shelf: Shelf) -> None:
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        fail(shelf, name)
    shelf.run = another_run(shelf.database)
    fail(shelf, "d.pdf")
    fail(shelf, "e.pdf", kind="encrypted")
    corrupt, encrypted = problems.by_kind(standing(shelf))
    assert (corrupt.kind, corrupt.count, corrupt.newest_run) == ("corrupt", 4, shelf.run)
    assert corrupt.examples == ("d.pdf", "c.pdf", "b.pdf")
    assert (encrypted.kind, encrypted.count, encrypted.advice) == ("encrypted", 1, "Ask for another copy.")


def test_one_that_a_later_run_read_well_is_settled(shelf: Shelf) -> None:
    fail(shelf, "a.pdf")
    shelf.run = another_run(shelf.database)
    read(shelf, "a.pdf", ExtractionState.OK, version="2")
    assert standing(shelf) == []
    assert [f.is_settled for f in everything(shelf)] == [True]


def test_one_that_a_later_run_read_in_part_still_stands(shelf: Shelf) -> None:
    fail(shelf, "a.pdf")
    shelf.run = another_run(shelf.database)
    read(shelf, "a.pdf", ExtractionState.PARTIAL, version="2")
    assert len(standing(shelf)) == 1


def test_one_that_happened_again_is_listed_once_by_its_newest(shelf: Shelf) -> None:
    fail(shelf, "a.pdf")
    shelf.run = another_run(shelf.database)
    fail(shelf, "a.pdf", kind="timeout", take=False)
    assert [(f.run_id, f.kind) for f in standing(shelf)] == [(shelf.run, "timeout")]
    assert len(everything(shelf)) == 2


def test_one_whose_file_was_replaced_is_settled(shelf: Shelf) -> None:
    fail(shelf, "a.pdf")
    shelf.run = another_run(shelf.database)
    shelf.take(taken("/a.pdf", "an undamaged copy", version=2))
    assert standing(shelf) == []


@pytest.mark.parametrize(
    ("job", "state", "stands"), [("/srv", "finished", 0), ("/srv", "failed", 1), ("/x", "finished", 1)]
)
def test_one_about_no_document_is_settled_by_a_later_run_of_the_same_job(
    shelf: Shelf, job: str, state: str, stands: int
) -> None:
    with shelf.database.transaction(run=shelf.run) as tx:
        reading.keep_problem(tx, Problem(stage=Stage.SCAN, kind="unreadable", message="no right", locator="/srv/x"))
    assert len(standing(shelf)) == 1
    another_run(shelf.database, job, state)
    assert len(standing(shelf)) == stands


def test_they_can_be_asked_for_by_run_kind_and_state(shelf: Shelf) -> None:
    fail(shelf, "a.pdf")
    first, shelf.run = shelf.run, another_run(shelf.database)
    fail(shelf, "b.pdf", kind="encrypted")
    with shelf.database.transaction() as tx:
        assert [f.name for f in problems.failures(tx, run=first)] == ["a.pdf"]
        assert [f.name for f in problems.failures(tx, kind="encrypted")] == ["b.pdf"]
        assert [f.name for f in problems.failures(tx, state="corrupt")] == ["a.pdf", "b.pdf"]
        assert problems.failures(tx, state="timeout") == []
