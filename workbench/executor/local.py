"""`LocalExecutor`: the same function over many tasks, on worker processes of this machine."""

import queue
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from workbench.errors import ExecutorError
from workbench.executor.outcome import Outcome
from workbench.executor.pool import Pool, Task

T = TypeVar("T")
R = TypeVar("R")


class LocalExecutor:
    """Worker processes on this machine, as a context manager.

    Parameters
    ----------
    workers : processes at the same time
    timeout_s : seconds that one task may take; then its process and all it started are killed
    memory_bytes : private memory that one worker may have, 0 for no limit
    tasks_per_worker : a worker is replaced after so many, 0 for never; some libraries never give memory back
    preload : modules loaded once, before workers are forked; makes replacing a worker cheap

    Raises
    ------
    ExecutorError
        On entering, or in `run`: worker processes cannot be started or do not stay alive.

    Entering returns at once; `preload` goes on beside, and tasks wait for it.
    """

    def __init__(
        self,
        *,
        workers: int,
        timeout_s: float,
        memory_bytes: int,
        tasks_per_worker: int,
        preload: Sequence[str] = (),
    ) -> None:
        if workers < 1 or timeout_s <= 0:
            raise ExecutorError(f"workers ({workers}) and timeout_s ({timeout_s:g}) must be positive")
        self.workers = workers
        self._pool = Pool(
            size=workers,
            timeout_s=timeout_s,
            memory_bytes=memory_bytes,
            tasks_per_worker=tasks_per_worker,
            preload=tuple(preload),
        )

    def __enter__(self) -> Self:
        self._pool.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()

    def run(self, function: Callable[[T], R], tasks: Iterable[tuple[str, T]]) -> Iterator[Outcome[R]]:
        """Call `function` on every task; give outcomes in the order of completion.

        Tasks are pulled lazily, in the caller's own thread, so that about twice
        as many as there are workers are on their way. When the caller stops
        early, what is still running is killed.

        Parameters
        ----------
        function : importable by name, e.g. defined in a module and not in a notebook's cell
        tasks : pairs of a key, which comes back in the outcome, and the argument
        """
        answers: queue.SimpleQueue[Outcome[Any] | ExecutorError] = queue.SimpleQueue()
        source = iter(tasks)
        under_way, is_exhausted = 0, False
        try:
            while True:
                while not is_exhausted and under_way < 2 * self.workers:
                    task = next(source, None)
                    if task is None:
                        is_exhausted = True
                        break
                    self._pool.submit(Task(key=task[0], function=function, argument=task[1], answers=answers))
                    under_way += 1
                if not under_way:
                    return
                answer = answers.get()
                if isinstance(answer, ExecutorError):
                    raise answer
                under_way -= 1
                yield answer
        finally:
            if under_way:
                self._pool.discard(answers)
