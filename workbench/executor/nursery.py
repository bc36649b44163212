"""The process that forks workers: heavy modules are loaded here once.

Run as ``python -m workbench.executor.nursery FD MEMORY MODULE…``. It has a
single thread, so that forking is safe, holds none of its parent's pipes, and
never imports the parent's ``__main__``: scripts, notebooks and ``python -c``
all work alike. It alone kills and reaps, so that no signal ever reaches a
process that took over a dead one's number. When its parent is gone, it kills
every worker with all that the worker started, and ends.
"""

import contextlib
import importlib
import os
import pickle
import select
import signal
import socket
import struct
import sys

from workbench.executor import worker

# From the parent: what to do, and to which worker.
ORDER = struct.Struct("!cq")
FORK, KILL = b"F", b"K"
# To the parent: pickled tuples that begin with one of these.
READY, FORKED, ENDED = "ready", "forked", "ended"
MAX_MESSAGE = 65_536


def main(arguments: list[str]) -> None:
    """Serve the parent's socket until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=int(arguments[0])) as parent:
        workers: set[int] = set()
        try:
            _serve(parent, workers, memory_bytes=int(arguments[1]), modules=arguments[2:])
        except (EOFError, ConnectionError):
            pass
        finally:
            for pid in workers:
                _kill_group(pid)


def _serve(parent: socket.socket, workers: set[int], *, memory_bytes: int, modules: list[str]) -> None:
    _tell(parent, READY, _preloaded(modules))
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready, _, _ = select.select([parent.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _reap(parent, workers)
        if parent.fileno() in ready:
            _obey(parent, workers, memory_bytes=memory_bytes, inherited=(woken, wake))


def _tell(parent: socket.socket, *message: object) -> None:
    parent.send(pickle.dumps(message))


def _preloaded(modules: list[str]) -> list[str]:
    """Import the modules; one that is missing costs only speed."""
    problems: list[str] = []
    for module in modules:
        try:
            importlib.import_module(module)
        except Exception as fault:  # as it says
            problems.append(f"{module}: {type(fault).__name__}: {fault}"[:500])
    return problems[:50]


def _obey(parent: socket.socket, workers: set[int], *, memory_bytes: int, inherited: tuple[int, ...]) -> None:
    message, descriptors, _, _ = socket.recv_fds(parent, ORDER.size, 1)
    if len(message) < ORDER.size:
        raise EOFError("the parent is gone")
    order, pid = ORDER.unpack(message)
    if order == KILL:
        if pid in workers:
            _kill_group(pid)
        return
    pid = _forked(parent, descriptors[0], memory_bytes=memory_bytes, inherited=inherited)
    workers.add(pid)
    _tell(parent, FORKED, pid)


def _forked(parent: socket.socket, channel: int, *, memory_bytes: int, inherited: tuple[int, ...]) -> int:
    """Fork one worker that serves `channel`; return its pid."""
    nursery = os.getpid()
    pid = os.fork()
    if pid:
        os.close(channel)
        with contextlib.suppress(OSError):
            # Also set here, so that the group exists before the first task is sent.
            os.setpgid(pid, pid)
        return pid
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        parent.close()
        for descriptor in inherited:
            os.close(descriptor)
        worker.live(socket.socket(fileno=channel), parent=nursery, memory_bytes=memory_bytes)
        code = 0
    finally:
        # Nothing of the nursery's is cleaned up here; a worker ends as if it were killed.
        os._exit(code)


def _reap(parent: socket.socket, workers: set[int]) -> None:
    """Bury the workers that ended, with what they left behind, and tell the parent."""
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is None:
            return
        # The number is still taken until waitpid, so that this hits the worker's own group only.
        _kill_group(ended.si_pid)
        _, status = os.waitpid(ended.si_pid, 0)
        workers.discard(ended.si_pid)
        _tell(parent, ENDED, ended.si_pid, os.waitstatus_to_exitcode(status))


def _kill_group(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
