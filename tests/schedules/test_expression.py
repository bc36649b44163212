"""When something is due: real time zones, the days on which clocks change, rare days."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from workbench.errors import ConfigError
from workbench.schedules import Expression, clock

BERLIN = "Europe/Berlin"


def due(text: str, zone: str, start: str, most: int = 3) -> list[str]:
    """The next due times in UTC."""
    expression = Expression(text=text, zone=zone)
    found = islice(expression.after(datetime.fromisoformat(start).replace(tzinfo=UTC)), most)
    return [f"{moment:%Y-%m-%d %H:%M}" for moment in found]


def test_a_night_in_berlin_is_an_hour_earlier_in_utc_and_two_in_summer() -> None:
    assert due("30 2 * * *", BERLIN, "2026-11-22 12:00", 1) == ["2026-11-23 01:30"]
    assert due("30 2 * * *", BERLIN, "2026-07-01 12:00", 1) == ["2026-07-02 00:30"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # What falls into the skipped hour is due when it is over, and once.
        ("30 2 * * *", ["2027-03-27 01:30", "2027-03-28 01:00", "2027-03-29 00:30"]),
        ("10,40 2 * * *", ["2027-03-27 01:10", "2027-03-27 01:40", "2027-03-28 01:00"]),
        ("0 3 * * *", ["2027-03-27 02:00", "2027-03-28 01:00", "2027-03-29 01:00"]),
    ],
)
def test_the_hour_that_is_skipped_in_spring_costs_no_run(text: str, expected: list[str]) -> None:
    assert due(text, BERLIN, "2027-03-26 12:00") == expected


def test_the_hour_that_comes_twice_in_autumn_gives_one_run() -> None:
    assert due("30 2 * * *", BERLIN, "2026-10-24 12:00", 2) == ["2026-10-25 00:30", "2026-10-26 01:30"]
    # … also for who looks in between
    assert due("30 2 * * *", BERLIN, "2026-10-25 01:10", 1) == ["2026-10-26 01:30"]


def test_what_is_due_every_hour_is_due_in_both() -> None:
    found = due("0 * * * *", BERLIN, "2026-10-24 23:30", 4)
    assert found == ["2026-10-25 00:00", "2026-10-25 01:00", "2026-10-25 02:00", "2026-10-25 03:00"]


def test_day_of_the_month_and_day_of_the_week_are_alternatives() -> None:
    assert due("0 3 1 * FRI", "UTC", "2026-11-25 00:00") == ["2026-11-27 03:00", "2026-12-01 03:00", "2026-12-04 03:00"]
    # … unless one begins with a star
    assert due("0 3 */2 * FRI", "UTC", "2026-11-25 00:00", 1) == ["2026-11-27 03:00"]


def test_a_leap_day_is_years_away_in_both_directions() -> None:
    assert due("0 0 29 2 *", "UTC", "2026-11-22 00:00", 2) == ["2028-02-29 00:00", "2032-02-29 00:00"]
    expression = Expression(text="0 0 29 2 *", zone="UTC")
    assert expression.latest(datetime(2027, 12, 31, tzinfo=UTC)) == datetime(2024, 2, 29, tzinfo=UTC)


def test_last_days_and_numbered_weekdays_are_understood() -> None:
    assert due("0 0 L * *", "UTC", "2027-02-10 00:00", 1) == ["2027-02-28 00:00"]
    assert due("0 0 * * MON#2", "UTC", "2026-11-22 00:00", 1) == ["2026-12-14 00:00"]
    assert due("0 0 LW * *", "UTC", "2026-11-22 00:00", 2) == ["2026-11-30 00:00", "2026-12-31 00:00"]


def test_names_of_intervals_are_understood() -> None:
    assert due("@daily", BERLIN, "2026-11-22 00:00", 1) == ["2026-11-22 23:00"]
    assert due("@Hourly", "UTC", "2026-11-22 00:10", 1) == ["2026-11-22 01:00"]


@pytest.mark.parametrize("text", ["30 2 * * *", "*/15 * * * *", "0 */2 * * *", "5 4 * * MON", "30 */1 * * *"])
@pytest.mark.parametrize("zone", [BERLIN, "Australia/Lord_Howe", "America/New_York", "Asia/Kolkata"])
def test_the_newest_due_time_is_the_last_of_those_before(text: str, zone: str) -> None:
    expression = Expression(text=text, zone=zone)
    for change in clock.changes(zone, datetime(2026, 1, 1, tzinfo=UTC)) or [datetime(2026, 5, 5, tzinfo=UTC)]:
        before = list(expression.between(change - timedelta(days=9), change + timedelta(days=1)))
        for minutes in range(-120, 200, 7):
            now = change + timedelta(minutes=minutes)
            assert expression.latest(now) == [moment for moment in before if moment <= now][-1]


def test_the_words_say_the_expression() -> None:
    assert Expression(text="30 2 * * *", zone=BERLIN).words == "At 02:30 every day"
    assert Expression(text="@weekly", zone=BERLIN).words == "At 00:00 on Sunday"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("99 2 * * *", "the minute is wrong"),
        ("0 24 * * *", "the hour is wrong"),
        ("0 0 30 2 *", "the day of month is wrong"),
        ("0 0 * * FUN", "the day of week is wrong"),
        ("* * */20 * 1L", "is never due"),
        ("* * * *", "expected are five fields"),
        ("* * * * * *", "expected are five fields"),
        ("@reboot", "expected are five fields"),
        ("", "expected are five fields"),
    ],
)
def test_an_impossible_expression_is_refused_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Expression(text=text, zone="UTC")


def test_an_unknown_zone_is_refused() -> None:
    for zone in ("Europe/Berln", "", "../etc/passwd", "/etc/localtime"):
        with pytest.raises(ConfigError, match="there is no time zone"):
            Expression(text="@daily", zone=zone)


def test_the_clocks_of_berlin_change_twice_a_year() -> None:
    found = clock.changes(BERLIN, datetime(2026, 11, 22, 10, 17, tzinfo=UTC))
    assert found == [datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC)]
    assert clock.changes("UTC", datetime(2026, 11, 22, tzinfo=UTC)) == []


def test_the_machine_has_the_zone_that_etc_names(tmp_path: Path) -> None:
    assert clock.machine_zone(tmp_path) == "UTC"
    (tmp_path / "timezone").write_text("Europe/Vienna\n")
    assert clock.machine_zone(tmp_path) == "Europe/Vienna"
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    assert clock.machine_zone(tmp_path) == "Europe/Berlin"


def test_a_shells_own_zone_does_not_move_schedules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert clock.machine_zone(tmp_path) == "UTC"
