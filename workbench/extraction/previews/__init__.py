"""Small pictures of a file's pages, for lists, previews and the review of one page.

PDF and pictures are drawn; office files, books and recordings show what they
carry. A preview is never worth an error: what cannot be drawn has none.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from workbench.extraction import media_types as known
from workbench.extraction.protocol import Limits
from workbench.records import Thumbnail

Made = TypeVar("Made")

_PICTURES = frozenset(
    {known.PNG, known.JPEG, known.TIFF, known.GIF, known.BMP, known.WEBP, known.HEIC}
    | {"image/avif", "image/x-portable-anymap"}
)
_CARRIERS = known.OPEN_XML | {known.ODT, known.ODS, known.ODP, known.PAGES, known.NUMBERS, known.KEY, known.EPUB}


def has_thumbnails(media_type: str) -> bool:
    """Can there be a preview of this format at all?"""
    return media_type == known.PDF or media_type in _PICTURES | _CARRIERS or media_type.startswith(("audio/", "video/"))


def thumbnails(
    path: Path,
    media_type: str,
    *,
    pages: int,
    longest_px: int,
    passwords: Sequence[str] = (),
    most_pixels: int = Limits().pixels,
) -> tuple[Thumbnail, ...]:
    """Return previews of the first pages as WebP.

    Parameters
    ----------
    pages : at most so many; recordings, office files and books have one at most
    longest_px : the longer side
    passwords : tried on encrypted PDFs
    most_pixels : larger pictures are not decoded

    Returns
    -------
    () for what is broken, too large, encrypted or has no pictures; never raises for a bad file.
    """
    if pages < 1 or not has_thumbnails(media_type):
        return ()
    return _or_none(lambda: _made(path, media_type, pages, longest_px, passwords, most_pixels)) or ()


def page_picture(
    path: Path,
    media_type: str,
    page: int,
    *,
    dpi: int,
    passwords: Sequence[str] = (),
    most_pixels: int = Limits().pixels,
) -> Thumbnail | None:
    """Return one page of a PDF or a picture as large as `dpi` says, its longer side below 4,097 pixels.

    None for what is broken, encrypted, too large or of another format, and for pages that do not exist.
    """
    from workbench.extraction.previews.pdf import pdf_page
    from workbench.extraction.previews.pictures import picture_page

    if media_type == known.PDF:
        return _or_none(lambda: pdf_page(path, page, dpi=dpi, passwords=passwords, most_pixels=most_pixels))
    if media_type in _PICTURES:
        return _or_none(lambda: picture_page(path, media_type, page, dpi=dpi, most_pixels=most_pixels))
    return None


def _made(
    path: Path, media_type: str, pages: int, longest_px: int, passwords: Sequence[str], most_pixels: int
) -> tuple[Thumbnail, ...]:
    from workbench.extraction.previews.embedded import embedded_thumbnails
    from workbench.extraction.previews.footage import footage_thumbnails
    from workbench.extraction.previews.pdf import pdf_thumbnails
    from workbench.extraction.previews.pictures import picture_thumbnails

    if media_type == known.PDF:
        return pdf_thumbnails(path, pages=pages, longest_px=longest_px, passwords=passwords, most_pixels=most_pixels)
    if media_type in _PICTURES:
        return picture_thumbnails(path, media_type, pages=pages, longest_px=longest_px, most_pixels=most_pixels)
    if media_type in _CARRIERS:
        return embedded_thumbnails(path, media_type, pages=pages, longest_px=longest_px, most_pixels=most_pixels)
    return footage_thumbnails(path, media_type, longest_px=longest_px, most_pixels=most_pixels)


def _or_none(make: Callable[[], Made]) -> Made | None:
    try:
        return make()
    except MemoryError:
        raise
    except Exception:  # every decoder raises kinds of its own on hostile files
        return None
