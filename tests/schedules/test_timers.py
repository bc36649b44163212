"""Units for systemd: what they say, as systemd itself reads them."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workbench.errors import ConfigError
from workbench.schedules import Caller, Expression, Schedule, timers

START = datetime(2026, 11, 22, tzinfo=UTC)
BERLIN = "Europe/Berlin"

asks_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")


def schedule(text: str = "30 2 * * *", zone: str = BERLIN, name: str = "nightly") -> Schedule:
    return Schedule(name=name, notebook="01", parameters={}, expression=Expression(text=text, zone=zone))


def caller(config: str = "/srv/config") -> Caller:
    return Caller(command=("/opt/bin/workbench",), config=Path(config))


def lines(text: str, zone: str = BERLIN) -> list[str]:
    return timers.on_calendar(Expression(text=text, zone=zone), start=START)


def test_the_zone_stands_in_the_timer() -> None:
    assert lines("0 6 * * 1-3") == ["Mon,Tue,Wed *-*-* 06:00:00 Europe/Berlin"]


def test_alternatives_are_two_lines_and_conditions_one() -> None:
    assert lines("0 3 1 * FRI", "UTC") == ["*-*-01 03:00:00 UTC", "Fri *-*-* 03:00:00 UTC"]
    assert lines("0 3 */10 * FRI", "UTC") == ["Fri *-*-01,11,21,31 03:00:00 UTC"]


def test_what_systemd_passes_over_when_clocks_change_has_a_line_of_its_own() -> None:
    assert lines("30 2 * * *") == ["*-*-* 02:30:00 Europe/Berlin", "*-03-* 01:00:00 UTC"]
    assert lines("0,30 * * * *") == ["*-*-* *:00,30:00 Europe/Berlin", "*-10-* 01:00,30:00 UTC"]


@asks_systemd
@pytest.mark.parametrize(
    ("text", "zone"),
    [("30 2 * * *", BERLIN), ("0 * * * *", BERLIN), ("0 3 1 * FRI", "America/New_York"), ("15 4 L * *", "UTC"),
     ("0 5 * * MON#2", "Asia/Kolkata"), ("0 0 * * 7", BERLIN), ("0 12 29 2 *", "UTC")],
)  # fmt: skip
def test_systemd_calls_at_every_due_time(text: str, zone: str) -> None:
    expression = Expression(text=text, zone=zone)
    for start in (datetime(2027, 3, 26, 12, tzinfo=UTC), datetime(2026, 10, 23, 12, tzinfo=UTC)):
        due = list(expression.between(start, start + timedelta(days=3)))[:60] or [next(expression.after(start))]
        called = {moment for line in lines(text, zone) for moment in _calls_of_systemd(line, start, due[-1])}
        assert [moment for moment in due if moment not in called] == []


def _calls_of_systemd(line: str, start: datetime, end: datetime) -> set[datetime]:
    command = ["systemd-analyze", "calendar", "--iterations=80", f"--base-time={start:%Y-%m-%d %H:%M:%S} UTC", line]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env={"TZ": "UTC", "LC_ALL": "C"})
    found = set()
    for row in told.stdout.splitlines():
        what, _, when = row.strip().partition(": ")
        if what.startswith(("Next elapse", "Iter.", "Iteration")) and when.strip() != "never":
            found.add(datetime.strptime(when.strip(), "%a %Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC))
    assert found
    return {moment for moment in found if moment <= end}


@asks_systemd
@pytest.mark.parametrize("config", ["/srv/config", "/srv/a b 100% \"q\" 'r'/config"])
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path, config: str) -> None:
    program = tmp_path / "work bench"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    one = Caller(command=(str(program),), config=Path(config))
    for name, text in timers.units([schedule()], one, start=START).items():
        (tmp_path / name).write_text(text)
    command = ["systemd-analyze", "--user", "verify", str(tmp_path / "workbench-nightly.timer")]
    environment = {"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    told = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert [row for row in told.stderr.splitlines() if "workbench-nightly" in row] == []


def test_special_characters_are_none_to_systemd() -> None:
    service = timers.units([schedule()], caller('/a b/100%/"x"'), start=START)["workbench-nightly.service"]
    assert 'Environment="WORKBENCH_CONFIG=/a b/100%%/\\"x\\""\n' in service


def test_units_are_replaced_and_those_of_others_left_alone(tmp_path: Path) -> None:
    (tmp_path / "other.timer").write_text("[Timer]\n")
    first = timers.units([schedule(), schedule(name="old")], caller(), start=START)
    timers.write(tmp_path, first, caller())
    again = timers.units([schedule("0 5 * * *")], caller(), start=START)
    timers.write(tmp_path, again, caller())
    assert timers.present(tmp_path, caller()) == again
    assert timers.present(tmp_path, caller("/srv/config2")) == {}
    timers.write(tmp_path, {}, caller())
    assert [path.name for path in tmp_path.iterdir()] == ["other.timer"]


def test_a_unit_of_another_configuration_is_not_overwritten(tmp_path: Path) -> None:
    timers.write(tmp_path, timers.units([schedule()], caller("/srv/config2"), start=START), caller("/srv/config2"))
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    with pytest.raises(ConfigError, match="belongs to somebody else"):
        timers.write(tmp_path, timers.units([schedule()], caller(), start=START), caller())
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def test_systemd_is_told_what_is_new_and_what_is_gone() -> None:
    gone = timers.farewell(["workbench-old.timer", "workbench-old.service"], ["workbench-new.timer"])
    assert [" ".join(command) for command in gone] == ["systemctl --user disable --now workbench-old.timer"]
    new = timers.welcome(["workbench-new.timer", "workbench-new.service"])
    assert [" ".join(command[2:]) for command in new] == [
        "daemon-reload",
        "enable workbench-new.timer",
        "restart workbench-new.timer",
    ]
