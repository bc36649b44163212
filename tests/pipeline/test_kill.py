"""Killed at any moment and started again, a run ends in the catalogue of one that was not."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.conftest import PROJECT, Catalogue
from tests.pipeline.killed import POINTS
from tests.pipeline.killing import Ground, Stable
from workbench import Workbench, config
from workbench.config import Settings
from workbench.database.embedded import Server
from workbench.records import RunState

KILLS = 50


def _environment(catalogue: Catalogue, home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "WORKBENCH_HOME": str(home),
        "WORKBENCH_CONFIG": str(PROJECT / "config"),
        "WORKBENCH_DATABASE_URL": catalogue.conninfo("admin"),
        "WORKBENCH_WORKERS": "2",
        "WORKBENCH_EXTRACTION__MODE": "fast",
        "WORKBENCH_EXTRACTION__OCR": "false",
    }


def _start(folder: Path, environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "workbench", "ingest", "--json", str(folder)],
        env=environment,
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _settings(settings: Settings, catalogue: Catalogue, home: Path) -> Settings:
    return settings.model_copy(update={"home": home, "database_url": SecretStr(catalogue.conninfo("admin"))})


@pytest.mark.slow
def test_the_same_catalogue_store_and_inbox_after_fifty_kills(server: Server, template: str, tmp_path: Path) -> None:
    chance, kills = random.Random(7), 0
    with Stable() as stable:
        ground = Ground(place=tmp_path, server=server, template=template, stable=stable)
        expected = ground.undisturbed()
        while kills < KILLS:
            kills += ground.series(chance, expected)
    assert len(ground.kills) > len(POINTS) / 2


def test_a_second_process_on_the_same_folder_says_who_is_at_work(
    catalogue: Catalogue, folder: Path, tmp_path: Path
) -> None:
    environment = _environment(catalogue, tmp_path / "home")
    first = _start(folder, environment)
    time.sleep(0.2)
    second = _start(folder, environment)
    outcomes = [process.communicate(timeout=120) for process in (first, second)]
    codes = sorted([first.returncode, second.returncode])
    assert codes == [3, os.EX_TEMPFAIL], outcomes
    assert any("is at work on this already" in err or "is starting this" in err for _, err in outcomes)


@pytest.mark.parametrize("which", ["letters", "letters/*.txt", "."])
def test_a_second_process_on_a_folder_inside_or_around_says_who_is_at_work(
    catalogue: Catalogue, folder: Path, tmp_path: Path, which: str
) -> None:
    environment = _environment(catalogue, tmp_path / "home")
    first = _start(folder, environment)
    with Workbench(settings=_settings_of(catalogue, tmp_path / "home")) as wb:
        _wait_until(lambda: list(wb.runs) != [])
    places = [folder.parent] if which == "." else sorted(folder.glob(which))
    second = _start(places[0], environment)
    _, err = second.communicate(timeout=120)
    assert (second.returncode, first.poll()) == (os.EX_TEMPFAIL, None), err
    assert "run 1 is at work on this already" in err
    first.communicate(timeout=120)
    assert first.returncode == 3


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda ending: ending.name)
def test_being_asked_to_stop_it_stops_cleanly_and_says_how_to_go_on(
    catalogue: Catalogue, folder: Path, tmp_path: Path, ending: signal.Signals
) -> None:
    environment = _environment(catalogue, tmp_path / "home")
    process = _start(folder, environment)
    with Workbench(settings=_settings_of(catalogue, tmp_path / "home")) as wb:
        _wait_until(lambda: wb.runs() != [])
        process.send_signal(ending)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130, err
        assert "the same command goes on" in err
        assert "Traceback" not in err
        assert wb.runs()[0].state == RunState.INTERRUPTED
        again = _start(folder, environment)
        again.communicate(timeout=120)
        assert again.returncode == 3
        assert len(wb.runs()) == 1


def _settings_of(catalogue: Catalogue, home: Path) -> Settings:
    return _settings(config.load(PROJECT), catalogue, home)


def _wait_until(happened, *, seconds: float = 30) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
