"""Private folders for what is only needed for a moment, swept up after whatever death."""

import fcntl
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workbench.errors import StoreError

# With less than this a disk is full for whoever writes to it.
LEAST_BYTES = 4 * 1024**2


@contextmanager
def folder(parent: Path) -> Iterator[Path]:
    """A new folder, removed with all it holds at the end; those of dead processes are removed first."""
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(parent)
    unlocked = Path(tempfile.mkdtemp(prefix="new-", dir=parent))
    with (unlocked / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Only a locked folder is called run-…: a sweep by another process never meets one that is not held yet.
        place = unlocked.rename(unlocked.with_name(unlocked.name.replace("new-", "run-", 1)))
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def check_room(place: Path) -> None:
    """Raise `StoreError` where nothing more can be written: what was read meanwhile may lack what did not fit."""
    if shutil.disk_usage(place).free < LEAST_BYTES:
        raise full(place)


def full(place: Path) -> StoreError:
    """Return what is said of a full disk."""
    return StoreError(
        f"the disk below {place.parent} is full; free some space and start again, the run goes on where it stopped"
    )


def sweep(parent: Path) -> None:
    """Remove the folders that no living process holds."""
    for place in parent.glob("run-*"):
        with suppress(OSError), (place / ".lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(place, ignore_errors=True)
    for place in parent.glob("new-*"):
        # Between making and locking lie microseconds: what is older belongs to a process that died there.
        with suppress(OSError):
            if time.time() - place.stat().st_mtime > 60:
                shutil.rmtree(place, ignore_errors=True)
