"""Schedules as a person installs them and as cron calls them: as processes of their own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import nbformat
import psycopg
import pytest

from tests.cli.conftest import Said, ordered
from tests.conftest import PROJECT, cloned
from workbench.database.embedded import Server

SETTINGS = """
schedules:
  nightly:
    notebook: 05_wait
    parameters: {seconds: 0, place: here}
    cron: "* * * * *"
    timezone: Europe/Berlin
  weekly:
    notebook: wait
    cron: 0 6 * * MON
    enabled: false
"""

# The edge of the system: a machine's own crontab must not be touched by tests.
CRONTAB = """#!/bin/sh
case "$1" in
  -l) [ -f "$TABLE" ] && exec cat "$TABLE"; echo "no crontab for somebody" >&2; exit 1 ;;
  -)  [ -z "$REFUSES" ] || { echo "you are not allowed to use this program" >&2; exit 1; }; exec cat >"$TABLE" ;;
esac
exit 2
"""


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A project with schedules, and a machine with cron."""

    project: Path
    environment: dict[str, str]
    conninfo: str
    order: Callable[..., Said]

    @property
    def table(self) -> Path:
        return Path(self.environment["TABLE"])

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "workbench", "schedule", *arguments],
            env=self.environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def call(self, *arguments: str, **more: str) -> tuple[int, str, str]:
        """In this process, for speed; nothing else is left out."""
        said = self.order("schedule", *arguments, **more)
        return said.status, said.out, said.err

    def set(self, text: str) -> None:
        (self.project / "config" / "workbench.yaml").write_text(text)

    def events(self) -> list[tuple[str, int | None, str]]:
        with psycopg.connect(self.conninfo, options="-c search_path=workbench") as connection:
            return connection.execute("SELECT outcome, run_id, message FROM schedule_events ORDER BY due_at").fetchall()


@pytest.fixture
def installed(
    server: Server,
    template: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Installed]:
    project = tmp_path / "my project, 100%"
    for name in ("config", "notebooks", "bin"):
        (project / name).mkdir(parents=True)
    rules = (PROJECT / "config" / "sorting-rules.yaml").read_bytes()
    (project / "config" / "sorting-rules.yaml").write_bytes(rules)
    nbformat.write(_waiting(), project / "notebooks" / "05_wait.ipynb")  # type: ignore[no-untyped-call]  # few types
    (project / "bin" / "crontab").write_text(CRONTAB)
    (project / "bin" / "crontab").chmod(0o755)
    for catalogue in cloned(server, template):
        conninfo = catalogue.conninfo("admin")
        environment = {
            "WORKBENCH_HOME": str(tmp_path / "home"),
            "WORKBENCH_CONFIG": str(project / "config"),
            "WORKBENCH_DATABASE_URL": conninfo,
            "TABLE": str(tmp_path / "crontab"),
            "PATH": f"{project / 'bin'}:/usr/bin:/bin",
            "HOME": str(tmp_path),
            "LANG": "C.UTF-8",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        order = partial(_ordered, monkeypatch, capfd)
        made = Installed(project=project, environment=environment, conninfo=conninfo, order=order)
        made.set(SETTINGS)
        yield made


def _ordered(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *arguments: str, **more: str) -> Said:
    with monkeypatch.context() as patch:
        for name, value in more.items():
            patch.setenv(name, value)
        patch.chdir("/")
        return ordered(patch, capfd, *arguments)


def _waiting() -> nbformat.NotebookNode:
    v4 = nbformat.v4
    parameters = v4.new_code_cell("seconds: float = 0.0  # to wait\nplace: Path = Path()  # where")  # type: ignore[no-untyped-call]
    parameters.metadata["tags"] = ["parameters"]
    cells = [
        v4.new_markdown_cell("# How long does nothing take?"),  # type: ignore[no-untyped-call]
        v4.new_code_cell("from pathlib import Path"),  # type: ignore[no-untyped-call]
        parameters,
        v4.new_code_cell("import time\ntime.sleep(seconds)"),  # type: ignore[no-untyped-call]
    ]
    return v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]


def wait_for(installed: Installed, state: str) -> int:
    """The number of the newest run in this state, as soon as there is one."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with psycopg.connect(installed.conninfo, options="-c search_path=workbench") as connection:
            row = connection.execute("SELECT id FROM runs_now WHERE state = %s ORDER BY id DESC", [state]).fetchone()
        if row:
            return int(row[0])
        time.sleep(0.05)
    raise AssertionError(f"no run is {state}")


def test_install_shows_first_writes_once_and_removes_again(installed: Installed) -> None:
    installed.table.write_text("MAILTO=anna@example.org\n5 4 * * * true\n")
    status, out, _ = installed.call("install", "--print")
    assert status == 0
    assert "schedule run nightly --due" in out
    assert "weekly" not in out
    assert "schedule" not in installed.table.read_text()

    status, out, err = installed.call("install")
    assert (status, out) == (0, "nightly: written to the crontab of this user\n")
    assert "unknown to crontab: WORKBENCH_DATABASE_URL, WORKBENCH_HOME" in err
    once = installed.table.read_text()
    assert once.startswith("MAILTO=anna@example.org\n5 4 * * * true\n# workbench")
    installed.call("install")
    assert installed.table.read_text() == once

    status, out, _ = installed.call("show", "--json")
    nightly, weekly = json.loads(out)
    assert (status, nightly["installed"], nightly["problem"]) == (0, ["crontab"], "")
    assert (weekly["installed"], weekly["next"]) == ([], [])

    installed.set(SETTINGS.replace('"* * * * *"', '"5 * * * *"'))
    status, out, _ = installed.call("show")
    assert status == 3
    assert "changed since it was installed" in " ".join(out.split())

    assert installed.call("install", "--remove")[1] == "Removed from crontab.\n"
    assert installed.table.read_text() == "MAILTO=anna@example.org\n5 4 * * * true\n"
    assert installed.call("install", "--remove")[1] == "Nothing was installed.\n"


def test_the_line_that_is_written_runs_as_cron_runs_it(installed: Installed) -> None:
    installed.set(SETTINGS.replace('"* * * * *"', '"0 * * * *"'))
    installed.call("install")
    (line,) = [line for line in installed.table.read_text().splitlines() if "--due" in line]
    command = line.split(maxsplit=5)[5].replace("\\%", "%")
    bare = {"PATH": "/usr/bin:/bin", "HOME": "/", "SHELL": "/bin/sh"}
    bare |= {name: installed.environment[name] for name in ("WORKBENCH_HOME", "WORKBENCH_DATABASE_URL")}
    # So that this hour counts, and nothing before.
    with psycopg.connect(installed.conninfo, options="-c search_path=workbench") as connection:
        connection.execute("UPDATE schedules SET counted_from = date_trunc('hour', clock_timestamp())")
    done = subprocess.run(["/bin/sh", "-c", command], env=bare, cwd="/", capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    ((outcome, run, _),) = installed.events()[-1:]
    assert outcome == "started"
    with psycopg.connect(installed.conninfo, options="-c search_path=workbench") as connection:
        state, reason, parameters = connection.execute(
            "SELECT state, reason, parameters FROM runs WHERE id = %s", [run]
        ).fetchone() or ("", "", {})
    assert (state, reason) == ("finished", "schedule nightly")
    # Relative to the project, wherever cron calls from.
    assert parameters["place"] == str(installed.project / "here")


def test_two_that_are_called_at_once_start_one(installed: Installed) -> None:
    processes = [installed.start("run", "nightly", "--due") for _ in range(2)]
    ended = [(*process.communicate(timeout=60), process.returncode) for process in processes]
    assert {status for _, _, status in ended} <= {0, 75}, ended
    outcomes = [outcome for outcome, _, _ in installed.events()]
    # A minute may have begun between the two.
    assert outcomes.count("started") >= 1
    with psycopg.connect(installed.conninfo, options="-c search_path=workbench") as connection:
        (count,) = connection.execute("SELECT count(*) FROM runs WHERE kind = 'notebook'").fetchone() or (0,)
    assert count == outcomes.count("started")


def test_one_that_was_killed_is_shown_as_interrupted_and_frees_the_schedule(installed: Installed) -> None:
    installed.set(SETTINGS.replace("seconds: 0", "seconds: 600").replace("* * * * *", "*/1 * * * *"))
    process = installed.start("run", "nightly", "--due")
    run = wait_for(installed, "running")
    # Meanwhile nobody else can run it, and a due time that comes is overlapped.
    status, _, err = installed.call("run", "nightly")
    assert (status, f"is at work already: run {run}" in err) == (75, True), err
    with psycopg.connect(installed.conninfo, options="-c search_path=workbench") as connection:
        connection.execute("UPDATE schedule_events SET due_at = due_at - interval '2 minutes'")
    status, _, err = installed.call("run", "nightly", "--due")
    assert (status, f"an earlier run of this schedule is still at work: run {run}" in err) == (75, True), err
    assert [(outcome, tied) for outcome, tied, _ in installed.events()][-1] == ("overlapped", run)

    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    wait_for(installed, "interrupted")
    _, out, _ = installed.call("show", "--json")
    nightly = json.loads(out)[0]
    assert (nightly["last_run"], nightly["last_state"]) == (run, "interrupted")
    assert nightly["overlapped"] >= 1
    _, out, _ = installed.call("show", "nightly", "--json")
    assert ("started", "interrupted") in [(event["outcome"], event["run_state"]) for event in json.loads(out)]

    installed.set(SETTINGS)
    status, out, _ = installed.call("run", "nightly")
    assert (status, "The executed notebook of run" in out) == (0, True)


def test_a_missing_notebook_is_known_before_the_night(installed: Installed) -> None:
    installed.set(SETTINGS.replace("05_wait", "05_wiat").replace("enabled: false", "parameters: {second: 1}"))
    status, out, _ = installed.call("show", "--json")
    problems = [planned["problem"] for planned in json.loads(out)]
    assert status == 3
    assert "no notebook '05_wiat'" in problems[0]
    assert "did you mean '05_wait'?" in problems[0]
    assert "did you mean 'seconds'?" in problems[1]
    status, _, err = installed.call("install")
    assert status == 1
    assert "nothing was installed" in err
    assert not installed.table.exists()


def test_a_schedule_that_is_none_is_told_with_the_nearest(installed: Installed) -> None:
    status, _, err = installed.call("run", "nigthly")
    assert (status, "no schedule 'nigthly' in config/workbench.yaml; did you mean 'nightly'?" in err) == (1, True)


def test_a_crontab_that_refuses_is_told_and_nothing_counts(installed: Installed) -> None:
    status, _, err = installed.call("install", REFUSES="1")
    assert (status, "the crontab cannot be written: you are not allowed to use this program" in err) == (1, True)
    assert "not installed here" in " ".join(installed.call("show")[1].split())


def test_units_are_written_where_systemd_looks_and_the_crontab_is_cleared(installed: Installed) -> None:
    installed.call("install")
    units = Path(installed.environment["HOME"]) / "units"
    status, out, err = installed.call("install", "--systemd", XDG_CONFIG_HOME=str(units))
    assert (status, str(units / "systemd" / "user") in out) == (0, True)
    assert "loginctl enable-linger" in err
    names = sorted(path.name for path in (units / "systemd" / "user").iterdir() if path.is_file())
    assert names == ["workbench-nightly.service", "workbench-nightly.timer"]
    assert "--due" not in installed.table.read_text()
    _, out, _ = installed.call("show", "--json", XDG_CONFIG_HOME=str(units))
    assert json.loads(out)[0]["installed"] == ["systemd"]


def test_what_was_missed_is_said_by_the_next_call_and_by_the_doctor(installed: Installed) -> None:
    installed.call("install")
    with psycopg.connect(installed.conninfo, options="-c search_path=workbench") as connection:
        connection.execute("UPDATE schedules SET counted_from = %s", [datetime.now(UTC) - timedelta(minutes=15)])
    told = installed.order("doctor", "--json")
    (line,) = [check for check in json.loads(told.out) if check["name"] == "schedules"]
    assert line["is_well"] is None
    assert line["found"].startswith("2, 1 of them installed here; 1")
    status, _, err = installed.call("run", "nightly", "--due")
    assert (status, "nightly was missed: nothing started it" in err) == (0, True), err
