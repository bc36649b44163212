"""From a decoded picture to a thumbnail: upright, on white, small, as WebP."""

import io
from typing import TYPE_CHECKING

from workbench.records import Thumbnail

if TYPE_CHECKING:
    from PIL.Image import Image

# WebP's own range ends at 16,383 pixels.
MAX_EDGE_PX = 4_096
_QUALITY = 70
# Higher methods take three times as long for a tenth less.
_METHOD = 2


def thumbnail(image: "Image", *, page: int, longest_px: int) -> Thumbnail:
    """Return a picture as a thumbnail whose longer side has at most `longest_px` pixels."""
    from PIL import ImageOps

    image = ImageOps.exif_transpose(image)
    edge = max(1, min(longest_px, MAX_EDGE_PX))
    if max(image.size) > edge:
        # What lies beyond a hundredth is a line nobody sees; `thumbnail` keeps at least one pixel.
        image = _even(image)
        image.thumbnail((edge, edge), reducing_gap=2.0)
    image = _on_white(_even(image))
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=_QUALITY, method=_METHOD)
    return Thumbnail(page=page, width=image.width, height=image.height, data=buffer.getvalue())


def _even(image: "Image") -> "Image":
    """Return a picture in a mode that can be resized smoothly."""
    from PIL import Image as Pictures

    if image.mode in {"RGB", "RGBA", "L", "LA"}:
        return image
    if image.mode == "P" and "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode.startswith("I") or image.mode == "F":
        return _stretched(image)
    if image.mode in {"PA", "La", "RGBa"}:
        return image.convert("RGBA")
    return image.convert("L") if image.mode == "1" else Pictures.Image.convert(image, "RGB")


def _stretched(image: "Image") -> "Image":
    """Bring 16 and 32 bits of grey to 8."""
    deep = image.convert("F")
    low, high = deep.getextrema()
    low, high = float(low), float(high)  # type: ignore[arg-type] # one band, so two numbers
    most = high if high > low else low + 1
    scale = 255.0 / (most - low)
    return deep.point(lambda value: value * scale + -low * scale).convert("L")


def _on_white(image: "Image") -> "Image":
    from PIL import Image as Pictures

    if image.mode not in {"RGBA", "LA"}:
        return image if image.mode == "RGB" else image.convert("RGB")
    coloured = image.convert("RGBA")
    white = Pictures.new("RGBA", coloured.size, (255, 255, 255, 255))
    return Pictures.alpha_composite(white, coloured).convert("RGB")
