"""What a workbench is made of when it rehearses: its twin, which forgets everything it writes."""

import os
from contextlib import ExitStack

from workbench.config import Settings
from workbench.database import Database
from workbench.database.rehearsal import Rehearsal
from workbench.pipeline import scratch
from workbench.store import LocalStore, OverlayStore, Store

VARIABLE = "WORKBENCH_REHEARSE"
"""Set to 1, every workbench of a process rehearses: so does a notebook that was not written for it."""


def is_wanted(*, asked: bool | None) -> bool:
    """Whether to rehearse: as asked, else as the environment says."""
    return asked if asked is not None else os.environ.get(VARIABLE, "").strip() not in {"", "0"}


def database_class(*, rehearse: bool) -> type[Database]:
    """Return what stands for the catalogue."""
    return Rehearsal if rehearse else Database


def store(settings: Settings, closing: ExitStack, *, rehearse: bool) -> Store:
    """Return the blobs; those of a rehearsal lie in a folder that goes with `closing`, or with the next start."""
    if not rehearse:
        return LocalStore(settings.objects_folder)
    place = closing.enter_context(scratch.folder(settings.home_folder / "scratch"))
    return OverlayStore(LocalStore(settings.objects_folder, read_only=True), place / "objects")
