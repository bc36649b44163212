"""A run begins, is held by one process, is resumed where it stopped, and ends."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import Catalogue
from workbench import runs
from workbench.database import Database
from workbench.errors import DatabaseError, RunError, RunHeld
from workbench.records import RunState
from workbench.runs import Order
from workbench.runs.origin import actor_name

INGEST = Order(kind="ingest", job="/srv/share", parameters={"paths": ["/srv/share"]}, code_version="1", reason="cron")

# Begins a run and holds it until it is killed.
HOLDER = """
import sys, time
from workbench import runs
from workbench.database import Database
from workbench.runs import Order

with Database(sys.argv[1], actor="bert") as database:
    with runs.begin(database, Order(kind="ingest", job="/srv/share")) as (run, goes_on):
        print(run.id, goes_on, flush=True)
        time.sleep(600)
"""


@pytest.fixture
def holder(catalogue: Catalogue) -> Iterator["subprocess.Popen[str]"]:
    """Another process that is at work on the job."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, catalogue.conninfo("app")], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout
        assert process.stdout.readline().endswith("False\n")
        yield process
        process.kill()


def test_a_run_begins_with_everything_that_is_known_about_it(database: Database) -> None:
    with runs.begin(database, INGEST) as (run, goes_on):
        assert not goes_on
        assert (run.kind, run.state, run.actor, run.host) == ("ingest", RunState.RUNNING, "anna", socket.gethostname())
        assert (run.parameters, run.code_version, run.reason) == ({"paths": ["/srv/share"]}, "1", "cron")
        assert run.started_at
        assert run.started_at.utcoffset() is not None
        assert run.finished_at is None


def test_a_run_ends_with_its_counts_and_seconds(database: Database) -> None:
    with runs.begin(database, INGEST) as (run, _):
        runs.finish(database, run.id, RunState.FINISHED, counts={"documents": 7}, seconds={"read": 1.23456})
    done = runs.get(database, run.id)
    assert (done.state, done.counts, done.seconds) == (RunState.FINISHED, {"documents": 7}, {"read": 1.235})
    assert done.finished_at
    assert done.started_at
    assert done.finished_at >= done.started_at


@pytest.mark.parametrize("state", [RunState.FINISHED, RunState.FINISHED_WITH_PROBLEMS, RunState.FAILED])
def test_after_a_run_that_ended_the_same_job_begins_a_new_one(database: Database, state: RunState) -> None:
    with runs.begin(database, INGEST) as (first, _):
        runs.finish(database, first.id, state, counts={}, seconds={})
    with runs.begin(database, INGEST) as (second, goes_on):
        assert second.id != first.id
        assert not goes_on


def test_a_run_that_was_interrupted_goes_on(database: Database) -> None:
    with runs.begin(database, INGEST) as (first, _):
        runs.finish(database, first.id, RunState.INTERRUPTED, counts={}, seconds={"take": 2}, message="stopped")
    with runs.begin(database, INGEST) as (second, goes_on):
        assert goes_on
        assert second.id == first.id
        assert (second.state, second.message, second.finished_at) == (RunState.RUNNING, "", None)
        assert second.started_at == first.started_at
        assert second.seconds == {"take": 2}


def test_a_run_whose_block_failed_goes_on(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), runs.begin(database, INGEST) as (first, _):
        raise ZeroDivisionError
    with runs.begin(database, INGEST) as (second, goes_on):
        assert (second.id, goes_on) == (first.id, True)


def test_another_job_is_another_run(database: Database) -> None:
    other = Order(kind="ingest", job="/srv/other")
    with runs.begin(database, INGEST) as (first, _), runs.begin(database, other) as (second, goes_on):
        assert second.id != first.id
        assert not goes_on


def test_the_same_job_of_another_kind_is_another_run(database: Database) -> None:
    with (
        runs.begin(database, INGEST) as (first, _),
        runs.begin(database, Order(kind="apply", job="/srv/share")) as (s, _),
    ):
        assert s.id != first.id


def test_a_run_that_is_held_says_by_whom_and_what_to_do(database: Database, holder: "subprocess.Popen[str]") -> None:
    with pytest.raises(RunHeld, match=r"run \d+ is at work on this already: bert on .* UTC; wait for it to end"):
        runs.begin(database, INGEST).__enter__()
    assert len(runs.recent(database)) == 1


def test_a_killed_process_frees_its_run_at_once_and_the_next_goes_on(
    database: Database, holder: "subprocess.Popen[str]"
) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    run = _begin_when_free(database)
    assert [found.id for found in runs.recent(database)] == [run]


def test_of_many_that_begin_at_once_one_begins(database: Database) -> None:
    def begin(_: int) -> int | None:
        try:
            with runs.begin(database, INGEST) as (run, _):
                done.wait(timeout=30)
                return run.id
        except RunHeld:
            held.release()
            return None

    done, held = threading.Event(), threading.Semaphore(0)
    with ThreadPoolExecutor(6) as threads:
        found = [threads.submit(begin, number) for number in range(6)]
        for _ in range(5):
            assert held.acquire(timeout=30)
        done.set()
    assert sum(future.result() is not None for future in found) == 1
    assert len(runs.recent(database)) == 1


def test_a_run_is_free_again_after_its_block(database: Database) -> None:
    for _ in range(3):
        with runs.begin(database, INGEST):
            pass
    assert len(runs.recent(database)) == 1


def test_a_run_that_is_not_there_is_an_error_with_advice(database: Database) -> None:
    with pytest.raises(RunError, match="there is no run 4711; 'workbench runs' lists them"):
        runs.get(database, 4711)


def test_runs_are_listed_newest_first_and_labelling_sessions_only_if_asked_for(database: Database) -> None:
    for kind in ("ingest", "notebook", "review", "ingest"):
        with runs.begin(database, Order(kind=kind, job=kind)) as (run, _):
            runs.finish(database, run.id, RunState.FINISHED, counts={}, seconds={})
    assert [run.kind for run in runs.recent(database)] == ["ingest", "notebook", "ingest"]
    numbers = [run.id for run in runs.recent(database)]
    assert numbers == sorted(numbers, reverse=True)
    assert [run.kind for run in runs.recent(database, kind="review")] == ["review"]
    assert len(runs.recent(database, most=1)) == 1


def test_a_run_whose_process_is_gone_is_shown_as_interrupted_at_once(
    database: Database, holder: "subprocess.Popen[str]"
) -> None:
    assert runs.recent(database)[0].state == RunState.RUNNING
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    _wait_until(lambda: runs.recent(database)[0].state == RunState.INTERRUPTED)


def test_an_executed_notebook_is_tied_to_its_runs_and_followed_when_it_moves(database: Database) -> None:
    with runs.begin(database, INGEST) as (run, _):
        runs.tie_notebook(database, [run.id], "/out/01.ipynb")
        runs.move_notebook(database, "/out/01.ipynb", "/out/01-failed.ipynb")
        assert runs.get(database, run.id).notebook == "/out/01-failed.ipynb"


def test_a_resumed_run_keeps_its_notebook_unless_it_is_given_another(database: Database) -> None:
    first = Order(kind="ingest", job="x", notebook="/out/first.ipynb")
    with runs.begin(database, first):
        pass
    with runs.begin(database, Order(kind="ingest", job="x")) as (run, _):
        assert run.notebook == "/out/first.ipynb"
    with runs.begin(database, Order(kind="ingest", job="x", notebook="/out/second.ipynb")) as (run, _):
        assert run.notebook == "/out/second.ipynb"


def test_without_a_database_a_run_does_not_begin_and_the_error_says_why() -> None:
    with (
        Database("host=/nowhere dbname=workbench user=app connect_timeout=1") as away,
        pytest.raises(DatabaseError, match="no database answers at /nowhere"),
        runs.begin(away, INGEST),
    ):
        pytest.fail("it began")


def test_the_actor_is_known_even_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    assert actor_name()


def _begin_when_free(database: Database) -> int:
    # The server notices a dead client when it next looks at its socket: at once, but not before.
    _wait_until(lambda: runs.recent(database)[0].state == RunState.INTERRUPTED)
    with runs.begin(database, INGEST) as (run, goes_on):
        assert goes_on
        return run.id


def _wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
