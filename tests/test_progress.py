"""How far work is: bars where somebody looks, a line now and then where nobody does."""

import io
import logging
import sys

import pytest

from workbench import progress
from workbench.progress import Bars, Logged, shown, silent


def told(caplog: pytest.LogCaptureFixture, *calls: tuple[str, int, int], every_s: float = 3600) -> list[str]:
    caplog.set_level(logging.INFO)
    say = Logged(every_s)
    for stage, done, total in calls:
        say(stage, done, total)
    return [record.getMessage() for record in caplog.records]


def test_a_log_says_where_a_stage_begins_and_ends_and_nothing_in_between(caplog: pytest.LogCaptureFixture) -> None:
    calls = [("read", done, 5) for done in range(6)]
    assert told(caplog, *calls) == ["read: 0 of 5", "read: 5 of 5"]


def test_a_log_says_an_end_once(caplog: pytest.LogCaptureFixture) -> None:
    assert told(caplog, ("read", 5, 5), ("read", 5, 5)) == ["read: 5 of 5"]


def test_a_log_says_the_end_of_a_later_wave_too(caplog: pytest.LogCaptureFixture) -> None:
    calls = [("read", 1, 5), ("read", 5, 5), ("read", 5, 9), ("read", 7, 9), ("read", 9, 9)]
    assert told(caplog, *calls) == ["read: 1 of 5", "read: 5 of 5", "read: 9 of 9"]


def test_a_scan_that_ends_with_every_call_does_not_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    calls = [("scan", 1000 * n, 1000 * n) for n in range(1, 50)]
    assert told(caplog, *calls) == ["scan: 1000 of 1000"]


def test_a_log_speaks_again_after_a_while(caplog: pytest.LogCaptureFixture) -> None:
    calls = [("read", 1, 5), ("read", 2, 5), ("read", 3, 5)]
    assert len(told(caplog, *calls, every_s=0)) == 3


def test_stages_are_told_apart(caplog: pytest.LogCaptureFixture) -> None:
    assert told(caplog, ("take", 1, 5), ("read", 1, 5)) == ["take: 1 of 5", "read: 1 of 5"]


def test_of_nothing_to_do_nothing_is_said(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    assert told(caplog, ("read", 0, 0)) == []
    with shown(wanted=True) as bars:
        bars("read", 0, 0)
    silent("read", 1, 2)
    assert capfd.readouterr() == ("", "")


def test_a_bar_follows_a_total_that_grows(capfd: pytest.CaptureFixture[str]) -> None:
    with shown(wanted=True) as bars:
        assert isinstance(bars, Bars)
        bars("read", 1, 5)
        bars("read", 5, 9)
        bars("read", 9, 9)
    out, err = capfd.readouterr()
    assert out == ""
    assert "read" in err
    assert "9/9" in err
    assert "100%" in err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_bars_are_shown_in_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, expected in ((Terminal(), Bars), (io.StringIO(), Logged)):
        monkeypatch.setattr(sys, "stderr", stream)
        with shown() as found:
            assert isinstance(found, expected)
        with shown(wanted=False) as found:
            assert isinstance(found, Logged)


def test_bars_are_closed_when_the_work_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    monkeypatch.setattr(progress.Bars, "close", lambda self: closed.append(self))

    def fail() -> None:
        with shown(wanted=True):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert len(closed) == 1
