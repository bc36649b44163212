"""Failures as data: what a reader of the run's report is told, and what to do about it."""

from workbench.catalog.reading import Reading, ToRead
from workbench.executor import Outcome
from workbench.records import Extraction, ExtractionState, Problem, Stage

_ADVICE = {
    ExtractionState.PARTIAL: "Look at what is missing; what could be read is in the catalogue.",
    ExtractionState.EMPTY: "Look at it: it may be a blank page, or a picture without text.",
    ExtractionState.ENCRYPTED: "Ask the sender for a copy without a password.",
    ExtractionState.CORRUPT: "Ask for an undamaged copy; the file as it is stays in the catalogue.",
    ExtractionState.TIMEOUT: "Raise extraction.timeout_s in config/workbench.yaml, or leave it as it is.",
    ExtractionState.UNSUPPORTED: "'workbench formats' lists what can be read; an extractor of your own can be added.",
    ExtractionState.TOO_LARGE: "If you trust the file, unpack it by hand, or raise the limit, and ingest it again.",
}
# Formats nobody expects to be read, such as a program, are a result and no failure.
_SILENT = {ExtractionState.OK, ExtractionState.UNSUPPORTED}


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
