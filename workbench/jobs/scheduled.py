"""Start what is due, unless an earlier run of the same schedule is still at work.

A schedule is held by an advisory lock while its notebook runs. The due time
is claimed before, and tied to the run as soon as that begins, so that what
was killed is known by its run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from workbench.database import Database
from workbench.errors import RunHeld, WorkbenchError
from workbench.jobs import due_times
from workbench.jobs.due_times import SQL, DueOutcome, Event
from workbench.notebooks import Executed
from workbench.schedules import Schedule

# The first number of our advisory locks; 0 and 1 are those of runs.
_SCHEDULE = 7

OnBegin = Callable[[int], None]
Ended = tuple[int, Executed]
Execute = Callable[[OnBegin], Ended]
"""Executes the schedule's notebook; tells the run's number as soon as there is one."""


@dataclass(frozen=True, kw_only=True)
class Called:
    """What came of calling a schedule.

    Parameters
    ----------
    outcome : None where nothing was due
    run_id : the run that was started, or the one that was still at work
    passed : due times before, of which only now is known what became of them
    """

    schedule: str
    outcome: DueOutcome | None = None
    due_at: datetime | None = None
    run_id: int | None = None
    executed: Executed | None = None
    passed: tuple[Event, ...] = ()
    message: str = ""


def run_by_hand(database: Database, schedule: Schedule, execute: Execute) -> Called:
    """Run a schedule's notebook now; no due time is touched.

    Raises
    ------
    RunHeld
        A run of this schedule is at work.
    """
    with database.hold(_SCHEDULE, _key(schedule)) as is_mine:
        if not is_mine:
            raise RunHeld(f"the schedule '{schedule.name}' is at work already{_by(_holder(database, schedule))}")
        run, executed = execute(lambda run: _tie(database, schedule, run))
    return Called(schedule=schedule.name, outcome=DueOutcome.STARTED, run_id=run, executed=executed)


def run_due(database: Database, schedule: Schedule, execute: Execute, *, now: datetime) -> Called:
    """Run a schedule's notebook if it is due, and note what became of its due times."""
    if not schedule.enabled:
        due_times.count(database, schedule, start=now)
        return Called(schedule=schedule.name, message="it is switched off in the settings")
    # Whoever is called for the first time is called for a due time of this moment.
    due_times.count(database, schedule, start=now - due_times.GRACE)
    wanted = due_times.newest(database, schedule, now)
    if wanted is None:
        return Called(schedule=schedule.name, message="it was not due since it was installed")
    passed = tuple(due_times.note_passed(database, schedule, until=wanted - timedelta(microseconds=1)))
    event = _claim(database, schedule, wanted, now)
    if event is None:
        return Called(schedule=schedule.name, passed=passed, message="what was due is noted already")
    with database.hold(_SCHEDULE, _key(schedule)) as is_mine:
        if not is_mine:
            return _overlapped(database, schedule, event, wanted, passed)
        run, executed = _start(database, schedule, event, execute)
    return Called(
        schedule=schedule.name,
        outcome=DueOutcome.STARTED,
        due_at=wanted,
        run_id=run,
        executed=executed,
        passed=passed,
        message=_late(wanted, now),
    )


def _claim(database: Database, schedule: Schedule, wanted: datetime, now: datetime) -> int | None:
    with database.transaction() as tx:
        params = {"schedule": schedule.name, "due_at": wanted, "message": _late(wanted, now)}
        found = tx.value(SQL.claim_due, params)
    return None if found is None else int(found)


def _start(database: Database, schedule: Schedule, event: int, execute: Execute) -> Ended:
    begun: list[int] = []

    def begin(run: int) -> None:
        begun.append(run)
        _tie(database, schedule, run)
        with database.transaction() as tx:
            tx.run(SQL.tie_run, {"id": event, "run_id": run})

    try:
        return execute(begin)
    except (WorkbenchError, OSError) as error:
        if not begun:
            _amend(database, event, DueOutcome.MISSED, None, f"it could not be started: {error}")
        raise


def _overlapped(
    database: Database, schedule: Schedule, event: int, wanted: datetime, passed: tuple[Event, ...]
) -> Called:
    holder = _holder(database, schedule)
    message = f"an earlier run of this schedule is still at work{_by(holder)}"
    _amend(database, event, DueOutcome.OVERLAPPED, holder, message)
    return Called(
        schedule=schedule.name,
        outcome=DueOutcome.OVERLAPPED,
        due_at=wanted,
        run_id=holder,
        passed=passed,
        message=message,
    )


def _amend(database: Database, event: int, outcome: DueOutcome, run: int | None, message: str) -> None:
    with database.transaction() as tx:
        tx.run(SQL.amend, {"id": event, "outcome": outcome, "run_id": run, "message": message})


def _tie(database: Database, schedule: Schedule, run: int) -> None:
    with database.transaction() as tx:
        tx.run(SQL.note_run, {"name": schedule.name, "run_id": run})


def _holder(database: Database, schedule: Schedule) -> int | None:
    with database.transaction() as tx:
        found = tx.value(SQL.holder, {"name": schedule.name})
    return None if found is None else int(found)


def _by(run: int | None) -> str:
    return f": run {run}" if run else ""


def _late(wanted: datetime, now: datetime) -> str:
    late = now - wanted
    if late <= due_times.GRACE:
        return ""
    hours, minutes = divmod(int(late.total_seconds()) // 60, 60)
    return f"started {f'{hours} h ' if hours else ''}{minutes} min late"


def _key(schedule: Schedule) -> int:
    return crc32(schedule.name.encode()) & 0x7FFFFFFF
