"""The life of one worker process: forked from the nursery, one task after the other.

It leads a process group of its own, so that what it started can be ended with
it; it ignores Ctrl-C, which is its parent's business; it has a memory limit;
and it dies with the nursery that forked it.
"""

import ctypes
import os
import pickle
import resource
import signal
import socket
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.executor import wire

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


@dataclass(frozen=True)
class Answer:
    """What a worker says about a task; `failure` is None, "memory" or "error"."""

    value: Any  # Any: whatever the function returned
    failure: str | None
    message: str
    seconds: float


def live(channel: socket.socket, *, parent: int, memory_bytes: int) -> None:
    """Serve tasks from `channel` until it closes.

    Parameters
    ----------
    parent : pid of the process that forked this one
    memory_bytes : 0 for no limit
    """
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    die_with(parent)
    limit_memory(memory_bytes)
    while True:
        try:
            function, argument = wire.receive(channel)
        except EOFError:
            return
        except Exception as fault:  # a function of __main__, or a module that cannot be imported here
            _reply(channel, _failed(fault, 0.0, hint="; define it in a module that workers can import"))
            continue
        _reply(channel, _performed(function, argument))


def die_with(parent: int) -> None:
    """Ask the kernel to kill this process when its parent is gone, and check that it is not gone already."""
    ctypes.CDLL(None, use_errno=True).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def limit_memory(memory_bytes: int) -> None:
    """Limit private writable memory.

    RLIMIT_DATA counts heap and private writable mappings only. RLIMIT_AS would
    count address space as well, of which numpy, OpenBLAS and PDFium reserve
    gigabytes without touching them.
    """
    if memory_bytes > 0:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def _performed(function: Callable[[Any], Any], argument: Any) -> Answer:  # Any: the task's own types
    started = time.monotonic()
    try:
        value = function(argument)
    except MemoryError:
        return Answer(None, "memory", "It needed more memory than a worker may have.", time.monotonic() - started)
    except KeyboardInterrupt:
        raise
    except BaseException as fault:  # a task that calls sys.exit, or a panic of a Rust library, ends only itself
        return _failed(fault, time.monotonic() - started)
    return Answer(value, None, "", time.monotonic() - started)


def _failed(fault: BaseException, seconds: float, *, hint: str = "") -> Answer:
    where = traceback.extract_tb(fault.__traceback__)
    place = f" ({os.path.basename(where[-1].filename)}:{where[-1].lineno})" if where else ""  # noqa: PTH119 - a string
    return Answer(None, "error", f"{type(fault).__name__}: {fault}{hint}{place}"[:2_000], seconds)


def _reply(channel: socket.socket, answer: Answer) -> None:
    try:
        wire.send(channel, answer)
    except OSError:
        # Nobody is waiting any more.
        os._exit(0)
    except MemoryError:
        wire.send(channel, Answer(None, "memory", "Its result did not fit into a worker's memory.", answer.seconds))
    except (pickle.PicklingError, TypeError, AttributeError, ValueError, RecursionError) as fault:
        wire.send(channel, Answer(None, "error", f"Its result cannot be sent: {fault}"[:2_000], answer.seconds))
