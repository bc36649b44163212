"""What every station of the pipeline is handed: one run, and what it works with."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from workbench.database import Database
from workbench.extraction import ExtractOptions
from workbench.progress import Progress, silent
from workbench.records import Stage
from workbench.runs.items import Items
from workbench.store import Store


@dataclass(frozen=True, kw_only=True)
class Pool:
    """How many worker processes read, and what each may use."""

    workers: int
    timeout_s: float
    memory_bytes: int
    tasks_per_worker: int


@dataclass(frozen=True, kw_only=True)
class Job:
    """A run in this process.

    Parameters
    ----------
    scratch : private folder of this process, removed at the end or by the next start
    seconds : seconds per stage so far; filled as the work goes on
    """

    run_id: int
    database: Database
    store: Store
    items: Items
    options: ExtractOptions
    pool: Pool
    scratch: Path
    progress: Progress = silent
    seconds: dict[str, float] = field(default_factory=dict)

    def show(self, stage: Stage) -> None:
        """Tell whoever looks how far a stage is."""
        done, total = self.items.progress().get(stage, (0, 0))
        self.progress(stage, done, total)

    @contextmanager
    def timed(self, stage: Stage) -> Iterator[None]:
        """Count the seconds of the block for a stage."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.monotonic() - start
