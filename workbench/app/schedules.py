"""The schedules of a workbench: shown, run, and made known to cron or systemd.

wb.schedules                     each with its next times, its last run, what was missed
wb.schedules.run("nightly")      now, by hand
wb.schedules.install()           has cron or systemd call them
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from workbench import notebooks, runs
from workbench.app import executing, installing
from workbench.app.installing import KINDS, Installation, Kind, Place
from workbench.config import ScheduleSettings
from workbench.errors import ConfigError, UnknownName, WorkbenchError
from workbench.jobs import due_times, scheduled
from workbench.jobs.due_times import Event
from workbench.jobs.scheduled import Called
from workbench.listing import Column, Listing
from workbench.records import RunState
from workbench.schedules import Caller, Expression, Schedule, clock
from workbench.schedules.clock import now

if TYPE_CHECKING:
    from workbench.app.workbench import Workbench

_WHERE = "config/workbench.yaml"
# So many of the times to come are told.
_NEXT = 3


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A schedule, what has become of it, and what is to come.

    Parameters
    ----------
    words : the cron expression as a person says it
    next : the next due times; none while it is switched off
    installed : where on this machine it is called from
    last_run, last_state, last_started : its newest run, due or by hand
    missed, overlapped : due times since the last that was started
    problem : why it could not run, or would not be called
    """

    name: str
    notebook: str
    cron: str
    timezone: str
    words: str
    enabled: bool
    next: tuple[datetime, ...]
    installed: tuple[Kind, ...]
    last_run: int | None = None
    last_state: RunState | None = None
    last_started: datetime | None = None
    missed: int = 0
    overlapped: int = 0
    problem: str = ""


class Schedules:
    """The schedules that the settings name."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def show(self) -> Listing[Planned]:
        """Each schedule with its next times and its last run; what was missed until now is noted."""
        found = [self._planned(schedule, now()) for schedule in self]
        return Listing(found, columns=_COLUMNS, empty=f"no schedules; {_WHERE} names them under 'schedules'")

    def history(self, name: str, *, most: int = 20) -> Listing[Event]:
        """What became of a schedule's due times, newest first."""
        schedule = self[name]
        due_times.note_passed(self._workbench.database, schedule, until=now() - due_times.GRACE)
        found = due_times.events(self._workbench.database, name, most=most)
        return Listing(
            found, columns=_events(schedule.expression), empty=f"'{name}' was not due since it was installed"
        )

    def run(self, name: str, *, due: bool = False, progress: bool = False) -> Called:
        """Run a schedule's notebook now.

        Parameters
        ----------
        due : only if it is due, noting what became of its due times; so cron and systemd call it

        Raises
        ------
        RunHeld
            A run of this schedule is at work, and none was due.
        """
        schedule = self[name]

        def execute(on_begin: scheduled.OnBegin) -> scheduled.Ended:
            return executing.run_notebook(
                self._workbench,
                schedule.notebook,
                schedule.parameters,
                progress=progress,
                reason=f"schedule {name}",
                on_begin=on_begin,
            )

        with self._in_project():
            if due:
                return scheduled.run_due(self._workbench.database, schedule, execute, now=now())
            return scheduled.run_by_hand(self._workbench.database, schedule, execute)

    def preview(self, kind: Kind | None = None) -> Installation:
        """What `install` would write; nothing is written. Raises as `install` does."""
        return installing.preview(kind or installing.kind_here(), self._checked(), self._place())

    def _checked(self) -> list[Schedule]:
        schedules = self._enabled()
        if problems := [problem for schedule in schedules if (problem := self.problem(schedule))]:
            raise ConfigError("nothing was installed:\n" + "\n".join(f"  {problem}" for problem in problems))
        return schedules

    def install(self, kind: Kind | None = None) -> Installation:
        """Have cron or systemd call the schedules, and count their due times from now on.

        Parameters
        ----------
        kind : the crontab where there is one, else the user's own systemd, by default

        Raises
        ------
        ConfigError
            A schedule could not run: its notebook is missing, or takes no such parameters.
        """
        schedules = self._checked()
        done = installing.install(kind or installing.kind_here(), schedules, self._place())
        for schedule in schedules:
            due_times.count(self._workbench.database, schedule, start=now())
        due_times.stop_counting(self._workbench.database, but=done.schedules, at=now())
        return done

    def remove(self, kind: Kind | None = None) -> list[Kind]:
        """Have nothing called any more; says where there was something."""
        removed = installing.remove([kind] if kind else KINDS, self._place())
        due_times.stop_counting(self._workbench.database, but=(), at=now())
        return removed

    def problem(self, schedule: Schedule) -> str:
        """Why a schedule could not run; "" where it could."""
        with self._in_project():
            try:
                notebook = notebooks.find(self._workbench.settings.project / "notebooks", schedule.notebook)
                notebooks.check(notebook, schedule.parameters)
            except WorkbenchError as error:
                return f"'{schedule.name}' could not run: {error}"
        return ""

    def __iter__(self) -> Iterator[Schedule]:
        return (_schedule(name, given) for name, given in self._workbench.settings.schedules.items())

    def __getitem__(self, name: str) -> Schedule:
        given = self._workbench.settings.schedules
        if name not in given:
            raise UnknownName("schedule", name, known=given, where=_WHERE)
        return _schedule(name, given[name])

    def __repr__(self) -> str:
        return repr(self.show())

    def _repr_html_(self) -> str:
        return self.show()._repr_html_()

    def _enabled(self) -> list[Schedule]:
        return [schedule for schedule in self if schedule.enabled]

    def _place(self) -> Place:
        caller = Caller.here(self._workbench.settings.project / "config")
        return Place(caller=caller, machine=clock.machine_zone(), start=now())

    def _planned(self, schedule: Schedule, moment: datetime) -> Planned:
        database = self._workbench.database
        due_times.note_passed(database, schedule, until=moment - due_times.GRACE)
        missed, overlapped = due_times.since_started(database, schedule.name)
        known = due_times.entry(database, schedule.name)
        run = runs.get(database, known.run_id) if known and known.run_id else None
        expression = schedule.expression
        installed, is_current = installing.found(schedule, self._place())
        return Planned(
            name=schedule.name,
            notebook=schedule.notebook,
            cron=expression.text,
            timezone=expression.zone,
            words=expression.words,
            enabled=schedule.enabled,
            next=tuple(islice(expression.after(moment), _NEXT)) if schedule.enabled else (),
            installed=installed,
            last_run=run.id if run else None,
            last_state=run.state if run else None,
            last_started=run.started_at if run else None,
            missed=missed,
            overlapped=overlapped,
            problem=self.problem(schedule) or _uncalled(schedule, installed, is_current=is_current),
        )

    def _in_project(self) -> contextlib.AbstractContextManager[None]:
        # cron and systemd call from other folders than people do; relative paths must mean the same to all.
        return contextlib.chdir(self._workbench.settings.project)


def _schedule(name: str, given: ScheduleSettings) -> Schedule:
    expression = Expression(text=given.cron, zone=given.timezone)
    return Schedule(
        name=name,
        notebook=given.notebook,
        parameters=given.parameters,
        expression=expression,
        enabled=given.enabled,
    )


def _uncalled(schedule: Schedule, installed: tuple[Kind, ...], *, is_current: bool) -> str:
    if schedule.enabled and not installed:
        return "not installed here: workbench schedule install"
    if installed and not (schedule.enabled and is_current):
        return "changed since it was installed: workbench schedule install"
    return ""


_COLUMNS = (
    ("schedule", lambda planned: planned.name),
    ("due", lambda planned: f"{planned.words}, {planned.timezone}" if planned.enabled else "switched off"),
    ("next", lambda planned: clock.shown(planned.next[0], planned.timezone) if planned.next else None),
    ("called by", lambda planned: ", ".join(planned.installed)),
    ("last run", lambda planned: f"{planned.last_run} {planned.last_state}" if planned.last_run else None),
    ("missed", lambda planned: planned.missed or None),
    ("overlapped", lambda planned: planned.overlapped or None),
    ("", lambda planned: planned.problem),
)


def _events(expression: Expression) -> Sequence[Column]:
    return (
        ("due", lambda event: expression.shown(event.due_at)),
        ("times", lambda event: event.times if event.times > 1 else None),
        ("outcome", lambda event: event.outcome),
        ("run", lambda event: event.run_id),
        ("state", lambda event: event.run_state),
        ("", _remark),
    )


def _remark(event: Event) -> str:
    if event.outcome == due_times.DueOutcome.STARTED and event.run_id is None:
        return "it was killed before its run began"
    return event.message
