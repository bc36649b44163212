"""Pictures: recognised text page by page, and what the camera wrote.

A photograph without text is well read: its metadata is its content.
"""

import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_pages, version
from workbench.extraction.images.exif import picture_metadata, resolution
from workbench.extraction.protocol import ExtractOptions
from workbench.extraction.recognition.ocr import Reading, read_picture
from workbench.records import Extraction, ExtractionState

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
_PAGED = frozenset({known.TIFF})
_MAX_PAGES = 2_000
# Nothing smaller holds a readable word.
_SMALLEST = 24


class ImageReader:
    """Reads PNG, JPEG, TIFF with all pages, GIF, BMP, WebP and HEIC."""

    name = "image"
    gives = ("text", "pages", "metadata", "ocr")

    @property
    def version(self) -> str:
        return version("1", "pillow")

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
            return self._read(path, media_type, options)

    def _read(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        texts: list[str] = []
        failures: list[str] = []
        notes: list[str] = []
        with _opened(path, media_type, options) as image:
            size = image.size
            count = min(getattr(image, "n_frames", 1), _MAX_PAGES) if media_type in _PAGED else 1
            for number, page in _pages(image, count, failures, options):
                if number == 0:
                    # Only now: asking a PNG for its EXIF decodes it, and hides that it is damaged.
                    metadata = replace(picture_metadata(image, pages=count), width=size[0], height=size[1])
                reading = _recognised(page, number, count, options, failures, notes)
                texts.append(reading.text if reading else "")
        if len(failures) >= count and any("damaged" in failure for failure in failures):
            raise ExtractionError(f"{failures[0]} Ask for an undamaged copy.")
        if not "".join(texts).strip():
            return _without_text(from_pages(self, media_type, texts, metadata=metadata), failures, notes)
        return from_pages(self, media_type, texts, metadata=metadata, failures=failures, warnings=notes, from_ocr=True)


def _without_text(extraction: Extraction, failures: list[str], notes: list[str]) -> Extraction:
    """A picture without text is a photograph, unless recognising it failed or pages suggest a scan."""
    is_scan = extraction.metadata.page_count is not None and extraction.metadata.page_count > 1
    state = ExtractionState.PARTIAL if failures else ExtractionState.EMPTY if is_scan else ExtractionState.OK
    message = failures[0] if failures else extraction.message if is_scan else ""
    return replace(extraction, state=state, message=message, warnings=tuple(dict.fromkeys((*notes, *failures))))


def _opened(path: Path, media_type: str, options: ExtractOptions) -> "Image":
    """Open a picture and look at its size before a pixel is decoded."""
    from PIL import Image as Pictures
    from PIL import UnidentifiedImageError

    Pictures.MAX_IMAGE_PIXELS = None  # the limit is ours, below
    if media_type in {known.HEIC, "image/avif"}:
        import pi_heif

        pi_heif.register_heif_opener()
    try:
        image = Pictures.open(path)
    except UnidentifiedImageError as fault:
        raise ExtractionError("The picture is damaged or of an unknown kind. Ask for an undamaged copy.") from fault
    except Exception as fault:  # Pillow's plug-ins raise many kinds on damaged headers
        raise ExtractionError(f"The picture is damaged ({fault}). Ask for an undamaged copy.") from fault
    try:
        _refuse_huge(image, options)
    except ExtractionError:
        image.close()
        raise
    return image


def _refuse_huge(image: "Image", options: ExtractOptions) -> None:
    # JPEG is reduced while it is decoded, so that four times as many pixels cost no more.
    most = options.limits.pixels * (4 if image.format == "JPEG" else 1)
    if image.width * image.height > most:
        raise ExtractionError(
            f"The picture has {image.width:,} x {image.height:,} pixels, more than the limit of "
            f"{options.limits.pixels:,}; raise limits.pixels to read it.",
            state=ExtractionState.TOO_LARGE,
        )


def _pages(
    image: "Image", count: int, failures: list[str], options: ExtractOptions
) -> Iterator[tuple[int, "Image | None"]]:
    for number in range(count):
        try:
            if number:
                image.seek(number)
                _refuse_huge(image, options)
            elif image.format == "JPEG":
                # Lets libjpeg decode at half or a quarter of the size where that is still larger than needed.
                image.draft("L", _needed(image))
            image.load()
        except ExtractionError as fault:
            failures.append(f"Page {number + 1}: {fault}")
            yield number, None
            continue
        except Exception as fault:  # Pillow's decoders raise many kinds on damaged pictures
            failures.append(f"Page {number + 1} of the picture is damaged or cut off ({fault}).")
            yield number, None
            continue
        yield number, image


def _needed(image: "Image") -> tuple[int, int]:
    longest = max(image.size)
    share = min(1.0, 4_000 / longest)
    return round(image.width * share), round(image.height * share)


def _recognised(
    page: "Image | None", number: int, count: int, options: ExtractOptions, failures: list[str], notes: list[str]
) -> Reading | None:
    from PIL import ImageOps

    if page is None or not options.ocr or min(page.size) < _SMALLEST:
        return None
    stated = resolution(page)
    try:
        reading = read_picture(ImageOps.exif_transpose(page), options, dpi=stated)
    except ExtractionError as fault:
        if fault.state is ExtractionState.UNSUPPORTED:
            notes.append(str(fault))
        else:
            failures.append(f"Page {number + 1}: {fault}" if count > 1 else str(fault))
        return None
    notes.extend(reading.warnings)
    if reading.turned:
        notes.append(f"Page {number + 1} was turned by {reading.turned} degrees.")
    return reading
