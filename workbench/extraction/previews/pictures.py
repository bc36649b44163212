"""Pictures as thumbnails, by Pillow: every page of a TIFF, the first of an animation."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.extraction import media_types as known
from workbench.extraction.previews.encoding import MAX_EDGE_PX, thumbnail
from workbench.records import Thumbnail

if TYPE_CHECKING:
    from PIL.Image import Image

_PAGED = frozenset({known.TIFF})
# libjpeg decodes at an eighth of the size, so that sixteen times as many pixels cost no more.
_JPEG_FACTOR = 16
_USUAL_DPI = 96


def picture_thumbnails(
    source: Path | bytes, media_type: str, *, pages: int, longest_px: int, most_pixels: int
) -> tuple[Thumbnail, ...]:
    """Return the pages of a picture; what cannot be decoded ends them."""
    made: list[Thumbnail] = []
    with _opened(source, media_type) as image:
        count = min(pages, getattr(image, "n_frames", 1)) if media_type in _PAGED else min(pages, 1)
        for number in range(count):
            try:
                _load(image, number, longest_px=longest_px, most_pixels=most_pixels)
                made.append(thumbnail(image.copy(), page=number + 1, longest_px=longest_px))
            except MemoryError:
                raise
            except Exception:  # Pillow's decoders raise many kinds on damaged pictures
                break
    return tuple(made)


def picture_page(source: Path | bytes, media_type: str, page: int, *, dpi: int, most_pixels: int) -> Thumbnail | None:
    """Return one page as large as it is at this resolution, but not enlarged; None where there is none."""
    with _opened(source, media_type) as image:
        if not 1 <= page <= (getattr(image, "n_frames", 1) if media_type in _PAGED else 1):
            return None
        image.seek(page - 1) if page > 1 else None
        own = _own_dpi(image)
        edge = min(MAX_EDGE_PX, max(1, round(max(image.size) * min(1.0, dpi / own))))
        _load(image, page - 1, longest_px=edge, most_pixels=most_pixels)
        return thumbnail(image.copy(), page=page, longest_px=edge)


@contextmanager
def _opened(source: Path | bytes, media_type: str) -> Iterator["Image"]:
    from PIL import Image as Pictures

    if media_type in {known.HEIC, "image/avif"}:
        import pi_heif

        pi_heif.register_heif_opener()
    with warnings.catch_warnings():
        # Pillow warns about damaged EXIF and large pictures; both are handled here.
        warnings.simplefilter("ignore")
        Pictures.MAX_IMAGE_PIXELS = None
        with Pictures.open(BytesIO(source) if isinstance(source, bytes) else source) as image:
            yield image


def _load(image: "Image", number: int, *, longest_px: int, most_pixels: int) -> None:
    if number:
        image.seek(number)
    is_jpeg = image.format == "JPEG"
    if image.width * image.height > most_pixels * (_JPEG_FACTOR if is_jpeg else 1):
        raise ValueError("too many pixels")
    if is_jpeg:
        image.draft(None, (2 * longest_px, 2 * longest_px))
    image.load()


def _own_dpi(image: "Image") -> float:
    """Return a picture's resolution, that of a screen where it states none that is believable."""
    stated = image.info.get("dpi")
    try:
        dpi = float(max(stated)) if stated else _USUAL_DPI
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        return _USUAL_DPI
    return dpi if _USUAL_DPI <= dpi <= 4_800 else _USUAL_DPI
