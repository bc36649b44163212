"""The preview that an office file or a book carries inside itself: made by the program that wrote it."""

import posixpath
import zipfile
from pathlib import Path
from urllib.parse import unquote

from workbench.extraction import media_types as known
from workbench.extraction.markup.xmltree import local, open_zip, parse, part
from workbench.extraction.previews.pdf import pdf_thumbnails
from workbench.extraction.previews.pictures import picture_thumbnails
from workbench.records import Thumbnail

_APPLE = ("preview.jpg", "QuickLook/Thumbnail.jpg", "preview-web.jpg", "preview-micro.jpg")
_APPLE_PAGES = "QuickLook/Preview.pdf"
_OPEN_DOCUMENT = ("Thumbnails/thumbnail.png",)
_OPEN_XML = ("docProps/thumbnail.jpeg", "docProps/thumbnail.jpg", "docProps/thumbnail.png")

PREVIEWS: dict[str, tuple[str, ...]] = (
    dict.fromkeys(known.OPEN_XML, _OPEN_XML)
    | dict.fromkeys((known.ODT, known.ODS, known.ODP), _OPEN_DOCUMENT)
    | dict.fromkeys((known.PAGES, known.NUMBERS, known.KEY), _APPLE)
)
"""Members that hold a preview, best first, by media type."""


def embedded_thumbnails(
    path: Path, media_type: str, *, pages: int, longest_px: int, most_pixels: int
) -> tuple[Thumbnail, ...]:
    """Return the preview inside a ZIP-based document; () where it carries none."""
    with open_zip(path) as archive:
        names = set(archive.namelist())
        if media_type == known.EPUB:
            wanted: tuple[str, ...] = (_cover(archive),)
        else:
            wanted = PREVIEWS[media_type]
            if _APPLE_PAGES in names and wanted is _APPLE:
                found = pdf_thumbnails(
                    part(archive, _APPLE_PAGES),
                    pages=pages,
                    longest_px=longest_px,
                    passwords=(),
                    most_pixels=most_pixels,
                )
                if found:
                    return found
        for name in wanted:
            if name in names:
                return picture_thumbnails(
                    part(archive, name), known.JPEG, pages=1, longest_px=longest_px, most_pixels=most_pixels
                )
    return ()


def _cover(archive: zipfile.ZipFile) -> str:
    """Return the member that is a book's cover, "" where the package names none."""
    package = _package(archive)
    root = parse(part(archive, package) or b"<none/>")
    items: dict[str, str] = {}
    cover = ""
    for element in root.iter("{*}item", "{*}meta") if root is not None else ():
        if local(element) == "meta":
            cover = str(element.get("content") or "") if element.get("name") == "cover" else cover
        elif "cover-image" in (element.get("properties") or "").split():
            return _located(package, element.get("href") or "")
        else:
            items[element.get("id") or ""] = element.get("href") or ""
    target = items.get(cover) or next((href for key, href in items.items() if "cover" in key and _is_picture(href)), "")
    return _located(package, target) if target else ""


def _package(archive: zipfile.ZipFile) -> str:
    container = parse(part(archive, "META-INF/container.xml") or b"<none/>")
    found = container.iter("{*}rootfile") if container is not None else ()
    return next((str(element.get("full-path")) for element in found if element.get("full-path")), "")


def _located(package: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(package), unquote(target)))


def _is_picture(name: str) -> bool:
    return name.lower().endswith((".jpg", ".jpeg", ".png", ".gif", ".webp"))
