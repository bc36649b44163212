"""What agencies and photo programs write into a picture: XMP and IPTC.

Both are read as data only; a damaged block says nothing.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.extraction.cleaning import phrase
from workbench.extraction.markup.xmltree import local, parse

if TYPE_CHECKING:
    from lxml.etree import _Element
    from PIL.Image import Image

_LARGEST = 1_000_000
_TITLE, _BYLINE, _CAPTION = (2, 5), (2, 80), (2, 120)


@dataclass(frozen=True, kw_only=True)
class Caption:
    """What was found; None where it is not said."""

    title: str | None = None
    author: str | None = None
    description: str | None = None
    created: str | None = None
    software: str | None = None


def caption(image: "Image") -> Caption:
    """Return what XMP says, and IPTC where that is silent."""
    xmp, iptc = _xmp(image), _iptc(image)
    return Caption(
        title=xmp.title or iptc.title,
        author=xmp.author or iptc.author,
        description=xmp.description or iptc.description,
        created=xmp.created,
        software=xmp.software,
    )


def _xmp(image: "Image") -> Caption:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    data = packet.encode("utf-8", "replace") if isinstance(packet, str) else packet
    if not isinstance(data, bytes) or not data or len(data) > _LARGEST:
        return Caption()
    root = parse(data.strip(b"\0 \r\n"))
    if root is None:
        return Caption()
    found = _properties(root)
    return Caption(
        title=found.get("title"),
        author=found.get("creator"),
        description=found.get("description"),
        created=found.get("CreateDate") or found.get("DateCreated"),
        software=found.get("CreatorTool"),
    )


def _properties(root: "_Element") -> dict[str, str]:
    """Return the first value of each property: an attribute, plain text, or an item of a list."""
    found: dict[str, str] = {}
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        for key, value in element.attrib.items():
            _keep(found, str(key).rpartition("}")[2], str(value))
        if local(element) not in {"li", "Alt", "Seq", "Bag", "Description"}:
            items = [item for item in element.iter() if isinstance(item.tag, str) and local(item) == "li"]
            _keep(found, local(element), (items[0] if items else element).text)
    return found


def _keep(found: dict[str, str], name: str, value: str | None) -> None:
    if value and (plain := phrase(value)):
        found.setdefault(name, plain)


def _iptc(image: "Image") -> Caption:
    from PIL import ImageFile, IptcImagePlugin

    if not isinstance(image, ImageFile.ImageFile):
        return Caption()
    try:
        fields = IptcImagePlugin.getiptcinfo(image) or {}
    except MemoryError:
        raise
    except Exception:  # damaged blocks fail in any way
        return Caption()
    return Caption(
        title=_text(fields.get(_TITLE)), author=_text(fields.get(_BYLINE)), description=_text(fields.get(_CAPTION))
    )


def _text(value: object) -> str | None:
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(first, bytes):
        return None
    try:
        return phrase(first.decode("utf-8"))
    except UnicodeDecodeError:
        return phrase(first.decode("cp1252", "replace"))
