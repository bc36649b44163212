"""Schedules in config/workbench.yaml: what is shipped holds, and every mistake is told with its line."""

import re
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from workbench import Workbench, config
from workbench.config import Settings
from workbench.errors import ConfigError


def load(tmp_path: Path, text: str) -> Settings:
    folder = tmp_path / "config"
    folder.mkdir(exist_ok=True)
    (folder / "workbench.yaml").write_text(text, encoding="utf-8")
    return config.load(tmp_path)


def test_nothing_runs_by_itself_as_shipped_and_the_examples_hold_once_they_are_uncommented(tmp_path: Path) -> None:
    assert config.load(PROJECT).schedules == {}
    text = (PROJECT / "config" / "workbench.yaml").read_text(encoding="utf-8")
    before, head, examples = text.partition("\nschedules:\n")
    settings = load(tmp_path, before + head + re.sub(r"^#", "", examples, flags=re.MULTILINE))
    assert len(settings.schedules) == 2
    # … and their notebooks are there and take these parameters
    shipped = settings.model_copy(update={"project": PROJECT})
    schedules = Workbench(settings=shipped).schedules
    assert [schedules.problem(schedule) for schedule in schedules] == ["", ""]


def test_parameters_are_of_pythons_own_kinds(tmp_path: Path) -> None:
    text = "schedules:\n  a: {notebook: x, cron: '@daily', parameters: {a: 2026-01-31, b: 1.50, c: [0x10, x], d: true}}"
    found = load(tmp_path, text).schedules["a"].parameters
    assert found == {"a": date(2026, 1, 31), "b": 1.5, "c": [16, "x"], "d": True}
    assert {type(value) for value in found.values()} == {date, float, list, bool}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("  a:\n    notebook: x\n    cron: 99 * * * *", r"line 4: 'schedules.a.cron': '99 \* \* \* \*': the minute is"),
        ("  a:\n    notebook: x\n    cron: 0 0 30 2 *", r"line 4: 'schedules.a.cron': .* the day of month is wrong"),
        (
            "  a:\n    notebook: x\n    cron: '@daily'\n    timezone: Europe/Berln",
            r"line 5: 'schedules.a.timezone': there is no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'\?",
        ),
        (
            "  a:\n    notebok: x\n    cron: '@daily'",
            r"line 3: no setting 'schedules.a.notebok'; did you mean 'notebook'",
        ),
        ("  a:\n    notebook: x", r"line 2: 'schedules.a' lacks 'cron'"),
        ("  a:\n    notebook: x\n    cron: '@daily'\n  a:\n    notebook: y", r"line 5: found duplicate key"),
        ("  a b:\n    notebook: x\n    cron: '@daily'", r"'a b' is no name for a schedule; letters"),
        ("  ../a:\n    notebook: x\n    cron: '@daily'", r"'../a' is no name for a schedule; letters"),
        (
            "  a:\n    notebook: x\n    cron: '@daily'\n    parameters: {b: {c: 1}}",
            r"line 5: .* neither a single value",
        ),
        ("  - notebook: x", r"line 1: 'schedules': "),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, lines: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        load(tmp_path, f"schedules:\n{lines}\n")


def test_all_mistakes_of_a_schedule_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as told:
        load(tmp_path, "schedules:\n  a:\n    notebook: x\n    cron: often\n    timezone: there\n")
    assert [f"line {number}" in str(told.value) for number in (4, 5)] == [True, True]


def test_schedules_are_no_matter_of_one_run() -> None:
    with pytest.raises(ConfigError, match="no setting 'schedules'"):
        config.changed(config.load(PROJECT), ["schedules={}"])
