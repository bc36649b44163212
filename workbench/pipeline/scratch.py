"""Private folders for what is only needed for a moment, swept up after whatever death."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def folder(parent: Path) -> Iterator[Path]:
    """A new folder, removed with all it holds at the end; those of dead processes are removed first."""
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(parent)
    place = Path(tempfile.mkdtemp(prefix="run-", dir=parent))
    with (place / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def sweep(parent: Path) -> None:
    """Remove the folders that no living process holds."""
    for place in parent.glob("run-*"):
        with suppress(OSError), (place / ".lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(place, ignore_errors=True)
