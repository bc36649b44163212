"""What becomes of due times: started, missed, met while an earlier run is at work; by a clock that the test holds."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workbench import runs
from workbench.database import Database
from workbench.errors import DatabaseError, NotebookError, RunHeld
from workbench.jobs import due_times, scheduled
from workbench.jobs.due_times import DueOutcome, Event
from workbench.jobs.scheduled import Called, OnBegin
from workbench.notebooks import Executed
from workbench.records import RunState
from workbench.runs import Order
from workbench.schedules import Expression, Schedule

NIGHTLY = Schedule(
    name="nightly", notebook="01", parameters={}, expression=Expression(text="30 2 * * *", zone="Europe/Berlin")
)
HOURLY = Schedule(name="hourly", notebook="01", parameters={}, expression=Expression(text="0 * * * *", zone="UTC"))
MINUTELY = Schedule(name="minutely", notebook="01", parameters={}, expression=Expression(text="* * * * *", zone="UTC"))

STARTED, MISSED, OVERLAPPED = DueOutcome.STARTED, DueOutcome.MISSED, DueOutcome.OVERLAPPED


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def begun(database: Database) -> AbstractContextManager[tuple[runs.Run, bool]]:
    return runs.begin(database, Order(kind="notebook", job=f"wait {datetime.now(UTC).timestamp()}"))


@pytest.fixture
def execute(database: Database) -> Callable[[OnBegin], tuple[int, Executed]]:
    """A notebook run that takes no time."""

    def ended(on_begin: OnBegin) -> tuple[int, Executed]:
        with begun(database) as (run, _):
            on_begin(run.id)
            runs.finish(database, run.id, RunState.FINISHED, counts={}, seconds={})
        return run.id, Executed(path=Path("x.ipynb"), seconds=0, cells=1)

    return ended


Execute = Callable[[OnBegin], tuple[int, Executed]]


def call(database: Database, schedule: Schedule, execute: Execute, now: str) -> Called:
    return scheduled.run_due(database, schedule, execute, now=at(now))


def noted(database: Database, schedule: Schedule) -> list[tuple[str, DueOutcome, int]]:
    """What is known, oldest first."""
    events = due_times.events(database, schedule.name, most=1000)
    return [(f"{e.due_at.astimezone(UTC):%m-%d %H:%M}", DueOutcome(e.outcome), e.times) for e in reversed(events)]


def passed(database: Database, schedule: Schedule, until: str) -> list[Event]:
    return due_times.note_passed(database, schedule, until=at(until))


def test_what_is_due_is_started_once(database: Database, execute: Execute) -> None:
    first = call(database, NIGHTLY, execute, "2026-11-22 01:30:02")
    assert (first.outcome, first.due_at, first.message) == (STARTED, at("2026-11-22 01:30"), "")
    again = call(database, NIGHTLY, execute, "2026-11-22 01:30:40")
    assert (again.outcome, again.run_id) == (None, None)
    (event,) = due_times.events(database, "nightly")
    assert (event.run_id, event.run_state) == (first.run_id, RunState.FINISHED)


def test_due_times_before_the_first_call_concern_nobody(database: Database, execute: Execute) -> None:
    assert call(database, NIGHTLY, execute, "2026-11-22 12:00").outcome is None
    assert noted(database, NIGHTLY) == []
    assert call(database, NIGHTLY, execute, "2026-11-23 01:30").outcome == STARTED


def test_nights_that_the_machine_was_off_are_missed_and_the_last_is_caught_up(
    database: Database, execute: Execute
) -> None:
    call(database, NIGHTLY, execute, "2026-11-20 01:30")
    called = call(database, NIGHTLY, execute, "2026-11-23 08:15")
    assert (called.outcome, called.due_at) == (STARTED, at("2026-11-23 01:30"))
    assert called.message == "started 6 h 45 min late"
    assert noted(database, NIGHTLY) == [
        ("11-20 01:30", STARTED, 1),
        ("11-21 01:30", MISSED, 1),
        ("11-22 01:30", MISSED, 1),
        ("11-23 01:30", STARTED, 1),
    ]
    assert [event.message for event in called.passed] == [
        "nothing started it: the machine, cron or the catalogue was off"
    ] * 2


def test_what_was_given_up_for_missed_can_still_be_started(database: Database, execute: Execute) -> None:
    due_times.count(database, NIGHTLY, start=at("2026-11-22 00:00"))
    assert [event.outcome for event in passed(database, NIGHTLY, "2026-11-22 07:00")] == [MISSED]
    assert due_times.since_started(database, "nightly") == (1, 0)
    assert call(database, NIGHTLY, execute, "2026-11-22 08:00").outcome == STARTED
    assert noted(database, NIGHTLY) == [("11-22 01:30", STARTED, 1)]
    assert due_times.since_started(database, "nightly") == (0, 0)


def test_a_year_of_sleep_is_a_few_rows(database: Database, execute: Execute) -> None:
    call(database, MINUTELY, execute, "2025-11-22 00:00")
    found = passed(database, MINUTELY, "2026-11-22 00:00")
    assert [(event.outcome, event.times) for event in found] == [(MISSED, 1000), (MISSED, 1)]
    assert found[0].message.startswith("at least 1000 due times since Sat 2025-11-22 00:01 UTC: nothing started it")
    assert passed(database, MINUTELY, "2026-11-22 00:00") == []
    assert [event.times for event in passed(database, MINUTELY, "2026-11-22 00:02")] == [1, 1]


def test_a_day_of_sleep_is_summed_up(database: Database, execute: Execute) -> None:
    call(database, HOURLY, execute, "2026-11-22 00:00")
    call(database, HOURLY, execute, "2026-11-23 06:00")
    assert noted(database, HOURLY) == [
        ("11-22 00:00", STARTED, 1),
        ("11-23 04:00", MISSED, 28),
        ("11-23 05:00", MISSED, 1),
        ("11-23 06:00", STARTED, 1),
    ]


def test_a_schedule_that_was_never_installed_or_called_misses_nothing(database: Database) -> None:
    assert passed(database, NIGHTLY, "2026-11-22 12:00") == []


def test_other_times_are_counted_from_their_own_beginning(database: Database, execute: Execute) -> None:
    call(database, NIGHTLY, execute, "2026-11-20 01:30")
    later = Schedule(
        name="nightly", notebook="01", parameters={}, expression=Expression(text="0 5 * * *", zone="Europe/Berlin")
    )
    assert passed(database, later, "2026-11-22 12:00") == []
    due_times.count(database, later, start=at("2026-11-22 12:00"))
    assert [f"{event.due_at:%d %H}" for event in passed(database, later, "2026-11-23 12:00")] == ["23 04"]


def test_installing_again_does_not_forget_what_was_missed(database: Database) -> None:
    due_times.count(database, NIGHTLY, start=at("2026-11-20 00:00"))
    due_times.count(database, NIGHTLY, start=at("2026-11-21 12:00"))
    assert len(passed(database, NIGHTLY, "2026-11-22 12:00")) == 3


def test_what_is_switched_off_or_removed_misses_nothing(database: Database, execute: Execute) -> None:
    due_times.count(database, NIGHTLY, start=at("2026-11-20 00:00"))
    off = Schedule(name="nightly", notebook="01", parameters={}, expression=NIGHTLY.expression, enabled=False)
    assert call(database, off, execute, "2026-11-20 01:30").message == "it is switched off in the settings"
    due_times.count(database, NIGHTLY, start=at("2026-11-25 12:00"))
    assert [f"{event.due_at:%d}" for event in passed(database, NIGHTLY, "2026-11-26 12:00")] == ["26"]
    due_times.stop_counting(database, but=(), at=at("2026-11-26 12:00"))
    assert passed(database, NIGHTLY, "2026-12-26 12:00") == []


def test_while_one_is_at_work_the_next_is_overlapped_and_says_by_which(database: Database, execute: Execute) -> None:
    def long(on_begin: OnBegin) -> tuple[int, Executed]:
        def second(*_: object) -> tuple[int, Executed]:
            raise AssertionError("two at once")

        with begun(database) as (run, _):
            on_begin(run.id)
            met = call(database, HOURLY, second, "2026-11-22 02:00")
            assert (met.outcome, met.run_id) == (OVERLAPPED, run.id)
            assert met.message == f"an earlier run of this schedule is still at work: run {run.id}"
            with pytest.raises(RunHeld, match=f"'hourly' is at work already: run {run.id}"):
                scheduled.run_by_hand(database, HOURLY, second)
        return execute(lambda _: None)

    assert call(database, HOURLY, long, "2026-11-22 01:00").outcome == STARTED
    assert noted(database, HOURLY) == [("11-22 01:00", STARTED, 1), ("11-22 02:00", OVERLAPPED, 1)]
    assert due_times.since_started(database, "hourly") == (0, 1)
    assert call(database, HOURLY, execute, "2026-11-22 03:00").outcome == STARTED


def test_due_times_that_a_timer_passed_over_during_a_run_are_overlapped_not_missed(database: Database) -> None:
    # systemd does not call a unit that is still at work.
    due_times.count(database, MINUTELY, start=datetime.now(UTC) - timedelta(minutes=10))

    def still(on_begin: OnBegin) -> tuple[int, Executed]:
        with begun(database) as (run, _):
            on_begin(run.id)
            with database.transaction() as tx:
                tx.run("UPDATE runs SET started_at = now() - interval '4 minutes' WHERE id = %(id)s", {"id": run.id})
            found = due_times.note_passed(database, MINUTELY, until=datetime.now(UTC))
            assert {event.outcome for event in found} == {OVERLAPPED}
            assert {event.run_id for event in found} == {run.id}
            assert 3 <= len(found) <= 5
        return run.id, Executed(path=Path("x.ipynb"), seconds=0, cells=1)

    scheduled.run_due(database, MINUTELY, still, now=datetime.now(UTC) - timedelta(minutes=4))


def test_by_hand_touches_no_due_time(database: Database, execute: Execute) -> None:
    due_times.count(database, NIGHTLY, start=at("2026-11-20 00:00"))
    called = scheduled.run_by_hand(database, NIGHTLY, execute)
    assert noted(database, NIGHTLY) == []
    known = due_times.entry(database, "nightly")
    assert known
    assert known.run_id == called.run_id
    # … and what was missed before is still missed
    assert len(passed(database, NIGHTLY, "2026-11-21 12:00")) == 2


def test_what_could_not_be_started_is_missed_and_says_why(database: Database) -> None:
    def refuses(_: OnBegin) -> tuple[int, Executed]:
        raise NotebookError("there is no notebook 09")

    with pytest.raises(NotebookError):
        call(database, NIGHTLY, refuses, "2026-11-22 01:30")
    (event,) = due_times.events(database, "nightly")
    assert (event.outcome, event.message) == (MISSED, "it could not be started: there is no notebook 09")


def test_a_run_that_broke_off_was_started(database: Database) -> None:
    def breaks(on_begin: OnBegin) -> tuple[int, Executed]:
        with begun(database) as (run, _):
            on_begin(run.id)
        raise DatabaseError("the database's disk is full")

    with pytest.raises(DatabaseError):
        call(database, NIGHTLY, breaks, "2026-11-22 01:30")
    deadline = time.monotonic() + 20
    # The server notices in its own time that the connection which held the run is gone.
    while (event := due_times.events(database, "nightly")[0]).run_state == RunState.RUNNING:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert (event.outcome, event.run_state) == (STARTED, RunState.INTERRUPTED)


def test_the_skipped_hour_of_spring_misses_nothing(database: Database, execute: Execute) -> None:
    for now in ("2027-03-27 01:30", "2027-03-28 01:00", "2027-03-28 01:30", "2027-03-29 00:30"):
        call(database, NIGHTLY, execute, now)
    assert noted(database, NIGHTLY) == [
        ("03-27 01:30", STARTED, 1),
        ("03-28 01:00", STARTED, 1),
        ("03-29 00:30", STARTED, 1),
    ]


def test_the_hour_that_comes_twice_in_autumn_runs_once(database: Database, execute: Execute) -> None:
    for now in ("2026-10-25 00:30", "2026-10-25 01:30", "2026-10-26 01:30"):
        call(database, NIGHTLY, execute, now)
    assert noted(database, NIGHTLY) == [("10-25 00:30", STARTED, 1), ("10-26 01:30", STARTED, 1)]
