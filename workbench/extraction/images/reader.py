"""Pictures: recognised text page by page, and what the camera wrote.

A photograph without text is well read: its metadata is its content. A long
TIFF hands over what is recognised when its time is spent, and goes on from
`ExtractOptions.first_page` in another go.
"""

import time
import warnings
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_pages, version
from workbench.extraction.images.exif import picture_metadata, resolution
from workbench.extraction.images.frames import frame, is_longer, opened, page_count
from workbench.extraction.merging import waiting
from workbench.extraction.protocol import ExtractOptions
from workbench.extraction.recognition.budget import Budget
from workbench.extraction.recognition.ocr import Reading, read_picture
from workbench.records import Extraction, ExtractionState, Metadata, RecognisedPage

if TYPE_CHECKING:
    from PIL.Image import Image

_PICTURES = frozenset(
    {
        known.PNG,
        known.JPEG,
        known.TIFF,
        known.GIF,
        known.BMP,
        known.WEBP,
        known.HEIC,
        "image/avif",
        "image/x-portable-anymap",
    }
)
# Nothing smaller holds a readable word.
_SMALLEST = 24


@dataclass(kw_only=True)
class _Pages:
    """What was read so far, page by page.

    Parameters
    ----------
    count : of the whole file, as far as it is read
    rest : a sentence where it has more pages than are read
    unreadable : pages of which nothing could be decoded or recognised
    next_page : the first page that waits for another go, counted from 1
    """

    count: int
    rest: str = ""
    metadata: Metadata = field(default_factory=Metadata)
    texts: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    recognised: list[RecognisedPage] = field(default_factory=list)
    unreadable: int = 0
    next_page: int | None = None
    ocr_s: float = 0.0


class ImageReader:
    """Reads PNG, JPEG, TIFF with all pages, GIF, BMP, WebP, HEIC and AVIF."""

    name = "image"
    gives = ("text", "pages", "metadata", "ocr")

    @property
    def version(self) -> str:
        return version("3", "pillow")

    def claim(self, media_type: str, head: bytes) -> int:
        return 60 if media_type in _PICTURES else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("PIL", *(["pi_heif"] if media_type == known.HEIC else [])) + (
            needs.recognition(options.languages) if options.ocr else ()
        )

    def switched_off(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return () if options.ocr else ("Its text is not recognised (extraction.ocr is off).",)

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        with warnings.catch_warnings():
            # Pillow warns about damaged EXIF and large pictures; both are handled here.
            warnings.simplefilter("ignore")
            pages = _read(path, media_type, options)
        if pages.unreadable >= pages.count:
            raise ExtractionError(f"{pages.failures[0]} Ask for an undamaged copy.")
        return self._given(pages, media_type)

    def _given(self, pages: _Pages, media_type: str) -> Extraction:
        read = from_pages(self, media_type, pages.texts, metadata=pages.metadata, from_ocr=bool(pages.recognised))
        state, message = _state(read, pages)
        return replace(
            read,
            state=state,
            message=message,
            recognised=tuple(pages.recognised),
            next_page=pages.next_page,
            warnings=tuple(dict.fromkeys((*pages.notes, *pages.failures))),
            seconds={"ocr": round(pages.ocr_s, 4)} if pages.ocr_s else {},
        )


def _state(read: Extraction, pages: _Pages) -> tuple[ExtractionState, str]:
    """Tell the state; a picture without text is a photograph, unless it failed or pages suggest a scan."""
    said = ""
    if pages.failures:
        several = f"{len(pages.failures)} of {pages.count} pages could not be read: " if pages.count > 1 else ""
        said = several + pages.failures[0]
    said = f"{said} {pages.rest}".strip()
    if pages.next_page is not None:
        return ExtractionState.PARTIAL, f"{said} {waiting(pages.next_page, pages.count)}".strip()
    if pages.failures:
        return ExtractionState.PARTIAL, f"{said} What is there was read."
    if pages.rest:
        return ExtractionState.PARTIAL, said
    if read.text.strip() or pages.count == 1:
        return ExtractionState.OK, ""
    return read.state, read.message


def _read(path: Path, media_type: str, options: ExtractOptions) -> _Pages:
    with opened(path, media_type, options) as image:
        size, mode = image.size, image.mode
        pages = _Pages(count=page_count(image, media_type))
        if is_longer(image, pages.count):
            pages.rest = f"Only the first {pages.count:,} pages are read; split it for the rest."
        if pages.count > 1:
            pages.metadata = picture_metadata(image, pages=pages.count)
        pages.texts = [""] * min(options.first_page - 1, pages.count - 1)
        begun, budget = len(pages.texts), Budget(seconds=options.ocr_budget_s)
        for number in range(begun, pages.count):
            # At least one page is read in each go, or there would be no end.
            if number > begun and options.ocr and budget.is_spent:
                pages.next_page = number + 1
                pages.texts += [""] * (pages.count - number)
                break
            _read_page(image, number, path, options, pages)
            if pages.count == 1:
                # Only now: asking a PNG for its EXIF decodes it, and hides that it is damaged.
                pages.metadata = replace(picture_metadata(image, mode=mode), width=size[0], height=size[1])
    return pages


def _read_page(image: "Image", number: int, path: Path, options: ExtractOptions, pages: _Pages) -> None:
    decoded = frame(image, number, path, options)
    if decoded.failure:
        pages.failures.append(decoded.failure)
    reading = None
    if decoded.image is None:
        pages.unreadable += 1
    elif options.ocr and min(decoded.image.size) >= _SMALLEST:
        started = time.perf_counter()
        reading = _recognised(decoded.image, number, options, pages)
        pages.ocr_s += time.perf_counter() - started
    has_text = reading is not None and bool(reading.text)
    if decoded.failure and decoded.image is not None and not has_text:
        pages.unreadable += 1
    pages.texts.append(reading.text if reading else "")
    if reading and has_text:
        pages.recognised.append(reading.as_page(number + 1))


def _recognised(page: "Image", number: int, options: ExtractOptions, pages: _Pages) -> Reading | None:
    try:
        reading = read_picture(_upright(page), options, dpi=resolution(page))
    except ExtractionError as fault:
        if fault.state is ExtractionState.UNSUPPORTED:
            pages.notes.append(str(fault))
        else:
            pages.failures.append(f"Page {number + 1}: {fault}" if pages.count > 1 else str(fault))
        return None
    pages.notes.extend(reading.warnings)
    if reading.turned and reading.text:
        pages.notes.append(f"Page {number + 1} was turned by {reading.turned} degrees.")
    return reading


def _upright(page: "Image") -> "Image":
    """Turn a photograph as the camera says it was held."""
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(page)
    except MemoryError:
        raise
    except Exception:  # a damaged EXIF block is no reason not to read the picture
        return page
