"""Having cron or systemd call the schedules, and seeing whether they do."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from workbench.errors import ConfigError
from workbench.schedules import Caller, Schedule, crontab, timers

Kind = Literal["crontab", "systemd"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# Variables with our prefix that whoever calls sets by themselves.
_OWN_VARIABLES = {"WORKBENCH_CONFIG", "WORKBENCH_NOTEBOOK", "WORKBENCH_REHEARSE"}


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What was written for cron or systemd, or would be.

    Parameters
    ----------
    where : the user's crontab, or the folder of the units
    text : the lines of the crontab, or the unit files one after the other
    notes : what is still to be done, or good to know
    """

    kind: Kind
    where: str
    schedules: tuple[str, ...]
    text: str
    is_written: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where schedules are to be called from.

    Parameters
    ----------
    machine : the time zone that cron goes by
    start : from when changes of clocks are looked for
    """

    caller: Caller
    machine: str
    start: datetime


def kind_here() -> Kind:
    """What this machine has: crontab, else the user's own systemd.

    Raises
    ------
    ConfigError
        It has neither.
    """
    if crontab.is_there():
        return "crontab"
    if timers.is_there():
        return "systemd"
    raise ConfigError(
        "this machine has neither the program crontab nor a systemd that answers 'systemctl --user'; install cron, "
        "or have another scheduler call 'workbench schedule run NAME --due' as often as 'workbench schedule install "
        "--crontab --print' shows"
    )


def preview(kind: Kind, schedules: Sequence[Schedule], place: Place) -> Installation:
    """What would be written."""
    return _installation(kind, schedules, place, notes=_notes(kind, schedules), is_written=False)


def install(kind: Kind, schedules: Sequence[Schedule], place: Place) -> Installation:
    """Have these schedules called, and no others of this configuration; what the other kind held is removed."""
    if kind == "crontab":
        notes = _write_crontab(schedules, place)
        if timers.present(timers.folder(), place.caller):
            notes += _write_units([], place)
    else:
        notes = _write_units(schedules, place)
        if _lines_present(place):
            notes += _write_crontab([], place)
    return _installation(kind, schedules, place, notes=[*_notes(kind, schedules), *notes], is_written=True)


def remove(kinds: Sequence[Kind], place: Place) -> list[Kind]:
    """Have nothing of this configuration called any more; says where there was something."""
    removed: list[Kind] = []
    if "crontab" in kinds and _lines_present(place):
        _write_crontab([], place)
        removed.append("crontab")
    if "systemd" in kinds and timers.present(timers.folder(), place.caller):
        _write_units([], place)
        removed.append("systemd")
    return removed


def found(schedule: Schedule, place: Place) -> tuple[tuple[Kind, ...], bool]:
    """Where a schedule is installed on this machine, and whether everywhere as it would be now."""
    states: dict[Kind, bool] = {}
    lines = _lines_present(place)
    if any(f" {schedule.name} --due" in line for line in lines.splitlines()):
        wanted = crontab.lines(schedule, place.caller, machine=place.machine, start=place.start)
        states["crontab"] = "\n".join(wanted) in lines
    units = timers.present(timers.folder(), place.caller)
    if f"workbench-{schedule.name}.timer" in units:
        wanted_units = timers.units([schedule], place.caller, start=place.start)
        states["systemd"] = all(units.get(name) == text for name, text in wanted_units.items())
    return tuple(states), all(states.values())


def _installation(
    kind: Kind, schedules: Sequence[Schedule], place: Place, *, notes: Sequence[str], is_written: bool
) -> Installation:
    if kind == "crontab":
        where = "the crontab of this user"
        text = crontab.block(schedules, place.caller, machine=place.machine, start=place.start)
    else:
        where = str(timers.folder())
        files = timers.units(schedules, place.caller, start=place.start)
        text = "\n".join(f"# {timers.folder() / name}\n{body}" for name, body in files.items())
    names = tuple(schedule.name for schedule in schedules)
    return Installation(kind=kind, where=where, schedules=names, text=text, notes=tuple(notes), is_written=is_written)


def _lines_present(place: Place) -> str:
    return crontab.present(crontab.read(), place.caller) if crontab.is_there() else ""


def _write_crontab(schedules: Sequence[Schedule], place: Place) -> list[str]:
    if not crontab.is_there():
        raise ConfigError("this machine has no program crontab; install cron, or use --systemd")
    before = crontab.read()
    block = crontab.block(schedules, place.caller, machine=place.machine, start=place.start)
    after = crontab.replaced(before, block, place.caller)
    if after != before:
        crontab.write(after)
    return []


def _write_units(schedules: Sequence[Schedule], place: Place) -> list[str]:
    folder = timers.folder()
    before = timers.present(folder, place.caller)
    files = timers.units(schedules, place.caller, start=place.start)
    answers = timers.is_there()
    if answers:
        timers.tell(timers.farewell(before, files))
    timers.write(folder, files, place.caller)
    if answers:
        timers.tell(timers.welcome(files))
        return []
    told = "; ".join(" ".join(command) for command in timers.welcome(files))
    return [f"systemd does not answer here; where it does, say: {told}"]


def _notes(kind: Kind, schedules: Sequence[Schedule]) -> list[str]:
    notes = []
    if kind == "systemd" and schedules:
        notes.append("so that timers run while nobody is logged in: loginctl enable-linger")
    unknown = sorted(name for name in os.environ if name.startswith("WORKBENCH_") and name not in _OWN_VARIABLES)
    if unknown and schedules:
        place = "above our lines in the crontab" if kind == "crontab" else "in ~/.config/environment.d"
        notes.append(f"set here, but unknown to {kind}: {', '.join(unknown)}; name what is needed {place}")
    return notes
