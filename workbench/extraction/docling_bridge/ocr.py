"""docling's recognition by pytesseract, for pages that are a picture, or a scan with some text to it.

A plug-in of docling (see `plugins`). One thread a process, German data first,
temporary files in the file's own scratch folder. A page that is read badly is
turned upright or tried in the next language, as for any other scan.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from docling.datamodel.accelerator_options import AcceleratorOptions
from docling.datamodel.base_models import Page
from docling.datamodel.document import ConversionResult
from docling.datamodel.pipeline_options import OcrOptions
from docling.models.base_ocr_model import BaseOcrModel
from pydantic import Field

from workbench.errors import ExtractionError
from workbench.extraction.docling_bridge.cells import cell, line
from workbench.extraction.docling_bridge.layout import predicted
from workbench.extraction.docling_bridge.lines import Line
from workbench.extraction.docling_bridge.parsing import ParsedPage
from workbench.extraction.pdf.layer import is_strange
from workbench.extraction.pdf.scans import FEW_LETTERS, MOST_LETTERS, Box, is_scan, is_told
from workbench.extraction.protocol import ExtractOptions
from workbench.extraction.recognition.budget import Budget
from workbench.extraction.recognition.ocr import Reading, prepared, read_picture
from workbench.extraction.recognition.tesseract import usable_languages
from workbench.records import ExtractionState, Word

if TYPE_CHECKING:
    from PIL.Image import Image

_GOOD = 70.0
_LEGIBLE = 45.0


class PytesseractOptions(OcrOptions):
    """How pages are recognised.

    Parameters
    ----------
    budget_s : seconds after which the pages that are left wait for another go; 0 for no limit
    lays_out : whether recognised pages get our own layout; a model sees the picture and has laid it out
    """

    kind: ClassVar[Literal["pytesseract"]] = "pytesseract"
    # Tesseract's own codes, which docling would otherwise take for language tags.
    canonicalize_lang: ClassVar[bool] = False
    lang: list[str] = Field(default_factory=lambda: ["deu", "eng"])
    dpi: int = 200
    page_timeout_s: float = 60.0
    budget_s: float = 0.0
    pixels: int = 40_000_000
    scratch: Path | None = None
    lays_out: bool = True


class PytesseractModel(BaseOcrModel):
    """Reads pages without text; what it read, and what it could not, is kept by page."""

    multiple_languages: ClassVar[bool] = True

    def __init__(
        self,
        *,
        enabled: bool,
        artifacts_path: Path | None,
        options: PytesseractOptions,
        accelerator_options: AcceleratorOptions,
    ) -> None:
        super().__init__(
            enabled=enabled, artifacts_path=artifacts_path, options=options, accelerator_options=accelerator_options
        )
        self.options: PytesseractOptions = options
        self.readings: dict[int, Reading] = {}
        self.failures: dict[int, ExtractionError] = {}
        self.budget = Budget(seconds=options.budget_s)
        self.waiting: list[int] = []

    @classmethod
    def get_options_type(cls) -> type[PytesseractOptions]:
        return PytesseractOptions

    def __call__(self, conv_res: ConversionResult, page_batch: Iterable[Page]) -> Iterable[Page]:
        for page in page_batch:
            if self.enabled and _is_picture(page):
                self._recognise(page)
            yield page

    def _recognise(self, page: Page) -> None:
        if self.waiting or (self.readings and self.budget.is_spent):
            self.waiting.append(page.page_no)
            return
        try:
            reading = self._read(page)
        except ExtractionError as fault:
            self.failures[page.page_no] = fault
            return
        if reading is None:
            return
        self.readings[page.page_no] = reading
        lines = [*_legible(page, reading), *_lines(reading, page)]
        if page.parsed_page is not None and lines:
            page.parsed_page.textline_cells = [cell(each, number) for number, each in enumerate(lines)]
            if self.options.lays_out:
                # docling lays a page out before it is recognised; now there is something to lay out.
                page.predictions.layout = predicted(page, lines)

    def _read(self, page: Page) -> Reading | None:
        """Recognise a page, unless its own text already says what can be seen."""
        assert page._backend is not None
        assert page.size is not None
        options = self.options
        chosen = ExtractOptions(
            scratch=options.scratch or Path(tempfile.gettempdir()),
            languages=tuple(options.lang),
            dpi=options.dpi,
            ocr_page_timeout_s=options.page_timeout_s,
        )
        area = page.size.width * page.size.height
        scale = min(options.dpi / 72, (options.pixels / max(area, 1.0)) ** 0.5)
        image, dpi = prepared(page._backend.get_page_image(scale=scale), chosen, dpi=round(scale * 72))
        if _has_text(page) and is_told(image, _texts(page)):
            return None
        languages, warnings = usable_languages(options.lang)
        reading = recognised(
            image, language=languages[0], dpi=dpi, timeout_s=options.page_timeout_s, scratch=options.scratch
        )
        if reading.confidence < _GOOD:
            return read_picture(image, chosen, dpi=dpi)
        return replace(reading, warnings=warnings)


def _is_picture(page: Page) -> bool:
    """Has the page no text worth reading, or hardly any on a scan, but something to see?"""
    if page._backend is None:
        return False
    if not _has_text(page):
        return bool(_text(page)) or next(iter(page._backend.get_bitmap_rects()), None) is not None
    return len(_text(page)) < MOST_LETTERS and is_scan(_pictures(page), _texts(page))


def _has_text(page: Page) -> bool:
    text = _text(page)
    return len(text) >= FEW_LETTERS and not is_strange(text)


def _text(page: Page) -> str:
    return "\n".join(each.text.strip() for each in page.cells)


def _pictures(page: Page) -> list[Box]:
    assert page._backend is not None
    assert page.size is not None
    width, height = max(page.size.width, 1.0), max(page.size.height, 1.0)
    return [(box.l / width, box.t / height, box.r / width, box.b / height) for box in page._backend.get_bitmap_rects()]


def _texts(page: Page) -> list[Box]:
    assert page.size is not None
    width, height = max(page.size.width, 1.0), max(page.size.height, 1.0)
    own = [line(each) for each in page.cells]
    return [(each.left / width, each.top / height, each.right / width, each.bottom / height) for each in own]


def _legible(page: Page, reading: Reading) -> list[Line]:
    """Return the page's own lines that mean something and were not read again, e.g. the number on a scan."""
    if (
        isinstance(page._backend, ParsedPage)
        and len(_text(page)) < len(reading.text)
        and page._backend.has_hidden_text()
    ):
        # It was itself read from the scan, and left most of it out.
        return []
    own = [line(each) for each in page.cells]
    return [each for each in own if each.text.strip() not in reading.text and not is_strange(each.text)]


def recognised(image: "Image", *, language: str, dpi: int, timeout_s: float, scratch: Path | None) -> Reading:
    """Read one picture with pytesseract.

    Raises
    ------
    ExtractionError
        Tesseract is missing, failed or took longer than `timeout_s`.
    """
    import pytesseract

    # Written as it is: packing the picture as PNG would cost a tenth of the time.
    image.format = "PPM"
    try:
        with _in_scratch(scratch):
            table = pytesseract.image_to_data(
                image,
                lang=language,
                config=f"--dpi {dpi} --psm 3",
                output_type=pytesseract.Output.DICT,
                timeout=timeout_s,
            )
    except pytesseract.TesseractNotFoundError as fault:
        raise ExtractionError(str(fault), state=ExtractionState.UNSUPPORTED) from fault
    except RuntimeError as fault:
        is_late = "timeout" in str(fault).lower()
        state = ExtractionState.TIMEOUT if is_late else ExtractionState.CORRUPT
        said = f"Recognising the page took more than {timeout_s:.1f} s." if is_late else f"Tesseract failed: {fault}"
        raise ExtractionError(said[:300], state=state) from fault
    return _reading(table, image.size, language)


@contextmanager
def _in_scratch(scratch: Path | None) -> Iterator[None]:
    """Have pytesseract's files written where they are removed whatever happens, and Tesseract run in one thread."""
    before = tempfile.tempdir, os.environ.get("OMP_THREAD_LIMIT")
    if scratch is not None:
        scratch.mkdir(parents=True, exist_ok=True)
        tempfile.tempdir = str(scratch)
    os.environ["OMP_THREAD_LIMIT"] = "1"
    try:
        yield
    finally:
        tempfile.tempdir = before[0]
        if before[1] is None:
            del os.environ["OMP_THREAD_LIMIT"]
        else:
            os.environ["OMP_THREAD_LIMIT"] = before[1]


def _reading(table: Mapping[str, Sequence[Any]], size: tuple[int, int], language: str) -> Reading:
    """Return pytesseract's table of words as text, with a line a row and a blank line between paragraphs."""
    lines: dict[tuple[int, int, int], list[str]] = {}
    words: list[Word] = []
    for number, text in enumerate(table.get("text", ())):
        if not str(text).strip() or float(table["conf"][number]) < 0:
            continue
        place = (table["block_num"][number], table["par_num"][number], table["line_num"][number])
        lines.setdefault(place, []).append(str(text))
        left, top = table["left"][number], table["top"][number]
        right, bottom = left + table["width"][number], top + table["height"][number]
        shares = (left / size[0], top / size[1], right / size[0], bottom / size[1])
        words.append(Word(text=str(text), confidence=float(table["conf"][number]), box=shares))
    letters = sum(len(word.text) for word in words)
    confidence = sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0
    text = _joined(lines) if confidence >= _LEGIBLE else ""
    return Reading(text=text, confidence=round(confidence, 1), language=language, words=tuple(words))


def _joined(lines: Mapping[tuple[int, int, int], Sequence[str]]) -> str:
    pieces: list[str] = []
    before: tuple[int, int] | None = None
    for place, words in lines.items():
        if before is not None:
            pieces.append("\n" if place[:2] == before else "\n\n")
        pieces.append(" ".join(words))
        before = place[:2]
    return "".join(pieces)


def _lines(reading: Reading, page: Page) -> list[Line]:
    """Return the lines of a reading with their places on the page."""
    assert page.size is not None
    width, height = page.size.width, page.size.height
    words = iter(reading.words)
    found: list[Line] = []
    for number, text in enumerate(each for each in reading.text.split("\n") if each.strip()):
        boxes = [word.box for word, _ in zip(words, text.split(), strict=False)]
        if not boxes:
            # Without places the lines at least keep their order.
            boxes = [(0.1, 0.01 * number, 0.9, 0.01 * number + 0.008)]
        found.append(
            Line(
                left=min(box[0] for box in boxes) * width,
                top=min(box[1] for box in boxes) * height,
                right=max(box[2] for box in boxes) * width,
                bottom=max(box[3] for box in boxes) * height,
                text=text,
            )
        )
    return found
