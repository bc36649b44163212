"""The parent's line to the nursery: opened, spoken and listened on, closed.

One sequenced-packet socket per nursery process. What the messages mean is
said in `nursery`; who is to be forked or killed is the pool's business.
"""

import contextlib
import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.errors import ExecutorError
from workbench.executor import nursery

START_TIMEOUT_S = 120.0
"""Seconds that loading everything may take on a slow, busy machine."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A nursery process and the socket that it serves."""

    process: "subprocess.Popen[bytes]"
    control: socket.socket

    def order(self, order: bytes, *, pid: int = 0, channel: socket.socket | None = None) -> None:
        """Send an order, with the worker that it is about or the socket of the one to be forked."""
        descriptors = [channel.fileno()] if channel is not None else []
        # A nursery that is gone is noticed by its closed socket.
        with contextlib.suppress(OSError):
            socket.send_fds(self.control, [nursery.ORDER.pack(order, pid)], descriptors)

    def hear(self) -> tuple[Any, ...] | None:  # Any: a kind, then what belongs to it
        """Wait for the next message; None if the nursery is gone."""
        message = self.control.recv(nursery.MAX_MESSAGE)
        return pickle.loads(message) if message else None

    def close(self, *, at_once: bool = False) -> None:
        """Hang up, which ends the nursery with its workers, and wait until it is gone.

        Parameters
        ----------
        at_once : for one that is still loading, has no workers yet and would not notice before it has loaded
        """
        if at_once:
            self.process.kill()
        self.control.close()
        self.process.wait()


def open_nursery(memory_bytes: int, preload: Sequence[str]) -> Line:
    """Start a nursery; its first message says that it has loaded everything.

    Raises
    ------
    ExecutorError
        No process can be started.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        # -P: the folder one happens to stand in must not shadow a module.
        command = [sys.executable, "-P", "-m", "workbench.executor.nursery", str(theirs.fileno()), str(memory_bytes)]
        path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)  # noqa: PTH109 - a string for a variable
        try:
            process = subprocess.Popen(
                [*command, *preload],
                pass_fds=(theirs.fileno(),),
                # None of our pipes: whoever reads our output must see its end when we end.
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": path, "OMP_THREAD_LIMIT": "1"},
            )
        except OSError as fault:
            ours.close()
            raise ExecutorError(f"No worker process can be started: {fault.strerror or fault}.") from fault
    return Line(process=process, control=ours)
