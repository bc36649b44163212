"""Taking files and folders in: the source, the order and the rules of such a run."""

import os
from collections.abc import Sequence
from pathlib import Path

from workbench import config, pipeline, runs
from workbench.app import setting
from workbench.config import Settings
from workbench.database import Database
from workbench.errors import ConfigError
from workbench.progress import Progress, silent
from workbench.records import Run
from workbench.runs import Configuration, Order
from workbench.runs.origin import code_version
from workbench.sources import FolderSource
from workbench.store import Store


def ingest(
    settings: Settings,
    database: Database,
    store: Store,
    paths: Sequence[Path | str],
    *,
    author: str,
    rules: Configuration | None = None,
    reason: str = "",
    allow_empty: bool = False,
    move_to: Path | str | None = None,
    progress: Progress = silent,
) -> Run:
    """Take files and folders to a decision; goes on with an interrupted run of the same paths.

    Parameters
    ----------
    rules : to decide by; those of the run that goes on, or of the file, by default
    move_to : a folder that files are moved to once they are taken
    """
    if not paths or not all(str(path).strip() for path in paths):
        raise ConfigError("a path is empty; name the files and folders to take (an unset variable?)")
    source = source_of(settings, paths, move_to=move_to)
    job = "\n".join(source.places)
    # A run that goes on decides by the rules it began with.
    pinned = setting.pinned(database, runs.unfinished(database, "ingest", job))
    rules = rules or pinned or setting.rules_of(settings)
    order = Order(
        kind="ingest",
        job=job,
        parameters={"paths": list(source.places), "allow_empty": allow_empty, "move_to": _given(move_to)},
        settings=setting.settings_of(settings),
        rules=rules,
        code_version=code_version(),
        reason=reason,
        notebook=os.environ.get("WORKBENCH_NOTEBOOK"),
    )
    work = setting.setting(settings, database, store, rules, author=author)
    return pipeline.ingest(work, source, order, progress=progress, allow_empty=allow_empty)


def source_of(settings: Settings, paths: Sequence[Path | str], *, move_to: Path | str | None = None) -> FolderSource:
    """Return the files below these paths that the settings want."""
    return FolderSource(
        [config.expanded(Path(path)) for path in paths],
        include=settings.folders.include,
        exclude=settings.folders.exclude,
        without=[settings.home_folder],
        move_to=Path(given) if (given := _given(move_to)) else None,
    )


def _given(folder: Path | str | None) -> str | None:
    # Whole, for a resume may stand elsewhere.
    return str(config.expanded(Path(folder)).absolute()) if folder is not None else None
