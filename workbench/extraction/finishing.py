"""The last touch on every extraction, whoever read it.

Removes characters that PostgreSQL refuses, cuts the text at its limit, names
the language and bounds the metadata.
"""

from collections.abc import Sequence
from dataclasses import replace

from workbench.extraction.cleaning import clean, join_pages, jsonable, phrase
from workbench.extraction.language import language
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Child, Extraction, ExtractionState, Metadata

_MAX_WARNINGS = 50
_MAX_MESSAGE = 1_000


def finished(extraction: Extraction, options: ExtractOptions, *, warnings: Sequence[str] = ()) -> Extraction:
    """Return `extraction` clean, bounded and with its language; `warnings` of earlier attempts come first."""
    text, starts = _clean_text(extraction.text, extraction.page_starts)
    limit = options.limits.text_chars
    state, message = extraction.state, extraction.message
    if len(text) > limit:
        cut = f"The text was cut after {limit:,} of {len(text):,} characters."
        text, starts = text[:limit], tuple(start for start in starts if start < limit)
        state, message = ExtractionState.PARTIAL, f"{message} {cut}".strip()
    sentences = tuple(clean(sentence)[:_MAX_MESSAGE] for sentence in dict.fromkeys((*warnings, *extraction.warnings)))
    return replace(
        extraction,
        state=state,
        message=clean(message)[:_MAX_MESSAGE],
        text=text,
        page_starts=starts,
        structure=None if extraction.structure is None else clean(extraction.structure),
        metadata=_clean_metadata(extraction.metadata, text),
        children=tuple(_clean_child(child) for child in extraction.children),
        warnings=sentences[:_MAX_WARNINGS],
    )


def _clean_text(text: str, starts: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    cleaned = clean(text)
    if cleaned == text or not starts:
        return cleaned, starts
    ends = (*starts[1:], len(text))
    # Two characters stand between pages, see `join_pages`.
    return join_pages(clean(text[start:end].removesuffix("\n\n")) for start, end in zip(starts, ends, strict=True))


def _clean_metadata(metadata: Metadata, text: str) -> Metadata:
    return replace(
        metadata,
        title=phrase(metadata.title),
        author=phrase(metadata.author),
        subject=phrase(metadata.subject),
        sender=phrase(metadata.sender),
        recipients=tuple(name for name in map(phrase, metadata.recipients) if name),
        software=phrase(metadata.software),
        language=language(text) or phrase(metadata.language),
        raw=jsonable(metadata.raw),
    )


def _clean_child(child: Child) -> Child:
    return replace(child, name=clean(child.name), metadata=jsonable(child.metadata))
