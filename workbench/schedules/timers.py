"""Timers of the user's own systemd: a unit and a timer per schedule.

systemd knows time zones, but passes over what falls into the hour that is
skipped in spring and over the second coming of an hour in autumn; for these
there is a line of their own.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from workbench.errors import ConfigError
from workbench.schedules import programs
from workbench.schedules.caller import Caller
from workbench.schedules.expression import Expression
from workbench.schedules.schedule import Schedule

_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def is_there() -> bool:
    """Whether the user's own systemd can be asked."""
    return programs.is_there("systemctl") and programs.ask(["systemctl", "--user", "show-environment"]).status == 0


def folder() -> Path:
    """Where the user's units lie."""
    given = os.environ.get("XDG_CONFIG_HOME", "")
    home = Path(given) if given.startswith("/") else Path.home() / ".config"
    return home / "systemd" / "user"


def units(schedules: Sequence[Schedule], caller: Caller, *, start: datetime) -> dict[str, str]:
    """Return the texts of all unit files by their names."""
    files = {}
    for schedule in schedules:
        files[f"{_name(schedule)}.service"] = _service(schedule, caller)
        files[f"{_name(schedule)}.timer"] = _timer(schedule, caller, start=start)
    return files


def present(place: Path, caller: Caller) -> dict[str, str]:
    """Return the unit files of this configuration that are there."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(place.glob("workbench-*.*"))}
    return {name: text for name, text in texts.items() if text.startswith(_mark(caller))}


def write(place: Path, files: Mapping[str, str], caller: Caller) -> None:
    """Write unit files, and remove those of this configuration that are no longer wanted."""
    for name in files:
        path = place / name
        if path.exists() and not path.read_text(encoding="utf-8").startswith(_mark(caller)):
            raise ConfigError(f"{path} belongs to somebody else; give the schedule another name")
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name in present(place, caller).keys() - files.keys():
            (place / name).unlink()
        for name, text in files.items():
            (place / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"the units cannot be written: {error}") from error


def farewell(before: Collection[str], after: Collection[str]) -> list[list[str]]:
    """Return what systemd must be told while the unit files that go are still there."""
    gone = sorted(name for name in set(before) - set(after) if name.endswith(".timer"))
    return [["systemctl", "--user", "disable", "--now", *gone]] if gone else []


def welcome(after: Collection[str]) -> list[list[str]]:
    """Return what systemd must be told once the unit files are written."""
    wanted = sorted(name for name in after if name.endswith(".timer"))
    told = [["daemon-reload"], *([["enable", *wanted], ["restart", *wanted]] if wanted else [])]
    return [["systemctl", "--user", *words] for words in told]


def tell(told: Sequence[Sequence[str]]) -> None:
    """Have systemd do it."""
    for command in told:
        answer = programs.ask(command)
        if answer.status:
            raise ConfigError(f"'{' '.join(command)}' failed: {answer.sentence}")


def on_calendar(expression: Expression, *, start: datetime) -> list[str]:
    """Return the calendar expressions by which systemd calls often enough."""
    fields = expression.fields
    months, days = _list(fields.months, 12), _list(fields.days, 31)
    weekdays = ",".join(_DAYS[day] for day in sorted(fields.weekdays)) if len(fields.weekdays) < 7 else ""
    times = f"{_list(fields.hours, 24)}:{_list(fields.minutes, 60)}:00 {expression.zone}"
    either = [f"*-{months}-{days} {times}", f"{weekdays} *-{months}-* {times}".strip()]
    both = [f"{weekdays} *-{months}-{days} {times}".strip()]
    return [*(either if fields.is_either_day else both), *_moved(expression, start)]


def _moved(expression: Expression, start: datetime) -> list[str]:
    # On every day of the month, since clocks change on another one each year.
    moved = expression.moved(start)
    hours = sorted({(due.month, due.hour) for due in moved})
    minutes = {hour: {due.minute for due in moved if (due.month, due.hour) == hour} for hour in hours}
    return [f"*-{month:02}-* {hour:02}:{_list(minutes[month, hour], 60)}:00 UTC" for month, hour in hours]


def _name(schedule: Schedule) -> str:
    return f"workbench-{schedule.name}"


def _mark(caller: Caller) -> str:
    return f"# Written by 'workbench schedule install' for {caller.config}\n"


def _service(schedule: Schedule, caller: Caller) -> str:
    # The program itself is not looked through for variables, its arguments are.
    program, *arguments = caller.words(schedule.name)
    command = " ".join([_quoted(program), *(_quoted(word).replace("$", "$$") for word in arguments)])
    return f"""{_mark(caller)}[Unit]
Description=Document workbench: {schedule.name}

[Service]
Type=oneshot
Environment={_quoted(f"WORKBENCH_CONFIG={caller.config}")}
ExecStart={command}
SuccessExitStatus=75
"""


def _timer(schedule: Schedule, caller: Caller, *, start: datetime) -> str:
    lines = "\n".join(f"OnCalendar={line}" for line in on_calendar(schedule.expression, start=start))
    return f"""{_mark(caller)}[Unit]
Description=Document workbench: {schedule.name}, {schedule.expression.words}, {schedule.expression.zone}

[Timer]
{lines}
Persistent=true

[Install]
WantedBy=timers.target
"""


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _list(numbers: Collection[int], all_of_them: int) -> str:
    return "*" if len(numbers) == all_of_them else ",".join(f"{number:02}" for number in sorted(numbers))
