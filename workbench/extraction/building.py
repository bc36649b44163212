"""The few ways in which every extractor builds its result.

Shared by the extractors of one format each, so that they differ only in how
they read.
"""

from collections.abc import Sequence
from functools import lru_cache
from importlib import metadata as packages

from workbench.errors import ExtractionError
from workbench.extraction.cleaning import join_pages
from workbench.extraction.protocol import Extractor
from workbench.records import Extraction, ExtractionState, Metadata

EMPTY = "There is no text in it; look at the original."


@lru_cache(maxsize=64)
def version(own: str, *libraries: str) -> str:
    """Return an extractor's version: its own number and that of the libraries that read for it."""
    parts = [own]
    for library in libraries:
        try:
            parts.append(f"{library}-{packages.version(library)}")
        except packages.PackageNotFoundError:
            parts.append(f"{library}-missing")
    return "+".join(parts)


def from_text(
    extractor: Extractor,
    media_type: str,
    text: str,
    *,
    metadata: Metadata | None = None,
    warnings: Sequence[str] = (),
) -> Extraction:
    """Return what was read as one text; without text it is empty."""
    is_empty = not text.strip()
    return Extraction(
        extractor=extractor.name,
        version=extractor.version,
        media_type=media_type,
        state=ExtractionState.EMPTY if is_empty else ExtractionState.OK,
        message=EMPTY if is_empty else "",
        text=text,
        metadata=metadata or Metadata(),
        warnings=tuple(warnings),
    )


def from_pages(
    extractor: Extractor,
    media_type: str,
    pages: Sequence[str],
    *,
    metadata: Metadata,
    failures: Sequence[str] = (),
    failed_as: ExtractionState = ExtractionState.CORRUPT,
    from_ocr: bool = False,
    warnings: Sequence[str] = (),
) -> Extraction:
    """Return what was read page by page; pages that failed make it partial.

    Parameters
    ----------
    failures : a sentence for each page that could not be read
    failed_as : what the document is when there is no text at all because of them

    Raises
    ------
    ExtractionError
        Pages failed and no other gave text.
    """
    text, starts = join_pages(pages)
    state, message = ExtractionState.OK, ""
    if failures:
        state, message = (
            ExtractionState.PARTIAL,
            f"{len(failures)} of {len(pages)} pages could not be read: {failures[0]}",
        )
        if not text.strip():
            raise ExtractionError(f"No page could be read: {failures[0]}", state=failed_as)
    elif not text.strip():
        state, message = ExtractionState.EMPTY, EMPTY
    return Extraction(
        extractor=extractor.name,
        version=extractor.version,
        media_type=media_type,
        state=state,
        message=message,
        text=text,
        metadata=metadata,
        page_starts=starts,
        from_ocr=from_ocr,
        warnings=tuple(dict.fromkeys((*warnings, *failures))),
    )
