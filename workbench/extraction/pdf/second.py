"""A second engine, docling-parse: for PDFs that PDFium cannot open, and for Arabic and Hebrew.

It is twenty times slower, and crashes on some hostile files: it runs in a
process of its own (`second_program`), which starts in a twentieth of a second
because only the engine's compiled part is imported.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_pages, version
from workbench.extraction.pdf.layer import joined
from workbench.extraction.pdf.opening import opened
from workbench.extraction.pdf.pages import only_the_first
from workbench.extraction.pdf.repair import has_end
from workbench.extraction.protocol import Declined, ExtractOptions
from workbench.records import Extraction, ExtractionState, Metadata

ENGINE = "docling-parse"
_PROGRAM = Path(__file__).with_name("second_program.py")
_START_S = 10.0
_PAGE_S = 1.0
_MOST_S = 60.0


class EngineError(RuntimeError):
    """The engine gives nothing, which says little about the file."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Texts by page, counted from 0, a sentence for each page that failed, and how many pages there are."""

    texts: dict[int, str]
    failures: tuple[str, ...]
    count: int


class SecondPdfReader:
    """Reads PDFs that PDFium cannot open."""

    name = "pdf-second"
    gives = ("text", "pages")

    @property
    def version(self) -> str:
        return version("2", "docling-parse")

    def claim(self, media_type: str, head: bytes) -> int:
        return 40 if media_type == known.PDF else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("docling_parse")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        if _pdfium_opens(path, options):
            raise Declined("PDFium can open it, so that its verdict stands")
        answer = asked(path, options.passwords)
        # PDFium has already said that the file is damaged; without its end something is missing for sure.
        cut = () if has_end(path) else ("The PDF is cut off at its end.",)
        pages = [answer.texts[number] for number in sorted(answer.texts)]
        if not any(pages):
            raise EngineError("it found no text")
        metadata = Metadata(page_count=answer.count)
        found = from_pages(self, media_type, pages, metadata=metadata, failures=(*answer.failures, *cut))
        if not (unread := only_the_first(len(pages), answer.count)):
            return found
        return replace(found, state=ExtractionState.PARTIAL, message=f"{unread} {found.message}".strip())


def _pdfium_opens(path: Path, options: ExtractOptions) -> bool:
    try:
        opened(path, options.passwords).close()
    except ExtractionError as fault:
        return fault.state is not ExtractionState.CORRUPT
    return True


def asked(path: Path, passwords: Sequence[str], pages: Sequence[int] | None = None) -> Answer:
    """Let the engine read all pages of a PDF, or some, counted from 0.

    Raises
    ------
    EngineError
        It cannot open the file, takes too long, or crashes.
    """
    task = {"path": str(path.resolve()), "passwords": list(passwords), "pages": None if pages is None else list(pages)}
    time_s = _MOST_S if pages is None else min(_MOST_S, _START_S + _PAGE_S * len(pages))
    command = [sys.executable, "-I", str(_PROGRAM)]
    try:
        done = subprocess.run(
            command, input=json.dumps(task).encode(), capture_output=True, timeout=time_s, check=False
        )
    except subprocess.TimeoutExpired as fault:
        raise EngineError(f"it took more than {time_s:.0f} s") from fault
    if done.returncode:
        raise EngineError(f"it crashed ({done.returncode})")
    answer = json.loads(done.stdout)
    if "refusal" in answer:
        raise EngineError(answer["refusal"])
    texts = {int(page): joined(text) for page, text in answer["texts"].items()}
    return Answer(texts=texts, failures=tuple(answer["failures"]), count=answer["count"])
