"""What every station of the pipeline is handed: one run, and what it works with."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from workbench.database import Database
from workbench.extraction import ExtractOptions
from workbench.progress import Progress, silent
from workbench.records import Digest, Stage
from workbench.runs.items import Items
from workbench.store import Store

# Counting a run's items takes longer the more there are; nobody reads faster than this.
LOOK_EVERY_S = 0.5


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
    strays : what was stored and will not be recorded
    held : how many arrivals were held back, by the run that had taken them; a run that goes on looks, and counts, again
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
    held: Counter[int] = field(default_factory=Counter)
    strays: list[Digest] = field(default_factory=list)
    _looked_at: dict[str, float] = field(default_factory=dict)

    def show(self, stage: Stage) -> None:
        """Tell whoever looks how far a stage is, now and then; `timed` tells the end of it."""
        now = time.monotonic()
        if self.progress is not silent and now - self._looked_at.get(stage, 0.0) >= LOOK_EVERY_S:
            self._tell(stage)
            self._looked_at[stage] = now

    @contextmanager
    def timed(self, stage: Stage) -> Iterator[None]:
        """Count the seconds of the block for a stage."""
        start = time.monotonic()
        try:
            yield
            if stage in self._looked_at:
                self._tell(stage)
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.monotonic() - start

    def _tell(self, stage: Stage) -> None:
        done, total = self.items.progress().get(stage, (0, 0))
        self.progress(stage, done, total)
