"""The worker processes of a run: started while its files are still being taken, ended with it.

Loading docling takes seconds; meanwhile the bytes are stored. A run that has
nothing to read starts no process.
"""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from workbench.executor import LocalExecutor
from workbench.extraction import Mode
from workbench.pipeline.job import Job, Pool
from workbench.records import Stage

# Loading docling pays when it is spared so many times.
WORTH_PRELOADING = 12
LIGHT = "workbench.pipeline.steps"
HEAVY = "workbench.extraction.preload"


class Workers:
    """The worker processes of one run, as a context manager."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._stack = ExitStack()
        self._executor: LocalExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def expect_work(self) -> bool:
        """Start the processes if there is anything to take or to read; they get ready beside."""
        if self._executor is None and self._open_files():
            self.executor()
        return self._executor is not None

    def executor(self) -> LocalExecutor:
        """Return the processes, started if they are not yet."""
        if self._executor is None:
            mode, files = self._job.options.mode, self._open_files()
            self._executor = self._stack.enter_context(executor_of(self._job.pool, mode, files=files))
        return self._executor

    def _open_files(self) -> int:
        progress = self._job.items.progress()
        counts = [progress.get(stage, (0, 0)) for stage in (Stage.TAKE, Stage.READ)]
        return sum(total - done for done, total in counts)


def executor_of(pool: Pool, mode: Mode, *, files: int) -> LocalExecutor:
    """Return the processes of a pool, not yet started, that load what so many files need."""
    return LocalExecutor(
        workers=pool.workers,
        timeout_s=pool.timeout_s,
        memory_bytes=pool.memory_bytes,
        tasks_per_worker=pool.tasks_per_worker,
        preload=preload(mode, files=files),
    )


def preload(mode: Mode, *, files: int) -> tuple[str, ...]:
    """Return the modules to load before workers are forked, for so many files."""
    return (LIGHT, HEAVY) if mode is not Mode.FAST and files >= WORTH_PRELOADING else (LIGHT,)
