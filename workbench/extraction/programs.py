"""Running another program on a file: within a time and an amount of output, leaving nothing behind.

The program stays in the process group of the caller, so that whoever kills a
worker with its group takes it along; on a timeout it ends with all it started.
"""

import contextlib
import os
import selectors
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.records import ExtractionState

_CHUNK = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Output:
    """What a program wrote to its standard output, and whether that is all of it."""

    data: bytes
    status: int
    is_cut: bool = False


def run(
    command: Sequence[str],
    *,
    timeout_s: float,
    most_bytes: int,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Output:
    """Run a program without input and return what it wrote.

    Parameters
    ----------
    most_bytes : when it has written more, it is ended and the output is cut
    environment : added to that of this process
    folder : where it runs

    Raises
    ------
    ExtractionError
        It is not installed (unsupported) or took longer than `timeout_s` (timeout).
    """
    name = Path(command[0]).name
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
            cwd=folder,
        )
    except OSError as fault:
        raise ExtractionError(f"{name} cannot be started ({fault}).", state=ExtractionState.UNSUPPORTED) from fault
    try:
        data, is_cut = _collected(process, timeout_s, most_bytes, name)
    finally:
        _end(process)
    return Output(data=data, status=process.returncode, is_cut=is_cut)


def _collected(process: "subprocess.Popen[bytes]", timeout_s: float, most_bytes: int, name: str) -> tuple[bytes, bool]:
    """Read the output until its end, a limit or the deadline."""
    assert process.stdout is not None
    deadline = time.monotonic() + timeout_s
    late = ExtractionError(f"{name} needed more than {timeout_s:g} s.", state=ExtractionState.TIMEOUT)
    data = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while len(data) <= most_bytes:
            if not selector.select(max(deadline - time.monotonic(), 0)):
                raise late
            chunk = os.read(process.stdout.fileno(), _CHUNK)
            if not chunk:
                break
            data += chunk
        else:
            return bytes(data[:most_bytes]), True
    try:
        process.wait(max(deadline - time.monotonic(), 0.01))
    except subprocess.TimeoutExpired:
        raise late from None
    return bytes(data), False


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a program that still runs, and everything it started."""
    if process.poll() is None:
        import psutil

        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
        process.kill()
    if process.stdout is not None:
        process.stdout.close()
    process.wait()
