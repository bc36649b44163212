"""Killed at any moment and started again, a run ends in the catalogue of one that was not."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from tests.conftest import PROJECT, Catalogue, cloned
from workbench import Workbench, config
from workbench.catalog import canonical
from workbench.config import Settings
from workbench.database.embedded import Server
from workbench.records import RunState

KILLS = 12


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


def _kill_one(process: "subprocess.Popen[str]", chance: random.Random) -> None:
    """End a worker, the fork server or the parent, whichever chance picks."""
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process.pid)
        chance.choice([parent, *parent.children(recursive=True)]).send_signal(signal.SIGKILL)


def _digests(catalogue: Catalogue, settings: Settings) -> dict[str, str]:
    with Workbench(settings=settings) as wb, wb.database.transaction() as tx:
        return dict(canonical.digests(tx))


def _settings(settings: Settings, catalogue: Catalogue, home: Path) -> Settings:
    return settings.model_copy(update={"home": home, "database_url": SecretStr(catalogue.conninfo("admin"))})


@pytest.mark.slow
def test_the_same_catalogue_after_many_kills(
    settings: Settings, folder: Path, tmp_path: Path, catalogue: Catalogue, server: Server, template: str
) -> None:
    whole = _settings(settings, catalogue, tmp_path / "whole")
    done = _start(folder, _environment(catalogue, tmp_path / "whole"))
    _, err = done.communicate(timeout=120)
    assert done.returncode == 3, err  # there are broken files among them
    expected = _digests(catalogue, whole)

    chance = random.Random(7)
    for other in cloned(server, template):
        environment = _environment(other, tmp_path / "killed")
        for _ in range(KILLS):
            process = _start(folder, environment)
            time.sleep(chance.uniform(0.6, 3.0))
            _kill_one(process, chance)
            time.sleep(chance.uniform(0, 0.3))
            process.kill()
            process.communicate(timeout=60)
        last = _start(folder, environment)
        _, err = last.communicate(timeout=180)
        assert last.returncode in {0, 3}, err
        killed = _settings(settings, other, tmp_path / "killed")
        assert _digests(other, killed) == expected
        with Workbench(settings=killed) as wb:
            assert {run.state for run in wb.runs()} <= {RunState.FINISHED, RunState.FINISHED_WITH_PROBLEMS}
            with wb.database.transaction() as tx:
                named = {row[0] for row in tx.tuples("SELECT digest FROM blobs")}
            assert set(wb.store.digests()) == named
        assert list((tmp_path / "killed" / "scratch").iterdir()) == []


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
