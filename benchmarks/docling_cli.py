"""The docling command line over a folder, as its users start it."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks import homes
from benchmarks.rows import Options

# What docling takes among the generated files.
TAKES = {".pdf", ".docx", ".xlsx", ".pptx", ".odt", ".html", ".md", ".csv", ".eml", ".txt"}


def converted(files: Sequence[Path], options: Options, *, pipeline: str) -> tuple[int, float, float]:
    """Files converted, seconds without those of the start, peak memory in MB.

    Raises
    ------
    OSError, RuntimeError
        There is no docling, or it failed.
    """
    if not files:
        return 0, 0.0, 0.0
    # The first start of all reads everything from the disk, which later ones do not.
    start = min(_convert(files[:1], options, pipeline=pipeline)[1] for _ in range(2))
    count, seconds, memory = _convert(files, options, pipeline=pipeline)
    return count, max(seconds - start, 0.001), memory


def _convert(files: Sequence[Path], options: Options, *, pipeline: str) -> tuple[int, float, float]:
    given, out = options.scratch / "docling-in", options.scratch / "docling-out"
    for folder in (given, out):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for number, file in enumerate(files):
        shutil.copy(file, given / f"{number:05}{file.suffix}")
    threads = str(os.cpu_count() or 1)
    command = [options.docling, "convert", "--pipeline", pipeline, "--no-ocr", "--to", "text", "--fail-on", "never"]
    done = homes.observed(
        [*command, "--num-threads", threads, "--parser-threads", threads, "--output", str(out), str(given)], {}
    )
    return len(list(out.glob("*.txt"))), done.seconds, done.tree_mb
