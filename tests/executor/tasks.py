"""What workers are asked to do in the tests: importable by name, as tasks must be."""

import os
import signal
import subprocess
import time
from pathlib import Path


def double(number: int) -> int:
    return 2 * number


def pid(_: object) -> int:
    return os.getpid()


def fail(text: str) -> None:
    raise ValueError(text)


def leave(code: int) -> None:
    os._exit(code)


def crash(_: object) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def exit_politely(_: object) -> None:
    raise SystemExit(3)


def eat(count: int) -> int:
    return len(bytearray(count))


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def hang_with_child(marker: str) -> None:
    """Start a child of the kind a hung Tesseract is, and never return."""
    child = subprocess.Popen(["sleep", "300"])
    Path(marker).write_text(str(child.pid))
    time.sleep(300)


def leave_child_and_die(marker: str) -> None:
    child = subprocess.Popen(["sleep", "300"])
    Path(marker).write_text(str(child.pid))
    os.kill(os.getpid(), signal.SIGKILL)


def die_in_the_first_answer(path: str) -> object:
    """Give something that kills its process while it is being sent."""
    return Explosive()


class Explosive:
    def __reduce__(self) -> object:
        os.kill(os.getpid(), signal.SIGKILL)
        return (object, ())


def unsendable(_: object) -> object:
    return lambda: None


def big(count: int) -> bytes:
    return bytes(count)


def sigint_is_ignored(_: object) -> bool:
    os.kill(os.getpid(), signal.SIGINT)
    return True


def preloaded(module: str) -> bool:
    import sys

    return module in sys.modules


def crash_or_not(what: str) -> str:
    if what:
        os._exit(5)
    return what


def hang_or_not(marker: str) -> None:
    if marker:
        hang_with_child(marker)
