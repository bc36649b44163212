"""The command line, in a process that kills itself, a worker or the fork server at chosen points.

``python -m tests.pipeline.killed NOTES POINT:N… -- ingest …`` wraps the function
of each point, so that its n-th call ends in SIGKILL; each kill is a line in the
file NOTES. Batches are small, so that there is much between two commits. With
the variables KILLED_AT (a point and a number) and KILLED_COMMAND it runs a
command there instead, such as one that takes the database away; for the command
`full` the call finds the disk full.

``python -m tests.pipeline.killed serve`` loads everything once and forks a
process for each line of its input, which spares each of them the loading.
"""

import errno
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from itertools import count
from operator import attrgetter
from pathlib import Path
from typing import Any

SMALL = {
    "workbench.pipeline.taking:BATCH": 8,
    "workbench.pipeline.reading:COMMIT_AFTER": 4,
    "workbench.pipeline.relating:BATCH": 8,
    "workbench.pipeline.classifying:BATCH": 8,
    "workbench.journal.effects:HANDFUL": 4,
    # What is to be free beforehand is not there on the small disk of a test.
    "workbench.pipeline.scanning:SPARE_BYTES": 0,
}


def ourselves(*_: Any) -> int:
    return os.getpid()


def a_worker(_pool: Any, worker: Any, *_: Any) -> int:
    return int(worker.pid)


def the_fork_server(pool: Any, *_: Any) -> int:
    return int(pool._line.process.pid)


@dataclass(frozen=True, kw_only=True)
class Point:
    """Where to kill.

    Parameters
    ----------
    function : "module:name" or "module:Class.name"
    after : when the call has returned instead of before it
    victim : the process to kill, from the arguments of the call
    most : how many calls even a run makes that goes on, about
    """

    function: str
    after: bool = False
    victim: Callable[..., int] = ourselves
    most: int = 1


# In the order in which a run comes to them.
POINTS = {
    "while scanning": Point(function="workbench.pipeline.scanning:_note", after=True),
    "while a blob is written": Point(function="workbench.store.local:LocalStore._adopt", most=8),
    "between storing and committing": Point(function="workbench.pipeline.taking:_record", most=2),
    "before a commit": Point(function="workbench.runs.items:Items.complete", after=True, most=4),
    "after a commit": Point(function="workbench.pipeline.job:Job.show", most=4),
    "a worker": Point(function="workbench.executor.pool:Pool._give", after=True, victim=a_worker, most=6),
    "the fork server": Point(function="workbench.executor.pool:Pool._receive", victim=the_fork_server, most=6),
    "with members stored": Point(function="workbench.pipeline.members:_store", after=True, most=4),
    "between members and commit": Point(function="workbench.catalog.reading:keep", most=3),
    "while relating": Point(function="workbench.pipeline.relating:_relate_images", after=True, most=2),
    "while classifying": Point(function="workbench.catalog.deciding:keep", after=True, most=2),
    "while a file is moved": Point(function="workbench.sources.moving:_drop_copy", most=6),
    "between performing and marking": Point(function="workbench.sources.moving:perform", after=True, most=6),
    "before marking": Point(function="workbench.journal.effects:_record", after=True, most=2),
    "before sweeping": Point(function="workbench.journal.orphans:remove_orphans"),
    "after sweeping": Point(function="workbench.journal.orphans:remove_orphans", after=True),
    "while finishing": Point(function="workbench.runs:finish"),
    "when finished": Point(function="workbench.runs:finish", after=True),
}


def main() -> None:
    """Arm the points, then be the command line."""
    divider = sys.argv.index("--")
    notes, points = Path(sys.argv[1]), sys.argv[2:divider]
    for place, value in SMALL.items():
        module, name = place.split(":")
        setattr(import_module(module), name, value)
    for given in points:
        name, number = given.rsplit(":", 1)
        arm(POINTS[name], int(number), lambda pid, name=name: _kill(pid, name, notes))
    if command := os.environ.get("KILLED_COMMAND"):
        where, number = os.environ["KILLED_AT"].rsplit(":", 1)
        arm(POINTS[where], int(number), lambda _: _full() if command == "full" else _run(command))
    sys.argv = ["workbench", *sys.argv[divider + 1 :]]
    from workbench.cli import main as command_line

    command_line()


def serve() -> None:
    """Fork a process for each order on standard input; tell its number, then how it ended."""
    for module in ("workbench.cli", "workbench.app", "workbench.pipeline", *{p.split(":")[0] for p in SMALL}):
        import_module(module)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            _become(order)
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(order: dict[str, Any]) -> None:
    code = 1
    try:
        os.environ.update(order["environment"])
        for descriptor, name in ((0, os.devnull), (1, order["output"]), (2, order["output"])):
            os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC if descriptor else os.O_RDONLY), descriptor)
        sys.argv = order["arguments"]
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def arm(point: Point, number: int, strike: Callable[[int], object]) -> None:
    """Let the n-th call of a function meet with a blow."""
    module, name = point.function.split(":")
    *path, last = name.split(".")
    owner: Any = import_module(module)
    owner = attrgetter(".".join(path))(owner) if path else owner
    whole = getattr(owner, last)
    calls = count(1)

    @wraps(whole)
    def armed(*args: Any, **more: Any) -> Any:
        is_due = next(calls) == number
        if is_due and not point.after:
            strike(point.victim(*args))
        found = whole(*args, **more)
        if is_due and point.after:
            strike(point.victim(*args))
        return found

    setattr(owner, last, armed)


def _run(command: str) -> None:
    subprocess.run(command, shell=True, check=True)


def _full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _kill(pid: int, name: str, notes: Path) -> None:
    with notes.open("a") as file:
        file.write(f"{name}\n")
    os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["serve"] else main()
