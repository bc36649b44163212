"""Reading files without a catalogue: in worker processes, nothing kept.

For looking at what an extraction gives, for programs that want text and no
catalogue, and for measuring. Every file gets an answer; what hangs or crashes
its worker gets one that says so.
"""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from workbench import extraction
from workbench.catalog.reading import Reading
from workbench.executor import LocalExecutor, Outcome
from workbench.extraction import ExtractOptions, Mode, previews
from workbench.pipeline import failures
from workbench.pipeline.job import Pool
from workbench.pipeline.steps import Task, read_document
from workbench.pipeline.workers import executor_of
from workbench.records import Digest, Extraction, ExtractionState, Thumbnail


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """A file as it was read.

    Its children's files are there until the next file is asked for.
    """

    path: Path
    extraction: Extraction


def extract(paths: Iterable[Path], *, options: ExtractOptions, pool: Pool, files: int) -> Iterator[Extracted]:
    """Read files as they come, in order of completion; a long scan is read to its end.

    Parameters
    ----------
    options : `options.scratch` is a folder for what containers hold
    files : about how many there are, which decides what is loaded beforehand
    """
    with executor_of(pool, options.mode, files=files) as executor:
        rest: list[tuple[str, Task]] = []
        yield from _through(executor, (_task(path, options) for path in paths), rest)
        while rest:
            begun, rest = rest, []
            yield from _through(executor, iter(begun), rest)


def _through(
    executor: LocalExecutor, tasks: Iterator[tuple[str, Task]], rest: list[tuple[str, Task]]
) -> Iterator[Extracted]:
    under_way: dict[str, Task] = {}
    for outcome in executor.run(read_document, _noted(tasks, under_way)):
        task = under_way.pop(outcome.key)
        if outcome.value is None and _may_read_directly(outcome, task):
            rest.append((outcome.key, replace(task, options=replace(task.options, mode=Mode.FAST))))
            continue
        found = _found(outcome, task)
        if found.next_page is not None:
            rest.append((outcome.key, replace(task, begun=found)))
            continue
        yield Extracted(path=task.path, extraction=found)
        shutil.rmtree(task.options.scratch, ignore_errors=True)


def _noted(tasks: Iterator[tuple[str, Task]], under_way: dict[str, Task]) -> Iterator[tuple[str, Task]]:
    for key, task in tasks:
        under_way[key] = task
        yield key, task


def _task(path: Path, options: ExtractOptions) -> tuple[str, Task]:
    options.scratch.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=options.scratch))
    task = Task(
        digest=Digest(""),
        path=path,
        name=path.name,
        media_type="",
        options=replace(options, scratch=place, name=path.name),
    )
    return place.name, task


def _may_read_directly(outcome: Outcome[Reading], task: Task) -> bool:
    if outcome.failure == "error" or task.options.mode is Mode.FAST:
        return False
    kind = extraction.media_type_of(task.path, task.name)
    return outcome.failure != "timeout" or failures.is_by_docling(kind, task.options)


def _found(outcome: Outcome[Reading], task: Task) -> Extraction:
    if outcome.value is not None:
        return outcome.value.extraction
    state, message = ExtractionState.CORRUPT, f"It could not be read: {outcome.message}"
    if outcome.failure == "timeout":
        state, message = ExtractionState.TIMEOUT, f"It was not read within {outcome.seconds:.0f} seconds."
    elif outcome.failure == "memory":
        state, message = ExtractionState.TOO_LARGE, outcome.message
    kind = extraction.media_type_of(task.path, task.name)
    seconds = {"all": round(outcome.seconds, 4)}
    return Extraction(extractor="none", version="", media_type=kind, state=state, message=message, seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class _Page:
    """A page to draw."""

    path: Path
    page: int
    dpi: int
    passwords: tuple[str, ...]


def picture(path: Path, *, page: int, dpi: int, options: ExtractOptions, pool: Pool) -> Thumbnail | None:
    """Draw one page of a PDF or a picture in a worker process; None for other formats and pages that do not exist."""
    task = _Page(path=path, page=page, dpi=dpi, passwords=options.passwords)
    with LocalExecutor(
        workers=1, timeout_s=pool.timeout_s, memory_bytes=pool.memory_bytes, tasks_per_worker=0, preload=()
    ) as executor:
        return next(outcome.value for outcome in executor.run(_drawn, [("page", task)]))


def _drawn(task: _Page) -> Thumbnail | None:
    kind = extraction.media_type_of(task.path, task.path.name)
    return previews.page_picture(task.path, kind, task.page, dpi=task.dpi, passwords=task.passwords)
