"""A block of ours in the user's crontab; every other line of it stays as it is.

cron goes by the machine's zone alone. A schedule of another zone is called
at every time of day at which it could be due by its own clocks.
"""

import shlex
from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta

from workbench.errors import ConfigError
from workbench.schedules import clock, programs
from workbench.schedules.caller import Caller
from workbench.schedules.expression import Expression, Fields
from workbench.schedules.schedule import Schedule

# Debian's cron cuts longer commands off.
LONGEST_COMMAND = 998
_DAY = timedelta(days=1)


def is_there() -> bool:
    """Whether this machine has the program."""
    return programs.is_there("crontab")


def read() -> str:
    """The user's crontab; "" where there is none."""
    answer = programs.ask(["crontab", "-l"])
    if answer.status == 0:
        return answer.out
    if "no crontab" in answer.err:
        return ""
    raise ConfigError(f"the crontab cannot be read: {answer.sentence}")


def write(text: str) -> None:
    """Replace the user's crontab."""
    answer = programs.ask(["crontab", "-"], text=text)
    if answer.status:
        raise ConfigError(f"the crontab cannot be written: {answer.sentence}")


def block(schedules: Sequence[Schedule], caller: Caller, *, machine: str, start: datetime) -> str:
    """Return our lines for a crontab; "" for no schedules."""
    if not schedules:
        return ""
    all_lines = [line for schedule in schedules for line in lines(schedule, caller, machine=machine, start=start)]
    return "\n".join([f"{_begin(caller)}; written by 'workbench schedule install'", *all_lines, _end(caller), ""])


def lines(schedule: Schedule, caller: Caller, *, machine: str, start: datetime) -> list[str]:
    """Return the lines of one schedule."""
    expression = schedule.expression
    command = _escaped(shlex.join(["env", f"WORKBENCH_CONFIG={caller.config}", *caller.words(schedule.name)]))
    if len(command) > LONGEST_COMMAND:
        raise ConfigError(
            f"the command for '{schedule.name}' is longer than the {LONGEST_COMMAND} characters that cron reads; "
            "use --systemd, or shorter paths"
        )
    return [
        f"# {schedule.name}: {expression.words}, {expression.zone}",
        f"{when(expression, machine=machine, start=start)} {command}",
    ]


def replaced(text: str, new: str, caller: Caller) -> str:
    """Return a crontab with `new` in place of the block of this configuration.

    Raises
    ------
    ConfigError
        The end of the block is missing.
    """
    if text and not text.endswith("\n"):
        text += "\n"
    before, old, after = _parts(text, caller)
    return before + new + after if old else text + new


def present(text: str, caller: Caller) -> str:
    """Return the block of this configuration as it stands in a crontab; "" where there is none."""
    return _parts(text, caller)[1]


def when(expression: Expression, *, machine: str, start: datetime) -> str:
    """Return the five fields by which cron calls often enough, as it knows only this machine's zone."""
    fields = expression.fields
    differences = clock.differences(expression.zone, machine, start)
    if expression.zone == machine or differences == {timedelta()}:
        return expression.five if fields.is_exact else _written(fields)
    times = {
        (datetime.min + _DAY + timedelta(hours=hour, minutes=minute) + difference).time()
        for difference in differences
        for hour in fields.hours
        for minute in fields.minutes
    }
    times |= {due.astimezone(clock.zone(machine)).time() for due in expression.moved(start)}
    minutes = _list({shown.minute for shown in times}, 60)
    # In an hour that comes twice cron calls once, unless it is to call every hour.
    if _comes_twice(times, machine, start):
        return f"{minutes} * * * *"
    return f"{minutes} {_list({shown.hour for shown in times}, 24)} * * *"


def _comes_twice(times: Collection[time], machine: str, start: datetime) -> bool:
    for change in clock.changes(machine, start):
        back = clock.offset(machine, change - timedelta(minutes=1)) - clock.offset(machine, change)
        first = change.astimezone(clock.zone(machine)).time()
        if any(_between(first, shown) < back for shown in times):
            return True
    return False


def _between(earlier: time, later: time) -> timedelta:
    return timedelta(hours=later.hour - earlier.hour, minutes=later.minute - earlier.minute) % _DAY


def _escaped(command: str) -> str:
    # To cron a bare % is the end of the line.
    return command.replace("\\", "\\\\").replace("%", "\\%")


def _begin(caller: Caller) -> str:
    return f"# workbench schedules of {caller.config}: begin"


def _end(caller: Caller) -> str:
    return f"# workbench schedules of {caller.config}: end"


def _parts(text: str, caller: Caller) -> tuple[str, str, str]:
    rows = text.splitlines(keepends=True)
    begins = [n for n, line in enumerate(rows) if line.startswith(_begin(caller))]
    ends = [n for n, line in enumerate(rows) if line.rstrip("\n") == _end(caller)]
    if not begins and not ends:
        return text, "", ""
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        raise ConfigError(
            "the crontab holds only a part of the workbench's lines, or holds them twice; "
            f"remove what is left between '{_begin(caller)}' and '{_end(caller)}' with 'crontab -e'"
        )
    first, last = begins[0], ends[0] + 1
    return "".join(rows[:first]), "".join(rows[first:last]), "".join(rows[last:])


def _written(fields: Fields) -> str:
    return " ".join(
        [
            _list(fields.minutes, 60),
            _list(fields.hours, 24),
            _list(fields.days, 31),
            _list(fields.months, 12),
            _list(fields.weekdays, 7),
        ]
    )


def _list(numbers: Collection[int], all_of_them: int) -> str:
    return "*" if len(numbers) == all_of_them else ",".join(map(str, sorted(numbers)))
