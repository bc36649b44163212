"""Who reads this file? The best bid; when it fails, the next.

`read` takes a path and gives an `Extraction` whatever the file is: broken and
encrypted files are results with a state and a sentence. Only what is not the
file's fault (memory, interruption) goes through.
"""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction.finishing import finished
from workbench.extraction.protocol import Declined, ExtractOptions, Extractor, Opened
from workbench.extraction.registry import extractors
from workbench.extraction.sniff import HEAD
from workbench.extraction.sniff import media_type as sniffed
from workbench.records import Extraction, ExtractionState, Json

# When nobody could read it: the most telling reason first. An engine's own exception says less
# than a reader's considered verdict, so that a failure of docling does not call a blank document corrupt.
_TELLING = (
    ExtractionState.ENCRYPTED,
    ExtractionState.TOO_LARGE,
    ExtractionState.TIMEOUT,
    ExtractionState.CORRUPT,
    ExtractionState.EMPTY,
    None,
    ExtractionState.UNSUPPORTED,
    ExtractionState.PARTIAL,
    ExtractionState.OK,
)
_ADVICE = {
    ExtractionState.CORRUPT: "Ask for an undamaged copy.",
    ExtractionState.UNSUPPORTED: "It can be classified by its name and metadata only.",
}


# What is worth a picture: a scan without text is, a file that nobody can open is not.
_SHOWN = frozenset({ExtractionState.OK, ExtractionState.PARTIAL, ExtractionState.EMPTY})
# Claims below this are last resorts: no second opinion about a document that has no text.
_SERIOUS = 10


@dataclass(frozen=True)
class _Failure:
    """An attempt that gave nothing readable.

    Parameters
    ----------
    verdict : None where the engine broke without saying why
    extraction : what it gave nevertheless, e.g. the metadata of a document without text
    """

    extractor: Extractor
    verdict: ExtractionState | None
    message: str
    extraction: Extraction | None = None


def bids(media_type: str, head: bytes) -> tuple[Extractor, ...]:
    """Return those who claim a file, best first; equal claims keep the registry's order."""
    return tuple(extractor for _, extractor in _claims(media_type, head))


def first_reader(media_type: str, options: ExtractOptions) -> str:
    """Return the name of who reads such a file first, of those that the options do not switch off."""
    for extractor in bids(media_type, b""):
        told = getattr(extractor, "switched_off", None)
        if told is None or not told(media_type, options):
            return extractor.name
    return ""


def _claims(media_type: str, head: bytes) -> list[tuple[int, Extractor]]:
    claims = [(extractor.claim(media_type, head), extractor) for extractor in extractors()]
    return sorted((claim for claim in claims if claim[0] > 0), key=lambda claim: -claim[0])


# What says where, for whom and in how many goes a file is read, not how; passwords must not be written down.
_NOT_RECORDED = frozenset({"scratch", "name", "passwords", "first_page", "ocr_budget_s"})


def recorded(options: ExtractOptions) -> Json:
    """Return everything in `options` that changes what is read, as JSON."""
    values = {name: value for name, value in asdict(options).items() if name not in _NOT_RECORDED}
    return {**values, "models": str(options.models) if options.models else None}


def options_digest(options: ExtractOptions) -> str:
    """Return a digest over everything in `options` that changes what is read."""
    return hashlib.sha256(json.dumps(recorded(options), sort_keys=True).encode()).hexdigest()


def read(path: Path, *, name: str, media_type: str, options: ExtractOptions) -> Extraction:
    """Read a file with the best extractor that can.

    Parameters
    ----------
    path : the bytes; the file needs no extension
    name : the file's own name
    media_type : as `sniff.media_type` tells
    options : children of containers are written below `options.scratch`

    Returns
    -------
    Never raises for a bad file; MemoryError and interruptions go through.
    """
    started = time.perf_counter()
    options = replace(options, name=name)
    found = _looked_at(_read(path, media_type, options), path, options)
    seconds = {**found.seconds, "all": round(time.perf_counter() - started, 4)}
    return replace(found, options=recorded(options), seconds=seconds)


def _looked_at(extraction: Extraction, path: Path, options: ExtractOptions) -> Extraction:
    """Add small pictures of the first pages, once."""
    if options.thumbnails == 0 or options.first_page > 1 or extraction.state not in _SHOWN:
        return extraction
    from workbench.extraction.previews import thumbnails

    started = time.perf_counter()
    found = thumbnails(
        path,
        extraction.media_type,
        pages=options.thumbnails,
        longest_px=options.thumbnail_px,
        passwords=options.passwords,
        most_pixels=options.limits.pixels,
    )
    seconds = {**extraction.seconds, "thumbnails": round(time.perf_counter() - started, 4)}
    return replace(extraction, thumbnails=found, seconds=seconds)


def _read(path: Path, media_type: str, options: ExtractOptions) -> Extraction:
    try:
        if path.exists() and not path.is_file():
            return _verdict(media_type, ExtractionState.UNSUPPORTED, "It is no plain file.")
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as fault:
        return _verdict(media_type, ExtractionState.CORRUPT, f"The file cannot be opened: {fault.strerror or fault}.")
    if size == 0:
        return _verdict(media_type, ExtractionState.EMPTY, "The file has no content (0 bytes).")
    if size > options.max_bytes:
        return _verdict(
            media_type,
            ExtractionState.TOO_LARGE,
            f"It has {size:,} bytes, more than the limit of {options.max_bytes:,}; raise extraction.max_mb to read it.",
        )
    return _ask(_claims(media_type, head), path, media_type, options)


def _ask(claims: Sequence[tuple[int, Extractor]], path: Path, media_type: str, options: ExtractOptions) -> Extraction:
    failures: list[_Failure] = []
    for claim, extractor in claims:
        if claim < _SERIOUS and any(failure.verdict is ExtractionState.EMPTY for failure in failures):
            break
        outcome = _attempt(extractor, path, media_type, options)
        if isinstance(outcome, Extraction):
            return finished(outcome, options, warnings=_sentences(failures))
        if outcome is not None:
            failures.append(outcome)
            if outcome.verdict in {ExtractionState.ENCRYPTED, ExtractionState.TOO_LARGE}:
                break
    worst = min(failures, key=lambda failure: _TELLING.index(failure.verdict), default=None)
    if worst is None:
        return _verdict(media_type, ExtractionState.UNSUPPORTED, f"Nothing here reads {media_type}.")
    others = [failure for failure in failures if failure is not worst and failure.extraction is None]
    return finished(_given(worst, media_type), options, warnings=_sentences(others))


def _attempt(
    extractor: Extractor, path: Path, media_type: str, options: ExtractOptions
) -> Extraction | _Failure | None:
    """Let one extractor read; None when it passes."""
    started = time.perf_counter()
    try:
        extraction = extractor.extract(path, media_type, options)
    except Declined:
        return None
    except Opened as opened:
        return _read_opened(opened, options)
    except ExtractionError as fault:
        return _Failure(extractor, fault.state, str(fault))
    except MemoryError:
        raise
    except Exception as fault:  # any engine may raise anything on a hostile file
        return _Failure(extractor, None, f"{type(fault).__name__}: {fault}"[:300])
    extraction = replace(extraction, seconds={**extraction.seconds, "read": round(time.perf_counter() - started, 4)})
    if extraction.state.is_readable:
        return extraction
    return _Failure(extractor, extraction.state, extraction.message, extraction)


def _read_opened(opened: Opened, options: ExtractOptions) -> Extraction:
    """Read what an extractor unlocked; a second lock inside stays locked."""
    try:
        kind = opened.media_type or sniffed(opened.path, options.name)
        found = _read(opened.path, kind, replace(options, passwords=()))
    finally:
        opened.path.unlink(missing_ok=True)
    return replace(found, warnings=(*found.warnings, opened.note))


def _given(worst: _Failure, media_type: str) -> Extraction:
    """Return the result of a file that nobody could read."""
    if worst.extraction is not None:
        return worst.extraction
    state = worst.verdict or ExtractionState.CORRUPT
    message = worst.message.strip()
    if worst.verdict is None:
        message = f"{worst.extractor.name} could not read it ({message})"
    if not message.endswith((".", "!", "?")):
        message += "."
    advice = _ADVICE.get(state, "")
    if advice and advice not in message:
        message = f"{message} {advice}"
    return _verdict(media_type, state, message, extractor=worst.extractor)


def _sentences(failures: Sequence[_Failure]) -> tuple[str, ...]:
    return tuple(
        f"{failure.extractor.name} gave no text: {failure.message}"
        if failure.verdict is ExtractionState.EMPTY
        else f"{failure.extractor.name} failed: {failure.message}"
        for failure in failures
    )


def _verdict(
    media_type: str, state: ExtractionState, message: str, *, extractor: Extractor | None = None
) -> Extraction:
    return Extraction(
        extractor=extractor.name if extractor else "auction",
        version=extractor.version if extractor else "1",
        media_type=media_type,
        state=state,
        message=message,
    )
