"""Opening a picture and decoding it page by page, whatever its bytes are.

Sizes are looked at before a pixel is decoded, pages are counted up to a limit,
and what is cut off is decoded as far as it goes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.protocol import ExtractOptions
from workbench.records import ExtractionState

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PAGES = 2_000
_PAGED = frozenset({known.TIFF})
_LONG_SIDE = 4_000
_CUT_OFF = "The picture is damaged or cut off."


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One page, decoded.

    Parameters
    ----------
    image : None where nothing could be decoded
    failure : what was wrong with it, "" for nothing; a picture that is cut off has both
    """

    image: "Image | None" = None
    failure: str = ""


@contextmanager
def opened(path: Path, media_type: str, options: ExtractOptions) -> Iterator["Image"]:
    """Open a picture, not decoding it yet.

    Raises
    ------
    ExtractionError
        It is damaged, or larger than the limit.
    """
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
    except MemoryError:
        raise
    except Exception as fault:  # Pillow's plug-ins raise many kinds on damaged headers
        raise ExtractionError(f"The picture is damaged ({fault}). Ask for an undamaged copy.") from fault
    with image:
        _refuse_huge(image, options)
        yield image


def page_count(image: "Image", media_type: str) -> int:
    """Count the pages of a TIFF, one for everything else: what follows in a GIF is movement."""
    if media_type not in _PAGED:
        return 1
    # `n_frames` would walk through all of a million empty pages that a small file can hold.
    count = 1
    try:
        while count < MOST_PAGES:
            image.seek(count)
            count += 1
    except EOFError:
        pass
    except Exception:  # a damaged directory ends the count, the pages before it can be read
        pass
    image.seek(0)
    return count


def is_longer(image: "Image", count: int) -> bool:
    """Has a TIFF more pages than are read?"""
    if count < MOST_PAGES:
        return False
    try:
        image.seek(count)
    except Exception:  # as in `page_count`
        return False
    finally:
        image.seek(0)
    return True


def frame(image: "Image", number: int, path: Path, options: ExtractOptions) -> Frame:
    """Decode page `number`, counted from 0."""
    try:
        if number:
            image.seek(number)
            _refuse_huge(image, options)
        elif image.format == "JPEG":
            # Lets libjpeg decode at half or a quarter of the size where that is still larger than needed.
            image.draft("L", _needed(image))
        image.load()
    except ExtractionError as fault:
        return Frame(failure=f"Page {number + 1}: {fault}")
    except MemoryError:
        raise
    except Exception as fault:  # Pillow's decoders raise many kinds on damaged pictures
        rest = None if number else _as_far_as_it_goes(path)
        said = f"Page {number + 1} of the picture is damaged or cut off ({fault})."
        return Frame(image=rest, failure=_CUT_OFF if rest else said)
    return Frame(image=image)


def _as_far_as_it_goes(path: Path) -> "Image | None":
    """Decode a picture whose end is missing; None where nothing came out."""
    from PIL import Image as Pictures
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        with Pictures.open(path) as image:
            image.load()
            grey = image.convert("L")
    except MemoryError:
        raise
    except Exception:  # as in `frame`
        return None
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
    darkest, brightest = grey.getextrema()
    return grey if darkest != brightest else None


def _refuse_huge(image: "Image", options: ExtractOptions) -> None:
    # JPEG is reduced while it is decoded, so that four times as many pixels cost no more.
    most = options.limits.pixels * (4 if image.format == "JPEG" else 1)
    if image.width * image.height > most:
        raise ExtractionError(
            f"The picture has {image.width:,} x {image.height:,} pixels, more than the limit of "
            f"{options.limits.pixels:,}; raise extraction.limits.megapixels to read it.",
            state=ExtractionState.TOO_LARGE,
        )


def _needed(image: "Image") -> tuple[int, int]:
    longest = max(image.size)
    share = min(1.0, _LONG_SIDE / longest)
    return max(1, round(image.width * share)), max(1, round(image.height * share))
