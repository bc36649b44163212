"""Showing how far long work is: a bar where somebody looks, a line now and then where nobody does.

Nothing here knows what is counted.
"""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

log = logging.getLogger(__name__)

LOG_EVERY_S = 15.0


class Progress(Protocol):
    """Told where the work stands; never asks for anything."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


def silent(stage: str, done: int, total: int) -> None:
    """Say nothing."""


class Logged:
    """A log line when a stage begins, then at most one every so often."""

    def __init__(self, every_s: float = LOG_EVERY_S) -> None:
        self._every_s = every_s
        self._next: dict[str, float] = {}
        self._open: set[str] = set()

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        is_over = done >= total
        # The end is said at once, also of a second wave; what ends with every call (a scan) waits its turn.
        is_due = now >= self._next.get(stage, 0.0) or (is_over and stage in self._open)
        if not is_over:
            self._open.add(stage)
        if not is_due or not total:
            return
        log.info("%s: %d of %d", stage, done, total)
        self._next[stage] = now + self._every_s
        if is_over:
            self._open.discard(stage)


class Bars:
    """One bar per stage, in a terminal or a notebook."""

    def __init__(self) -> None:
        self._bars: dict[str, Any] = {}  # Any: tqdm's class depends on where it is shown

    def __call__(self, stage: str, done: int, total: int) -> None:
        from tqdm.auto import tqdm  # slow to import, and only wanted where somebody looks

        if stage not in self._bars:
            if not total:
                return
            self._bars[stage] = tqdm(total=total, desc=f"{stage:>9}", unit="", dynamic_ncols=True, leave=True)
        bar = self._bars[stage]
        bar.total = max(total, bar.total)
        bar.update(done - bar.n)

    def close(self) -> None:
        for bar in self._bars.values():
            bar.close()


@contextmanager
def shown(*, wanted: bool | None = None) -> Iterator[Progress]:
    """Bars where somebody looks, log lines elsewhere.

    Parameters
    ----------
    wanted : True for bars, False for log lines, None to find out
    """
    if wanted is None:
        wanted = sys.stderr.isatty() or _in_notebook()
    if not wanted:
        yield Logged()
        return
    bars = Bars()
    try:
        yield bars
    finally:
        bars.close()


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and shell.__class__.__name__ == "ZMQInteractiveShell"
