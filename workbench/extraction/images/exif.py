"""What a picture says about itself: camera, date, place, size."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workbench.extraction.cleaning import moment
from workbench.extraction.images.captions import caption
from workbench.records import Metadata

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

_EXIF_FOLDER, _GPS_FOLDER = 0x8769, 0x8825


def picture_metadata(image: "Image", *, pages: int = 1, mode: str = "") -> Metadata:
    """Return a picture's metadata; `raw` holds EXIF by tag name and the place in degrees.

    Parameters
    ----------
    mode : its colours before it was decoded, where they were reduced then
    """
    from PIL import ExifTags

    exif = _exif(image)
    fields: dict[str, Any] = {}  # Any: EXIF values are numbers, fractions, texts and bytes
    for folder in (exif, _folder(exif, _EXIF_FOLDER)):
        fields |= {ExifTags.TAGS.get(tag, str(tag)): _readable(value) for tag, value in folder.items()}
    place = _place(_folder(exif, _GPS_FOLDER))
    raw = {key: value for key, value in sorted(fields.items()) if value not in (None, "")}
    raw |= _technical(image, mode) | ({"gps": place} if place else {})
    written = caption(image)
    if comment := image.info.get("Description") or image.info.get("comment") or written.description:
        raw["comment"] = _readable(comment)
    return Metadata(
        title=_text(fields.get("XPTitle"))
        or written.title
        or _text(image.info.get("Title"))
        or _text(fields.get("ImageDescription")),
        author=_text(fields.get("Artist"))
        or _text(fields.get("XPAuthor"))
        or written.author
        or _text(image.info.get("Author")),
        created_at=_taken(fields) or moment(written.created),
        modified_at=moment(fields.get("DateTime")),
        page_count=pages,
        width=image.width,
        height=image.height,
        latitude=place["latitude"] if place else None,
        longitude=place["longitude"] if place else None,
        software=_text(fields.get("Software")) or _text(image.info.get("Software")) or written.software,
        raw=raw,
    )


def _technical(image: "Image", mode: str) -> dict[str, Any]:  # Any: as in `picture_metadata`
    told: dict[str, Any] = {"format": image.format or "", "mode": mode or image.mode}
    if dpi := resolution(image):
        told["dpi"] = dpi
    if image.info.get("icc_profile"):
        told["icc_profile"] = _profile(image.info["icc_profile"])
    return told


def _profile(data: object) -> str:
    """Return the name of a colour profile, "unnamed" for a broken one."""
    import io

    from PIL import ImageCms

    try:
        return ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(bytes(data)))).strip()[:200]  # type: ignore[call-overload] # anything a plug-in may put there
    except MemoryError:
        raise
    except Exception:  # Little CMS and Pillow raise many kinds
        return "unnamed"


def _taken(fields: Mapping[str, Any]) -> datetime | None:  # Any: as in `picture_metadata`
    """Return when a picture was taken; a camera that knows its time zone says so beside the time."""
    for name, zone in (("DateTimeOriginal", "OffsetTimeOriginal"), ("DateTimeDigitized", "OffsetTimeDigitized")):
        taken, offset = moment(fields.get(name)), fields.get(zone)
        if taken is None:
            continue
        if isinstance(offset, str) and offset:
            return moment(taken.replace(tzinfo=None).isoformat() + offset) or taken
        return taken
    return moment(fields.get("DateTime"))


def resolution(image: "Image") -> int | None:
    """Return a picture's dots per inch where it states believable ones."""
    stated = image.info.get("dpi")
    try:
        dpi = round(float(max(stated))) if stated else 0
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None
    # 72 and 96 are what programs write when they know nothing.
    return dpi if 100 <= dpi <= 2_400 else None


def _exif(image: "Image") -> "Exif | dict[int, object]":
    try:
        return image.getexif()
    except Exception:  # a damaged EXIF block is no reason not to read the picture
        return {}


def _folder(exif: Any, tag: int) -> Mapping[int, object]:  # Any: Exif or a plain dict
    try:
        return dict(exif.get_ifd(tag)) if hasattr(exif, "get_ifd") else {}
    except Exception:  # as above
        return {}


def _place(gps: Mapping[int, object]) -> dict[str, float] | None:
    latitude = _degrees(gps.get(2), gps.get(1), "S")
    longitude = _degrees(gps.get(4), gps.get(3), "W")
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return {"latitude": latitude, "longitude": longitude}


def _degrees(value: Any, side: object, negative: str) -> float | None:  # Any: three fractions
    try:
        degrees, minutes, seconds = (float(part) for part in value)
        found = round(degrees + minutes / 60 + seconds / 3600, 6)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if not math.isfinite(found):
        return None
    letter = side.decode("latin-1") if isinstance(side, bytes) else str(side)
    return -found if letter.strip("\0 ").upper() == negative else found


def _readable(value: object) -> object:
    if isinstance(value, bytes):
        text = value.decode("utf-16-le" if value[1:2] == b"\0" else "utf-8", "replace").strip("\0 ")
        return text if text.isprintable() and len(text) <= 500 else None
    if isinstance(value, str):
        return value.strip("\0 ")
    if isinstance(value, int):
        return value
    if isinstance(value, tuple):
        return [_readable(part) for part in value[:20]]
    try:
        number = round(float(value), 6)  # type: ignore[arg-type] # IFDRational and the like
        return number if math.isfinite(number) else None
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
