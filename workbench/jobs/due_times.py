"""What became of a schedule's due times: started, missed, or met while an earlier run was at work.

A due time is noted once. Whoever is called for it claims it first, so that
two callers cannot both start it; those in between that nobody claimed are
noted by whoever looks next. Due times count from the moment a schedule was
installed, or first called, and begin anew when its times are changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby, islice

from workbench.database import Database, Queries, Transaction
from workbench.records import RunState
from workbench.schedules import Schedule

SQL = Queries("schedules")

# A caller may come a little after its time: cron within the minute, systemd within the next, a busy machine later.
GRACE = timedelta(minutes=5)
# More due times of one kind in a row are summed up in one row.
IN_A_ROW = 20
# So many are counted at most; a schedule of every minute may have slept for a year.
COUNTED = 1000


class DueOutcome(StrEnum):
    """What became of a due time."""

    STARTED = "started"
    MISSED = "missed"
    OVERLAPPED = "overlapped"


@dataclass(frozen=True, kw_only=True)
class Event:
    """What became of a due time.

    Parameters
    ----------
    times : how many due times are summed up, of which `due_at` is the last
    run_id : the run that was started, or the one that was still at work
    """

    schedule: str
    due_at: datetime
    outcome: DueOutcome
    times: int = 1
    run_id: int | None = None
    run_state: RunState | None = None
    message: str = ""
    noted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Since when the due times of a schedule count, and its newest run."""

    name: str
    definition: str
    counted_from: datetime
    run_id: int | None


def entry(database: Database, name: str) -> Entry | None:
    """What is known of a schedule; None where it was neither installed nor run."""
    with database.transaction() as tx:
        return tx.one(SQL.entry, {"name": name}, into=Entry)


def count(database: Database, schedule: Schedule, *, start: datetime) -> None:
    """Count the due times of a schedule from `start`, unless they are counted already."""
    with database.transaction() as tx:
        tx.run(SQL.count, {"name": schedule.name, "definition": schedule.definition, "counted_from": start})


def stop_counting(database: Database, *, but: Iterable[str], at: datetime) -> None:
    """Count no due times any more, but those of some schedules."""
    with database.transaction() as tx:
        for name in {row[0] for row in tx.tuples(SQL.counted)} - set(but):
            tx.run(SQL.count, {"name": name, "definition": "", "counted_from": at})


def is_counted(known: Entry | None, schedule: Schedule) -> bool:
    """Whether the due times of a schedule, as they are now, are counted."""
    return known is not None and known.definition == schedule.definition != ""


def newest(database: Database, schedule: Schedule, now: datetime) -> datetime | None:
    """The newest due time that counts; None where there was none yet."""
    known = entry(database, schedule.name)
    due = schedule.expression.latest(now)
    return due if known and due and due >= known.counted_from else None


def note_passed(database: Database, schedule: Schedule, *, until: datetime) -> list[Event]:
    """Note what became of the due times up to `until` that nobody claimed, and return what was not known before."""
    with database.transaction() as tx:
        known = tx.one(SQL.entry, {"name": schedule.name}, into=Entry)
        if known is None or not is_counted(known, schedule):
            return []
        last: datetime | None = tx.value(SQL.last_noted, {"name": schedule.name})
        # Those at the very beginning count too.
        after = max(last or known.counted_from, known.counted_from - timedelta(microseconds=1))
        passed = _passed(schedule, after, until)
        at_work = tx.tuples(SQL.at_work, {"name": schedule.name, "after": after}) if passed else []
        return [event for event in _events(schedule, passed, at_work) if _note(tx, event)]


def events(database: Database, name: str, *, most: int = 20) -> list[Event]:
    """What became of a schedule's due times, newest first."""
    with database.transaction() as tx:
        return tx.all(SQL.events, {"name": name, "most": most}, into=Event)


def since_started(database: Database, name: str) -> tuple[int, int]:
    """How many due times were missed, and how many met a run at work, since the newest that was started."""
    with database.transaction() as tx:
        missed, overlapped = tx.tuples(SQL.since_started, {"name": name})[0]
        return missed, overlapped


def _passed(schedule: Schedule, after: datetime, until: datetime) -> list[datetime]:
    found = list(islice(schedule.expression.between(after, until), COUNTED))
    newest = schedule.expression.latest(until) if found else None
    # The last of very many, so that the next look goes on from there.
    return [*found, newest] if newest and newest > found[-1] else found


_Interval = tuple[int, datetime, datetime]


def _events(schedule: Schedule, passed: Sequence[datetime], at_work: Sequence[_Interval]) -> list[Event]:
    # The newest stands alone: it may be started yet.
    older, last = passed[:-1], passed[-1:]
    grouped = groupby(older, key=lambda due: _met(due, at_work))
    rows = [row for run, group in grouped for row in _rows(schedule, run, list(group))]
    return [*rows, *(_event(schedule, _met(due, at_work), due) for due in last)]


def _met(due: datetime, at_work: Sequence[_Interval]) -> int | None:
    return next((run for run, begin, end in at_work if begin <= due <= end), None)


def _rows(schedule: Schedule, run: int | None, group: Sequence[datetime]) -> list[Event]:
    if len(group) <= IN_A_ROW:
        return [_event(schedule, run, due) for due in group]
    many = f"{'at least ' if len(group) >= COUNTED - 1 else ''}{len(group)} due times since "
    summed = _event(schedule, run, group[-1])
    message = f"{many}{schedule.expression.shown(group[0])}: {summed.message}"
    return [replace(summed, times=len(group), message=message)]


def _event(schedule: Schedule, run: int | None, due: datetime) -> Event:
    if run is None:
        message = "nothing started it: the machine, cron or the catalogue was off"
        return Event(schedule=schedule.name, due_at=due, outcome=DueOutcome.MISSED, message=message)
    message = f"run {run} of this schedule was still at work"
    return Event(schedule=schedule.name, due_at=due, outcome=DueOutcome.OVERLAPPED, run_id=run, message=message)


def _note(tx: Transaction, event: Event) -> bool:
    params = {
        "schedule": event.schedule,
        "due_at": event.due_at,
        "times": event.times,
        "outcome": event.outcome,
        "run_id": event.run_id,
        "message": event.message,
    }
    return tx.value(SQL.note, params) is not None
