"""Generated documents from a folder to a decision, beside others who only read them.

The workbench starts with an empty catalogue on a running embedded server and ends with everything
searchable, related and classified. The alternatives read the same files and
keep nothing: the docling command line, one process, and our own extractors
in as many workers as there are cores.
"""

import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import docling_cli, documents, extracting, homes
from benchmarks.homes import Finished, Home
from benchmarks.rows import Options, Row, compared
from workbench import Workbench

# docling converts about 3 a second on a core: so many outweigh its start.
DOCLING_FILES = 400


def measure(options: Options) -> Iterator[Row]:
    """Documents a minute end to end, then of the alternatives, then where the time and the memory went."""
    folder = documents.generated(options.scratch, count=options.count, seed=options.seed)
    files = documents.files(folder)
    with homes.fresh(options.scratch, "pipeline") as home:
        done = home.run("ingest", "--json", str(folder))
        whole = _rate("workbench, end to end", len(files), done.seconds)
        stages = _stages(home, done)
    others = [_bare(files, options.scratch), *_docling(files, options)]
    yield whole
    for other in others:
        yield other
        if other.unit == whole.unit:
            yield compared(Row(what=whole.what, value=whole.value, unit=whole.unit), other)
    yield from stages


def _stages(home: Home, done: Finished) -> list[Row]:
    with Workbench(settings=home.settings) as wb:
        run = wb.runs(most=1)[0]
    spent = {stage: float(value) for stage, value in run.seconds.items()}
    counts = done.json()["counts"]
    return [
        *(Row(what=f"stage {stage}", value=value, unit="s") for stage, value in spent.items()),
        Row(what="start and report", value=done.seconds - sum(spent.values()), unit="s"),
        Row(what="peak memory of the parent", value=done.parent_mb, unit="MB"),
        Row(what="peak memory of the largest worker", value=done.worker_mb, unit="MB"),
        Row(what="peak memory of all processes", value=done.tree_mb, unit="MB", note="shared pages count for each"),
        *(Row(what=f"counted: {key}", value=counts[key], unit="") for key in ("documents", "classified", "problems")),
        Row(what="counted: near duplicates", value=counts["near_duplicates"], unit=""),
    ]


def _bare(files: list[Path], scratch: Path) -> Row:
    start = time.monotonic()
    read = sum(found.state.is_readable for _, found in extracting.extract(files, scratch / "members"))
    row = _rate("bare extraction, all workers, nothing kept", read, time.monotonic() - start)
    shutil.rmtree(scratch / "members", ignore_errors=True)
    return row


def _docling(files: list[Path], options: Options) -> Iterator[Row]:
    accepted = [file for file in files if file.suffix in docling_cli.TAKES]
    chosen = random.Random(options.seed).sample(accepted, min(DOCLING_FILES, len(accepted)))
    pdfs = [file for file in chosen if file.suffix == ".pdf"]
    try:
        # Its pipeline for PDF without weights takes nothing else, so there are two commands.
        runs = [
            docling_cli.converted(pdfs, options, pipeline="native"),
            docling_cli.converted([file for file in chosen if file.suffix != ".pdf"], options, pipeline="standard"),
        ]
    except (OSError, RuntimeError) as refusal:
        told = " ".join(str(refusal).split())[-160:]
        yield Row(what="docling command line", value=0, unit="", note=f"not measured: {told}")
        return
    made = sum(count for count, _, _ in runs)
    note = f"{made} converted of {len(chosen)}; takes {len(accepted)} of {len(files)}; its start taken off"
    yield _rate("docling command line, one process", made, sum(seconds for _, seconds, _ in runs), note=note)
    yield Row(what="peak memory of docling", value=max(memory for _, _, memory in runs), unit="MB")


def _rate(what: str, count: int, seconds: float, *, note: str = "") -> Row:
    return Row(what=what, value=count / seconds * 60, unit="a minute", note=note or f"{count} in {seconds:.1f} s")
