"""Workers that hang, crash and eat memory hurt only their own task."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.executor import tasks
from workbench.errors import ExecutorError
from workbench.executor import LocalExecutor


def executor(**changes: object) -> LocalExecutor:
    settings = {"workers": 2, "timeout_s": 20.0, "memory_bytes": 0, "tasks_per_worker": 0} | changes
    return LocalExecutor(**settings)  # type: ignore[arg-type]


def wait_until(is_so, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.02)
    return False


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(scope="module")
def workers() -> Iterator[LocalExecutor]:
    with executor() as running:
        yield running


def test_every_task_has_its_outcome(workers):
    outcomes = list(workers.run(tasks.double, ((str(number), number) for number in range(200))))
    assert {outcome.key: outcome.value for outcome in outcomes} == {str(number): 2 * number for number in range(200)}
    assert all(outcome.is_ok for outcome in outcomes)


def test_no_tasks_no_outcomes(workers):
    assert list(workers.run(tasks.double, [])) == []


def test_outcomes_come_as_they_are_ready(workers):
    keys = [outcome.key for outcome in workers.run(tasks.nap, [("slow", 0.5), ("a", 0.0), ("b", 0.0)])]
    assert keys[-1] == "slow"


def test_tasks_are_pulled_lazily(workers):
    pulled = []

    def endless() -> Iterator[tuple[str, int]]:
        for number in range(10**9):
            pulled.append(number)
            yield str(number), number

    outcomes = workers.run(tasks.double, endless())
    next(outcomes)
    outcomes.close()
    assert len(pulled) <= 2 * workers.workers + 1
    assert [outcome.value for outcome in workers.run(tasks.double, [("again", 4)])] == [8]


def test_an_error_of_the_task_is_data(workers):
    (outcome,) = workers.run(tasks.fail, [("a", "what went wrong")])
    assert (outcome.failure, outcome.value) == ("error", None)
    assert "ValueError: what went wrong" in outcome.message
    assert "tasks.py" in outcome.message


@pytest.mark.parametrize(
    ("task", "failure"), [(tasks.crash, "died"), (tasks.leave, "died"), (tasks.die_in_the_first_answer, "killed")]
)
def test_a_crash_is_only_its_own_task_s_failure(workers, task, failure):
    crashed = workers.run(task, [("crash", 7)])
    (outcome,) = crashed
    assert outcome.failure == failure
    outcomes = list(workers.run(tasks.double, [(str(number), number) for number in range(20)]))
    assert all(outcome.is_ok for outcome in outcomes)


def test_neighbours_of_a_crash_are_unharmed(workers):
    mixed = [(str(number), "crash" if number % 5 == 0 else "") for number in range(30)]
    outcomes = {outcome.key: outcome.failure for outcome in workers.run(tasks.crash_or_not, mixed)}
    assert outcomes == {key: "died" if what else None for key, what in mixed}


def test_a_polite_exit_is_an_error(workers):
    (outcome,) = workers.run(tasks.exit_politely, [("a", None)])
    assert outcome.failure == "error"


def test_a_worker_is_replaced_within_a_second(workers):
    started = time.monotonic()
    for _ in range(4):
        list(workers.run(tasks.crash, [("a", None)]))
    assert [outcome.value for outcome in workers.run(tasks.double, [("b", 1)])] == [2]
    assert time.monotonic() - started < 1.0


def test_what_cannot_be_sent_is_an_error(workers):
    assert next(workers.run(lambda number: number, [("a", 1)])).failure == "error"
    assert next(workers.run(tasks.double, [("a", lambda: 1)])).failure == "error"  # type: ignore[list-item]
    (outcome,) = workers.run(tasks.unsendable, [("a", None)])
    assert (outcome.failure, "cannot be sent" in outcome.message) == ("error", True)


def test_large_answers_arrive_whole(workers):
    (outcome,) = workers.run(tasks.big, [("a", 30_000_000)])
    assert len(outcome.value or b"") == 30_000_000


def test_workers_ignore_ctrl_c(workers):
    (outcome,) = workers.run(tasks.sigint_is_ignored, [("a", None)])
    assert outcome.value is True


def test_a_deadline_ends_the_task_and_all_it_started(tmp_path):
    marker = tmp_path / "child"
    with executor(timeout_s=0.5) as running:
        started = time.monotonic()
        (outcome,) = running.run(tasks.hang_with_child, [("a", str(marker))])
        assert (outcome.failure, time.monotonic() - started < 2) == ("timeout", True)
        assert "0.5 s" in outcome.message
        assert wait_until(lambda: not is_alive(int(marker.read_text())))
        assert next(running.run(tasks.double, [("b", 2)])).value == 4


def test_a_deadline_is_kept_while_the_consumer_is_busy(tmp_path):
    marker = tmp_path / "child"
    with executor(workers=2, timeout_s=0.5) as running:
        outcomes = running.run(tasks.hang_or_not, [("quick", ""), ("hangs", str(marker))])
        assert next(outcomes).key == "quick"
        assert wait_until(marker.exists)
        assert wait_until(lambda: not is_alive(int(marker.read_text())), 3.0)
        assert next(outcomes).failure == "timeout"


def test_what_a_dead_worker_left_behind_is_ended(workers, tmp_path):
    marker = tmp_path / "child"
    (outcome,) = workers.run(tasks.leave_child_and_die, [("a", str(marker))])
    assert (outcome.failure, "SIGKILL" in outcome.message) == ("killed", True)
    assert wait_until(lambda: not is_alive(int(marker.read_text())))


def test_memory_is_limited(tmp_path):
    with executor(memory_bytes=512 * 1024**2) as running:
        (outcome,) = running.run(tasks.eat, [("a", 2 * 1024**3)])
        assert outcome.failure == "memory"
        (outcome,) = running.run(tasks.eat, [("a", 64 * 1024**2)])
        assert outcome.is_ok


def test_workers_are_replaced_after_so_many_tasks():
    with executor(workers=1, tasks_per_worker=3) as running:
        pids = [outcome.value for outcome in running.run(tasks.pid, [(str(number), None) for number in range(9)])]
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 3]


def test_modules_are_loaded_before_forking():
    with executor(preload=["wave", "no.such.module"]) as running:
        assert next(running.run(tasks.preloaded, [("a", "wave")])).value is True


def test_nothing_is_left_after_closing():
    others = {process.pid for process in psutil.Process().children(recursive=True)}
    with executor() as running:
        list(running.run(tasks.pid, [(str(number), None) for number in range(8)]))
        ours = {process.pid for process in psutil.Process().children(recursive=True)} - others
    assert len(ours) >= 3
    assert wait_until(lambda: not any(is_alive(pid) for pid in ours))


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def test_a_killed_nursery_is_replaced(workers):
    def nursery() -> psutil.Process:
        own = [child for child in psutil.Process().children() if "workbench.executor.nursery" in _command(child)]
        return own[-1]

    old = nursery()
    old.kill()
    outcomes = list(workers.run(tasks.double, [(str(number), number) for number in range(10)]))
    assert [outcome.failure for outcome in outcomes if not outcome.is_ok] in ([], ["killed"], ["killed", "killed"])
    assert next(workers.run(tasks.double, [("a", 5)])).value == 10


def test_settings_are_checked():
    with pytest.raises(ExecutorError):
        executor(workers=0)


SCRIPT = """
import sys
from workbench.executor import LocalExecutor
print("main runs")
from tests.executor import tasks
with LocalExecutor(workers=1, timeout_s=9, memory_bytes=0, tasks_per_worker=0) as running:
    print(next(running.run(tasks.double, [("a", 21)])).value)
"""


@pytest.mark.parametrize("way", ["-c", "script", "stdin"])
def test_main_is_never_imported_again(tmp_path, way):
    """A script without a guard, a notebook and `python -c` must not run twice, nor hold their pipes."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = {"-c": ["-c", SCRIPT], "script": [str(script)], "stdin": ["-"]}[way]
    done = subprocess.run(
        [sys.executable, "-W", "error", *command],
        input=SCRIPT if way == "stdin" else None,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["main", "runs", "42"], "")


KILLED = """
import sys
from tests.executor import tasks
from workbench.executor import LocalExecutor
with LocalExecutor(workers=1, timeout_s=300, memory_bytes=0, tasks_per_worker=0) as running:
    print(next(running.run(tasks.pid, [("a", None)])).value, flush=True)
    list(running.run(tasks.hang_with_child, [("b", sys.argv[1])]))
"""


def test_nothing_survives_when_the_parent_is_killed(tmp_path):
    marker = tmp_path / "child"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(marker)], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert wait_until(lambda: marker.exists() and marker.read_text() != "")
        descendants = [process.pid for process in psutil.Process(parent.pid).children(recursive=True)]
        assert {worker, int(marker.read_text())} <= set(descendants)
        parent.send_signal(signal.SIGKILL)
        # Reading to the end shows that nobody holds the pipe any more.
        assert parent.stdout.read() == ""
    assert wait_until(lambda: not any(is_alive(pid) for pid in descendants))
    assert Path(marker).exists()


def test_tasks_wait_for_a_nursery_that_was_killed_while_it_loaded():
    with executor(workers=1, preload=("tests.executor.slow_to_load",)) as pool:
        nursery = pool._pool._line.process
        os.kill(nursery.pid, signal.SIGKILL)
        assert [outcome.value for outcome in pool.run(tasks.double, [("a", 2)])] == [4]


def test_closing_does_not_wait_for_what_is_still_loading():
    started = time.monotonic()
    with executor(workers=1, preload=("tests.executor.slow_to_load",)):
        pass
    assert time.monotonic() - started < 1.5
