"""A person's labels: one run for a session, one of its own for a label outside of one."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.catalog.conftest import shelf
from tests.catalog.shelf import Shelf
from tests.conftest import Catalogue
from workbench import Workbench
from workbench.database import Database
from workbench.records import RunState

__all__ = ["shelf"]

# Labels a document in a session and waits there to be killed.
REVIEWER = """
import sys, time
from workbench.app import reviewing
from workbench.database import Database
from workbench.records import Label

with Database(sys.argv[1], actor="anna") as database, reviewing.session(database, reason="left open"):
    reviewing.label(database, Label(document_id=1, category="offer", actor="anna"))
    print("labelled", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def workbench(workbench: Workbench, shelf: Shelf) -> Workbench:
    """A workbench that holds two letters."""
    shelf.put("a.txt", "Sehr geehrte Damen und Herren, hier ist a.")
    shelf.put("b.txt", "Ein Rezept für Kuchen.")
    return workbench


@pytest.fixture
def reviewer(catalogue: Catalogue, workbench: Workbench) -> Iterator["subprocess.Popen[str]"]:
    """Another process of the same person that has labelled and goes on."""
    command = [sys.executable, "-c", REVIEWER, catalogue.conninfo("app")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "labelled\n"
        yield process
        process.kill()


def test_all_labels_of_a_session_are_one_run(workbench: Workbench) -> None:
    with workbench.reviewing(reason="monthly check") as session:
        workbench.label("a.txt", "offer")
        workbench.label("b.txt", "order", note="clearly")
    (run,) = workbench.runs(kind="review")
    assert (run.id, run.reason, run.state, run.counts) == (session.run_id, "monthly check", "finished", {"labels": 2})
    with workbench.database.transaction() as tx:
        question = (
            "SELECT run_id, count(*) FROM changes WHERE relation IN ('labels', 'documents') GROUP BY 1 ORDER BY 1"
        )
        assert tx.tuples(question)[-1] == (run.id, 4)


def test_a_label_outside_of_a_session_is_a_run_of_its_own(workbench: Workbench) -> None:
    workbench.label("a.txt", "offer")
    workbench.label("b.txt", "order")
    assert [run.counts for run in workbench.runs(kind="review")] == [{"labels": 1}, {"labels": 1}]


def test_what_a_session_labelled_before_an_error_stands(workbench: Workbench) -> None:
    def leave() -> None:
        with workbench.reviewing():
            workbench.label("a.txt", "offer")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leave()
    assert workbench.document("a.txt").category == "offer"
    (run,) = workbench.runs(kind="review")
    assert (run.state, run.counts) == (RunState.FINISHED, {"labels": 1})
    workbench.label("b.txt", "order")
    assert len(workbench.runs(kind="review")) == 2


def test_sessions_are_listed_only_when_asked_for(workbench: Workbench) -> None:
    workbench.label("a.txt", "offer")
    assert {run.kind for run in workbench.runs()} == {"test"}
    assert {run.kind for run in workbench.runs(reviews=True)} == {"test", "review"}


def test_one_person_may_have_two_sessions_at_once(workbench: Workbench, reviewer: "subprocess.Popen[str]") -> None:
    with workbench.reviewing():
        workbench.label("b.txt", "order")
    states = [run.state for run in workbench.runs(kind="review")]
    assert states == [RunState.FINISHED, RunState.RUNNING]


def test_a_killed_session_keeps_its_labels_and_is_closed_by_the_next(
    workbench: Workbench, catalogue: Catalogue, reviewer: "subprocess.Popen[str]"
) -> None:
    os.kill(reviewer.pid, signal.SIGKILL)
    reviewer.wait()
    with Database(catalogue.conninfo("app")) as database, database.transaction() as tx:
        tx.run("UPDATE runs SET started_at = started_at - interval '1 hour' WHERE kind = 'review'")
    (left,) = workbench.runs(kind="review")
    assert left.state == RunState.INTERRUPTED
    assert workbench.document(1).category == "offer"
    workbench.label("b.txt", "order")
    closed = workbench.runs[left.id]
    assert (closed.state, closed.counts, closed.reason) == (RunState.FINISHED, {"labels": 1}, "left open")
    assert "its labels stand" in closed.message
