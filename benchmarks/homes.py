"""A fresh home for the workbench, and its command run there under observation."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from pydantic import SecretStr

from benchmarks import server
from benchmarks.documents import PROJECT
from workbench import config
from workbench.config import Settings

SAMPLE_EVERY_S = 0.25


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What a command took.

    Parameters
    ----------
    parent_mb : peak resident memory of the process itself
    worker_mb : that of its largest descendant
    tree_mb : that of all together; pages shared between workers count for each
    """

    seconds: float
    output: str
    parent_mb: float
    worker_mb: float
    tree_mb: float

    def json(self) -> Any:  # Any: what the command printed
        """Its output read as JSON."""
        return json.loads(self.output)


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where a workbench keeps its objects, and the address of its database.

    Parameters
    ----------
    database_url : as the admin, who may migrate
    """

    folder: Path
    database_url: str

    def run(self, *arguments: str) -> Finished:
        """Run a command of the workbench in a process of its own."""
        variables = {"WORKBENCH_HOME": str(self.folder), "WORKBENCH_DATABASE_URL": self.database_url}
        return observed([sys.executable, "-m", "workbench", *arguments], variables)

    def until_first(self, *arguments: str) -> tuple[float, float]:
        """Seconds from the start of an ingest to its first document that is read, and to its end."""
        variables = {**os.environ, "WORKBENCH_HOME": str(self.folder), "WORKBENCH_DATABASE_URL": self.database_url}
        start, first = time.monotonic(), 0.0
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench", "ingest", "-q", *arguments], env=variables, cwd=PROJECT
        )
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            while process.poll() is None:
                row = connection.execute("SELECT EXISTS (SELECT FROM workbench.extractions)").fetchone()
                if row and row[0]:
                    first = time.monotonic() - start
                    break
                time.sleep(0.02)
        process.wait()
        return first, time.monotonic() - start

    @property
    def settings(self) -> Settings:
        """The project's settings with this home."""
        url = SecretStr(self.database_url)
        return config.load(PROJECT).model_copy(update={"home": self.folder, "database_url": url})


@contextmanager
def fresh(scratch: Path, name: str) -> Iterator[Home]:
    """An empty home on an empty, migrated catalogue of the running scratch server; both removed at the end."""
    folder = scratch / f"home-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    with server.running(scratch) as running, server.catalogue(running, f"home_{name}") as database:
        try:
            yield Home(folder=folder, database_url=running.conninfo(role="admin", database=database))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def observed(command: Sequence[str], variables: dict[str, str]) -> Finished:
    """Run a command, and watch its memory and that of its children.

    Raises
    ------
    RuntimeError
        It failed; 3 means that there were problems with documents, which is no failure.
    """
    # What the person who measures has set must not change the figures.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")}
    start = time.monotonic()
    process = subprocess.Popen(
        command, env={**kept, **variables}, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    peaks = _Peaks(process.pid)
    watcher = threading.Thread(target=peaks.watch, args=(process,), daemon=True)
    watcher.start()
    output, errors = process.communicate()
    seconds = time.monotonic() - start
    watcher.join()
    if process.returncode not in {0, 3}:
        raise RuntimeError(f"{' '.join(command[:6])} ended with {process.returncode}: {errors[-2000:]}")
    return Finished(seconds=seconds, output=output, parent_mb=peaks.parent, worker_mb=peaks.worker, tree_mb=peaks.tree)


@dataclass
class _Peaks:
    pid: int
    parent: float = 0.0
    worker: float = 0.0
    tree: float = 0.0

    def watch(self, process: "subprocess.Popen[str]") -> None:
        while process.poll() is None:
            own, others = _resident_mb(self.pid)
            self.parent = max(self.parent, own)
            self.worker = max(self.worker, *others, 0.0)
            self.tree = max(self.tree, own + sum(others))
            time.sleep(SAMPLE_EVERY_S)


def _resident_mb(pid: int) -> tuple[float, list[float]]:
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return 0.0, []
    sizes = []
    for member in family:
        try:
            # A server that is about to leave us is nobody's worker.
            sizes.append(0.0 if member.name() in {"postgres", "pg_ctl"} else member.memory_info().rss / 1e6)
        except psutil.Error:
            sizes.append(0.0)
    return sizes[0], sizes[1:]
