"""A long scan is recognised in goes; this puts what they gave together.

Each go reads from `ExtractOptions.first_page` on and leaves the pages before
it empty, so that goes are joined page by page. Pure functions.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbench.extraction.cleaning import join_pages
from workbench.extraction.language import language
from workbench.records import Extraction, ExtractionState, RecognisedPage

_WAITING = re.compile(r"\s*Recognised [\d,]+ of [\d,]+ pages so far; the rest follows\.")
_GAP = "\n\n"


def waiting(next_page: int, pages: int) -> str:
    """Say how far a long scan is recognised when page `next_page` waits for another go."""
    return f"Recognised {next_page - 1:,} of {pages:,} pages so far; the rest follows."


def merged(earlier: Extraction, later: Extraction) -> Extraction:
    """Return what two goes at one file gave together.

    Parameters
    ----------
    earlier : all goes before; its `next_page` is where `later` began
    later : decides the state, what it says about it, and where to go on
    """
    texts = _page_by_page(earlier, later)
    text, starts = join_pages(texts)
    if not texts:
        text = later.text or earlier.text
    state, message = _state(earlier, later, has_text=bool(text.strip()))
    return replace(
        later,
        state=state,
        message=message,
        text=text,
        page_starts=starts,
        metadata=replace(
            earlier.metadata, language=language(text) or earlier.metadata.language or later.metadata.language
        ),
        structure=earlier.structure or later.structure,
        children=earlier.children or later.children,
        warnings=tuple(dict.fromkeys((*earlier.warnings, *later.warnings))),
        from_ocr=earlier.from_ocr or later.from_ocr,
        recognised=_recognised(earlier, later),
        fields=earlier.fields or later.fields,
        tables=earlier.tables or later.tables,
        thumbnails=earlier.thumbnails or later.thumbnails,
        options=earlier.options or later.options,
        seconds=_summed(earlier.seconds, later.seconds),
    )


def page_texts(extraction: Extraction) -> list[str]:
    """Return the text of each page."""
    starts = extraction.page_starts
    ends = [start - len(_GAP) for start in starts[1:]] + [len(extraction.text)]
    return [extraction.text[start:end] for start, end in zip(starts, ends, strict=True)] if starts else []


def _page_by_page(earlier: Extraction, later: Extraction) -> list[str]:
    before, after = page_texts(earlier), page_texts(later)
    count = max(len(before), len(after))
    before += [""] * (count - len(before))
    after += [""] * (count - len(after))
    return [new or old for old, new in zip(before, after, strict=True)]


def _recognised(earlier: Extraction, later: Extraction) -> tuple[RecognisedPage, ...]:
    pages = {page.page: page for page in (*earlier.recognised, *later.recognised)}
    return tuple(pages[number] for number in sorted(pages))


def _state(earlier: Extraction, later: Extraction, *, has_text: bool) -> tuple[ExtractionState, str]:
    """Tell the state of both: pages that failed in an earlier go are still missing after the last one."""
    lost = _WAITING.sub("", earlier.message).strip() if earlier.state is ExtractionState.PARTIAL else ""
    said = later.message if lost in later.message else f"{lost} {later.message}".strip()
    if not has_text:
        return later.state, later.message
    if later.state is ExtractionState.EMPTY:
        # The pages left were blank; those before had text.
        return (ExtractionState.PARTIAL, lost) if lost else (ExtractionState.OK, "")
    if later.state is ExtractionState.OK and not lost:
        return ExtractionState.OK, ""
    return ExtractionState.PARTIAL, said


def _summed(earlier: Mapping[str, float], later: Mapping[str, float]) -> dict[str, float]:
    steps: Sequence[str] = tuple(dict.fromkeys((*earlier, *later)))
    return {step: round(earlier.get(step, 0.0) + later.get(step, 0.0), 4) for step in steps}
