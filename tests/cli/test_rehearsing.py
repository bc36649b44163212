"""Rehearsals from the command line, stopped and killed ones too: nothing is written, whatever happens."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.app.watching import Seen, look
from tests.cli.conftest import Command, Office

AT_WORK = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE application_name = 'workbench rehearsal' AND datname = current_database() AND backend_xid IS NOT NULL"
)


def _seen(office: Office) -> Seen:
    return look(office.environment["WORKBENCH_DATABASE_URL"], _home(office) / "objects", office.folder)


def _home(office: Office) -> Path:
    return Path(office.environment["WORKBENCH_HOME"])


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda ending: ending.name)
def test_a_rehearsal_that_is_ended_in_the_middle_leaves_nothing(office: Office, ending: signal.Signals) -> None:
    before = _seen(office)
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "ingest", "--rehearse", str(office.folder)],
        env={**os.environ, **office.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with psycopg.connect(office.environment["WORKBENCH_DATABASE_URL"], autocommit=True) as connection:
        _wait_until(connection, 1)
        time.sleep(0.3)
        process.send_signal(ending)
        _, err = process.communicate(timeout=60)
        _wait_until(connection, 0)
    assert process.returncode == (-9 if ending == signal.SIGKILL else 130), err
    assert _seen(office) == before
    if ending != signal.SIGKILL:
        assert err.strip().endswith("workbench: stopped; nothing was written")
        assert list((_home(office) / "scratch").iterdir()) == []


def _wait_until(connection: "psycopg.Connection[tuple[int]]", count: int) -> None:
    end = time.monotonic() + 60
    while (row := connection.execute(AT_WORK).fetchone()) is None or row[0] != count:
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_a_rehearsal_tells_what_the_ingest_does_and_a_replay_what_would_differ(
    command: Command, office: Office
) -> None:
    before = _seen(office)
    rehearsed = command("ingest", "--rehearse", "--json", office.folder)
    assert _seen(office) == before
    assert list((_home(office) / "scratch").iterdir()) == []  # also what the killed one had left
    assert rehearsed.status == 3, "there is an empty file among them"
    told = json.loads(rehearsed.out)
    assert (told["run"], told["rehearsal"]) == (None, True)

    real = json.loads(command("ingest", "--json", office.folder).out)
    assert real["rehearsal"] is False
    assert {key: told[key] for key in ("counts", "categories", "problems", "state")} == {
        key: real[key] for key in ("counts", "categories", "problems", "state")
    }

    same = command("runs", "replay", real["run"])
    assert same.status == 0
    assert "nothing would differ" in same.out
    next(office.folder.rglob("*.eml")).unlink()
    other = command("runs", "replay", real["run"], "--json")
    assert other.status == 3
    assert json.loads(other.out)["counts"]["gone"] >= 1
    shown = command("runs", "replay", real["run"])
    assert "the file is no longer there" in " ".join(shown.out.split())
    assert command("runs", "replay", 999).err.startswith("workbench: there is no run 999")


def test_the_words_of_a_rehearsal_say_that_nothing_was_written(command: Command, office: Office) -> None:
    said = command("ingest", "--rehearse", office.folder)
    assert said.out.startswith("rehearsal, nothing was written: ")
    assert said.out.strip().endswith("Nothing of this was written; without --rehearse it is.")
