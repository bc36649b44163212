"""Extraction without a catalogue: files through worker processes, nothing kept."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from workbench.extraction import ExtractOptions, Mode
from workbench.pipeline import Pool
from workbench.pipeline.extracting import extract as extracted
from workbench.records import Extraction


def extract(
    files: Sequence[Path],
    scratch: Path,
    *,
    ocr: bool = False,
    mode: Mode = Mode.BALANCED,
    workers: int = 0,
    tables: bool = False,
) -> Iterator[tuple[Path, Extraction]]:
    """Read files in as many workers as there are cores, or so many."""
    pool = Pool(workers=workers or os.cpu_count() or 1, timeout_s=120, memory_bytes=4 << 30, tasks_per_worker=400)
    options = ExtractOptions(scratch=scratch, ocr=ocr, mode=mode, tables=tables)
    for found in extracted(files, options=options, pool=pool, files=len(files)):
        yield found.path, found.extraction
