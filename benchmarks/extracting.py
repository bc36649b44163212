"""Extraction without a catalogue: files through worker processes, nothing kept."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from workbench import extraction
from workbench.executor import LocalExecutor
from workbench.extraction import ExtractOptions
from workbench.pipeline.reading import WORTH_PRELOADING
from workbench.pipeline.steps import Task, read_document
from workbench.records import Digest, Extraction

LIGHT = "workbench.pipeline.steps"
HEAVY = "workbench.extraction.preload"


def extract(files: Sequence[Path], scratch: Path, *, ocr: bool = False) -> Iterator[tuple[Path, Extraction | None]]:
    """Read files in as many workers as there are cores; None where a worker was lost."""
    scratch.mkdir(parents=True, exist_ok=True)
    # As the pipeline does: docling is loaded beforehand where there is something to be gained.
    preload = (LIGHT, HEAVY) if len(files) >= WORTH_PRELOADING else (LIGHT,)
    with LocalExecutor(
        workers=os.cpu_count() or 1, timeout_s=120, memory_bytes=4 << 30, tasks_per_worker=400, preload=preload
    ) as executor:
        for outcome in executor.run(read_document, ((str(file), _task(file, scratch, ocr=ocr)) for file in files)):
            yield Path(outcome.key), outcome.value.extraction if outcome.value else None


def _task(file: Path, scratch: Path, *, ocr: bool) -> Task:
    return Task(
        digest=Digest(""),
        path=file,
        name=file.name,
        media_type=extraction.media_type(file, file.name),
        options=ExtractOptions(scratch=scratch, name=file.name, ocr=ocr),
    )
