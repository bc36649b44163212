"""Failures as data: what a reader of the run's report is told, and what to do about it."""

from workbench import extraction
from workbench.catalog.reading import Reading, ToRead
from workbench.executor import Outcome
from workbench.extraction import ExtractOptions
from workbench.records import Extraction, ExtractionState, Item, Problem, Stage
from workbench.runs.items import KILLS, STRIKES

_ADVICE = {
    ExtractionState.PARTIAL: "Look at what is missing; what could be read is in the catalogue.",
    ExtractionState.EMPTY: "Look at it: it may be a blank page, or a picture without text.",
    ExtractionState.ENCRYPTED: "Give the password in WORKBENCH_PASSWORDS and ingest it again, or ask for an open copy.",
    ExtractionState.CORRUPT: "Ask for an undamaged copy; the file as it is stays in the catalogue.",
    ExtractionState.TIMEOUT: "'workbench extract --set extraction.timeout_s=900 FILE' shows whether more time helps.",
    ExtractionState.UNSUPPORTED: "'workbench formats' lists what can be read; an extractor of your own can be added.",
    ExtractionState.TOO_LARGE: "If you trust the file, raise the limit in extraction.limits and ingest it again.",
}
# Formats nobody expects to be read, such as a program, are a result and no failure.
_SILENT = {ExtractionState.OK, ExtractionState.UNSUPPORTED}


DIRECT = 2
"""From so many strikes on, only the direct readers are asked: a worker may die once of what is no fault of the file."""


def is_worth_another(outcome: Outcome[Reading], media_type: str, options: ExtractOptions, *, item: Item) -> bool:
    """Should a file that ended or outlasted its worker be tried again, alone, at last by the direct readers?"""
    if outcome.failure == "killed":
        return item.kills + 1 < KILLS
    if outcome.failure in {"died", "memory"}:
        return item.strikes + 1 < STRIKES
    # A direct reader that stood still would stand still again.
    return outcome.failure == "timeout" and item.strikes == 0 and is_by_docling(media_type, options)


def weight(outcome: Outcome[Reading]) -> tuple[int, int]:
    """Strikes and kills that an outcome counts for; a kill changes nothing in how a file is read."""
    if outcome.failure == "killed":
        return 0, 1
    return (DIRECT, 0) if outcome.failure == "timeout" else (1, 0)


def is_by_docling(media_type: str, options: ExtractOptions) -> bool:
    """Does docling read such a file first?"""
    return extraction.first_reader(media_type, options).startswith("docling")


def of_reading(document: ToRead, found: Extraction) -> list[Problem]:
    """What to report about an extraction that is not simply ok."""
    if found.state in _SILENT or found.next_page is not None:
        return []
    what, _, advice = found.message.partition(". ")
    return [
        Problem(
            stage=Stage.READ,
            kind=found.state,
            message=f"{document.name}: {what.rstrip('.') or f'it is {found.state}'}.",
            advice=advice or _ADVICE[found.state],
            locator=document.locator,
            digest=document.digest,
        )
    ]


def of_worker(document: ToRead, outcome: Outcome[Reading]) -> tuple[str, Problem]:
    """The state and the report of a document whose worker died, stood still or failed."""
    if outcome.failure == "timeout":
        state, message = "timeout", f"{document.name} was not read within {outcome.seconds:.0f} seconds"
        advice = _ADVICE[ExtractionState.TIMEOUT]
    elif outcome.failure == "error":
        state, message = "quarantined", f"reading {document.name} failed inside the workbench: {outcome.message}"
        advice = "This is a fault of the workbench; please report it with the file's type."
    else:
        state = "quarantined"
        message = f"{document.name} ended its worker process each time it was read: {outcome.message}"
        advice = "The file is kept but not read again by itself; look at it with care, it may be hostile."
    problem = Problem(
        stage=Stage.READ,
        kind=outcome.failure or state,
        message=message,
        advice=advice,
        locator=document.locator,
        digest=document.digest,
    )
    return state, problem
