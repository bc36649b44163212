"""Our block in a crontab: what it says, and that everything else stays."""

import os
import shlex
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim

from workbench.errors import ConfigError
from workbench.schedules import Caller, Expression, Schedule, clock, crontab

START = datetime(2026, 11, 22, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def schedule(text: str = "30 2 * * *", zone: str = BERLIN, name: str = "nightly") -> Schedule:
    return Schedule(name=name, notebook="01", parameters={}, expression=Expression(text=text, zone=zone))


def caller(config: str = "/srv/config", *command: str) -> Caller:
    return Caller(command=command or ("/opt/bin/workbench",), config=Path(config))


def block(*schedules: Schedule, config: str = "/srv/config", machine: str = BERLIN) -> str:
    return crontab.block(schedules, caller(config), machine=machine, start=START)


def test_on_a_machine_of_the_same_zone_the_line_is_the_expression() -> None:
    assert crontab.when(Expression(text="30 2 1,15 * 5", zone=BERLIN), machine=BERLIN, start=START) == "30 2 1,15 * 5"
    assert crontab.when(Expression(text="@daily", zone="UTC"), machine="Etc/UTC", start=START) == "0 0 * * *"


def test_elsewhere_it_is_called_at_every_hour_that_could_match() -> None:
    # Summer, winter, and the end of the hour that is skipped.
    assert crontab.when(Expression(text="30 2 * * *", zone=BERLIN), machine="UTC", start=START) == "0,30 0,1 * * *"
    assert crontab.when(Expression(text="0 9 * * MON", zone="Asia/Kolkata"), machine="UTC", start=START) == "30 3 * * *"


@pytest.mark.parametrize("text", ["30 2 * * *", "15 1,2,3 * * *", "*/20 * * * *", "0 0 L * *", "5 23 * * MON#1"])
@pytest.mark.parametrize("zone", [BERLIN, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize("machine", [BERLIN, "UTC", "America/New_York"])
def test_no_due_time_goes_uncalled(text: str, zone: str, machine: str) -> None:
    expression = Expression(text=text, zone=zone)
    line = crontab.when(expression, machine=machine, start=START)
    for middle in sorted({*clock.changes(zone, START), *clock.changes(machine, START), START}):
        start, end = middle - timedelta(days=2), middle + timedelta(days=2)
        due = list(expression.between(start, end))
        called = _calls_of_cron(line, machine, start, end)
        assert [moment for moment in due if moment not in called] == []


def _calls_of_cron(line: str, machine: str, start: datetime, end: datetime) -> set[datetime]:
    # As Debian's cron calls, by the clocks of its machine.
    called = set()
    for moment in CronSim(line, start.astimezone(ZoneInfo(machine))):
        if moment.astimezone(UTC) > end:
            return called
        called.add(moment.astimezone(UTC))
    return called


def test_what_cron_does_not_know_is_called_on_every_day_that_could_match() -> None:
    expression = Expression(text="0 5 * * 5L", zone=BERLIN)
    assert crontab.when(expression, machine=BERLIN, start=START) == "0 5 * * 5"
    expression = Expression(text="0 5 L * *", zone=BERLIN)
    assert crontab.when(expression, machine=BERLIN, start=START) == "0 5 28,29,30,31 * *"


@pytest.mark.parametrize("place", ["a b", "100%", "it's", 'say "x"', "$HOME", "back\\slash", "Eingang März", "a;b&c"])
def test_any_path_survives_cron_and_the_shell(tmp_path: Path, place: str) -> None:
    folder = tmp_path / place
    folder.mkdir()
    program = folder / "workbench"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$WORKBENCH_CONFIG" "$@"\n')
    program.chmod(0o755)
    lines = crontab.lines(schedule(), caller(str(folder), str(program)), machine=BERLIN, start=START)
    command = lines[-1].split(maxsplit=5)[5]
    told = subprocess.run(
        ["/bin/sh", "-c", _as_cron_hands_on(command)], capture_output=True, env={"PATH": "/usr/bin:/bin"}, check=True
    )
    assert os.fsdecode(told.stdout).splitlines() == [str(folder), "schedule", "run", "nightly", "--due"]


def _as_cron_hands_on(command: str) -> str:
    # cron ends a command at a bare %, and takes \% and \\ for the character itself.
    handed, rest = "", iter(command)
    for character in rest:
        if character == "%":
            return handed
        if character == "\\":
            following = next(rest, "")
            handed += following if following in {"%", "\\"} else character + following
        else:
            handed += character
    return handed


def test_every_other_line_stays_as_it_is() -> None:
    others = "# my own\nMAILTO=anna@example.org\n5 4 * * * echo '100\\%'\n\n"
    once = crontab.replaced(others, block(schedule()), caller())
    assert once.startswith(others)
    assert crontab.replaced(once, block(schedule()), caller()) == once
    after = crontab.replaced(once + "6 6 * * * true\n", block(schedule("0 5 * * *")), caller())
    assert after.startswith(others)
    assert after.endswith("6 6 * * * true\n")
    assert after.count("schedule run nightly") == 1
    assert crontab.replaced(after, "", caller()) == others + "6 6 * * * true\n"


def test_a_last_line_without_its_end_is_not_glued_to_ours() -> None:
    assert crontab.replaced("5 4 * * * true", block(schedule()), caller()).startswith("5 4 * * * true\n# workbench")


def test_two_configurations_keep_a_block_each() -> None:
    both = crontab.replaced(block(schedule()), block(schedule(), config="/srv/config2"), caller("/srv/config2"))
    assert both == block(schedule()) + block(schedule(), config="/srv/config2")
    assert crontab.replaced(both, "", caller()) == block(schedule(), config="/srv/config2")


def test_half_a_block_is_left_to_a_person() -> None:
    whole = block(schedule())
    for damaged in (whole.splitlines(keepends=True)[0], whole.splitlines(keepends=True)[-1], whole + whole):
        with pytest.raises(ConfigError, match="crontab -e"):
            crontab.replaced(damaged, whole, caller())


def test_a_command_that_cron_would_cut_off_is_refused() -> None:
    with pytest.raises(ConfigError, match="longer than the 998 characters"):
        block(schedule(), config="/" + "x" * 1000)


def test_paths_that_no_crontab_can_hold_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="neither a crontab nor a unit file"):
        Caller.here(tmp_path / "two\nlines")


def test_the_command_is_absolute_and_there() -> None:
    command = Caller.here(Path("/srv/config")).command
    assert Path(command[0]).is_file()
    assert shlex.join(command).startswith("/")
