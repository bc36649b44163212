"""Every way of reading beside the library it is built on, in the same run on the same files.

Both sides have as many worker processes as there are cores. Processor time is
that of all workers and what they started.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from benchmarks import bare, docling_cli, documents, homes, paper
from benchmarks.rows import Options, Row, compared
from workbench import extraction
from workbench.executor import LocalExecutor
from workbench.extraction import ExtractOptions, Mode
from workbench.pipeline.steps import Task, read_document
from workbench.pipeline.workers import preload
from workbench.records import Digest

DPI = 200
# Slow ways get fewer files.
PDFS, PAGES = 60, 20
STRUCTURED, STRUCTURED_PAGES = 8, 10
SCANS = 16
LARGE_MB = 50


@dataclass(frozen=True, kw_only=True)
class Took:
    """What reading some files took: seconds on the clock and of the processors."""

    seconds: float
    processor_s: float
    done: int


def measure(options: Options) -> Iterator[Row]:
    """Documents and pages by time, each beside an alternative."""
    yield from _mixed(options)
    yield from _text(options)
    yield from _structured(options)
    yield from _recognition(options)
    yield from _large(options)
    yield from _first(options)


def _mixed(options: Options) -> Iterator[Row]:
    files = documents.files(documents.generated(options.scratch, count=options.count, seed=options.seed))
    for mode in (Mode.BALANCED, Mode.FAST):
        took = _read(files, _options(options, mode=mode, ocr=False))
        yield Row(
            what=f"mixed documents without OCR, {mode}",
            value=took.done / took.seconds * 60,
            unit="documents a minute",
            note=f"{took.done} of {len(files)} in {took.seconds:.1f} s",
        )


def _text(options: Options) -> Iterator[Row]:
    files = paper.pdfs(options.scratch, count=min(PDFS, options.count), pages=PAGES, seed=options.seed)
    pages = len(files) * PAGES
    theirs = _pages("PDF text, bare PDFium", pages, _bare(bare.pdfium, files))
    yield theirs
    ours = _pages("PDF text", pages, _read(files, _options(options, mode=Mode.BALANCED, ocr=True)))
    yield compared(ours, theirs)


def _structured(options: Options) -> Iterator[Row]:
    count = min(STRUCTURED, options.count)
    files = paper.pdfs(options.scratch, count=count, pages=STRUCTURED_PAGES, seed=options.seed)
    pages = count * STRUCTURED_PAGES
    ours = _pages("structured PDF", pages, _read(files, _options(options, mode=Mode.STRUCTURED, ocr=False)))
    theirs = _pages("structured PDF, docling's native pipeline", pages, _bare(bare.docling_native, files, heavy=True))
    yield theirs
    yield compared(ours, theirs)
    try:
        made, seconds, _ = docling_cli.converted(files, options, pipeline="native")
    except (OSError, RuntimeError) as refusal:
        yield Row(what="docling command line", value=0, unit="", note=f"not measured: {str(refusal)[:120]}")
        return
    if made:
        rate = made * STRUCTURED_PAGES / seconds
        line = Row(what="structured PDF, docling's command line", value=rate, unit="pages a second")
        yield line
        yield compared(ours, line)


def _recognition(options: Options) -> Iterator[Row]:
    files = paper.scans(options.scratch, count=min(SCANS, options.count), dpi=DPI, seed=options.seed)
    pages = len(files)
    theirs = _bare(bare.tesseract, files)
    ours = _read(files, _options(options, mode=Mode.BALANCED, ocr=True))
    yield _pages(f"recognition at {DPI} dpi, bare Tesseract", pages, theirs)
    yield compared(_pages(f"recognition at {DPI} dpi", pages, ours), _pages("bare Tesseract", pages, theirs))
    cost = Row(what="processor time of bare Tesseract", value=theirs.processor_s / pages, unit="s a page")
    yield cost
    yield compared(Row(what="processor time of recognition", value=ours.processor_s / pages, unit="s a page"), cost)


def _large(options: Options) -> Iterator[Row]:
    file = paper.large_pdf(options.scratch, megabytes=min(LARGE_MB, options.count), seed=options.seed)
    with homes.fresh(options.scratch, "large") as home:
        done = home.run("extract", "--json", str(file))
    what = f"a text PDF of {file.stat().st_size / 1e6:.0f} MB"
    yield Row(what=what, value=done.seconds, unit="s", note="whole process")
    yield Row(what=f"{what}: memory of the worker", value=done.worker_mb, unit="MB")


def _first(options: Options) -> Iterator[Row]:
    """The time from the start of an ingest to its first document that can be searched."""
    folder = documents.generated(options.scratch, count=options.count, seed=options.seed)
    with homes.fresh(options.scratch, "first") as home:
        seconds, whole = home.until_first(str(folder), "--mode", "fast", "--no-ocr")
    note = f"of {options.count}, which took {whole:.1f} s; database running"
    yield Row(what="first document read, direct", value=seconds, unit="s", note=note)


def _options(options: Options, *, mode: Mode, ocr: bool) -> ExtractOptions:
    return ExtractOptions(scratch=options.scratch / "members", mode=mode, ocr=ocr, languages=("deu",), dpi=DPI)


def _read(files: Sequence[Path], options: ExtractOptions) -> Took:
    options.scratch.mkdir(parents=True, exist_ok=True)
    tasks = [(str(file), _task(file, options)) for file in files]
    return _timed(read_document, tasks, preload(options.mode, files=len(files)))


def _task(file: Path, options: ExtractOptions) -> Task:
    kind = extraction.media_type(file, file.name)
    named = replace(options, name=file.name)
    return Task(digest=Digest(""), path=file, name=file.name, media_type=kind, options=named)


def _bare(function: Callable[[Path], int], files: Sequence[Path], *, heavy: bool = False) -> Took:
    modules = ("benchmarks.bare", *(("workbench.extraction.preload",) if heavy else ()))
    return _timed(function, [(str(file), file) for file in files], modules)


def _timed(function: Callable[..., object], tasks: Sequence[tuple[str, object]], modules: Sequence[str]) -> Took:
    """Work everything off; loading and the first task of each worker are not counted."""
    with LocalExecutor(
        workers=os.cpu_count() or 1, timeout_s=600, memory_bytes=4 << 30, tasks_per_worker=0, preload=modules
    ) as executor:
        for _ in executor.run(function, tasks[: 2 * executor.workers]):
            pass
        before, start = _processor_s(), time.monotonic()
        done = sum(outcome.failure is None for outcome in executor.run(function, tasks))
        seconds = time.monotonic() - start
        return Took(seconds=seconds, processor_s=_processor_s() - before, done=done)


def _processor_s() -> float:
    """Processor time of all workers so far, with what they started and waited for."""
    family = psutil.Process().children(recursive=True)
    return sum(sum(member.cpu_times()[:4]) for member in family)


def _pages(what: str, pages: int, took: Took) -> Row:
    return Row(what=what, value=pages / took.seconds, unit="pages a second", note=f"{took.seconds:.1f} s")
