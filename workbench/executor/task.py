"""One call that waits or runs, and how its end is told.

Its outcome goes into the queue that it brings: what its worker said, or a
failure that the parent saw. Says nothing about when; that is the pool's part.
"""

import queue
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.errors import ExecutorError
from workbench.executor.outcome import Failure, Outcome
from workbench.executor.worker import Answer


@dataclass(eq=False)
class Task:
    """One call to make; `answers` is where its outcome goes.

    Parameters
    ----------
    refusals : how often a worker was gone before it took the task
    """

    key: str
    function: Callable[[Any], Any]  # Any: the caller's own types, here and below
    argument: Any
    answers: "queue.SimpleQueue[Outcome[Any] | ExecutorError]"
    refusals: int = 0

    def pass_on(self, answer: Answer) -> None:
        """Tell what the worker said."""
        failure = _failure(answer)
        self.answers.put(Outcome(self.key, answer.value, failure, answer.message, answer.seconds))

    def fail(self, failure: Failure, message: str, seconds: float) -> None:
        """Tell that no answer came, and why."""
        self.answers.put(Outcome(self.key, None, failure, message, round(seconds, 4)))


def _failure(answer: Answer) -> Failure | None:
    return "memory" if answer.failure == "memory" else "error" if answer.failure else None


def exit_words(code: int) -> str:
    """Put into words how a process ended; a negative code is a signal."""
    if code >= 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hints = {
        "SIGKILL": "killed, perhaps for want of memory",
        "SIGSEGV": "a library crashed",
        "SIGABRT": "a library gave up",
    }
    return f"{name}: {hints[name]}" if name in hints else name
