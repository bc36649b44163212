"""From any picture to the grey page that Tesseract is given: colour, size, resolution.

Nothing is enlarged here; `straightening` does that, in the same step in which
it turns a page, where a scan is too coarse to be read well.
"""

import math
from typing import TYPE_CHECKING

from workbench.extraction.protocol import ExtractOptions

if TYPE_CHECKING:
    from PIL.Image import Image

_LONG_SIDE = 4_000


def prepared(image: "Image", options: ExtractOptions, *, dpi: int | None) -> tuple["Image", int]:
    """Return a grey picture of a size that pays, and its resolution.

    Never enlarged: without a resolution that costs time and invents nothing. A
    scan of more than the wanted resolution is reduced to it; a photograph to a
    bounded side.
    """
    from PIL import Image as Pictures

    scale = 1.0
    if dpi and dpi > options.dpi * 1.2:
        scale = options.dpi / dpi
    longest = max(image.size) * scale
    if not dpi and longest > _LONG_SIDE:
        scale = _LONG_SIDE / longest
    pixels = image.width * image.height * scale * scale
    if pixels > options.limits.pixels:
        scale *= math.sqrt(options.limits.pixels / pixels)
    grey = on_white(image)
    if scale < 0.95:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        grey = grey.resize(size, Pictures.Resampling.LANCZOS, reducing_gap=2.0)
    resolution = round((dpi or options.dpi) * scale) if dpi else options.dpi
    return grey, min(max(resolution, 70), 2_400)


def on_white(image: "Image") -> "Image":
    """Return the picture in grey, what is transparent in white: text on nothing would be black on black."""
    from PIL import Image as Pictures

    if image.mode in {"1", "L"}:
        return image.convert("L")
    if image.mode in {"I;16", "I", "F", "I;16B", "I;16L"}:
        return _reduced(image)
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        solid = image.convert("RGBA")
        canvas = Pictures.new("RGBA", solid.size, (255, 255, 255, 255))
        return Pictures.alpha_composite(canvas, solid).convert("L")
    return image.convert("L")


def _reduced(image: "Image") -> "Image":
    """Return more than 8 bits as 8: values above 255 are of 16 bits, in whatever mode they come."""
    import numpy as np
    from PIL import Image as Pictures

    values = np.nan_to_num(np.asarray(image, dtype=np.float32), nan=255.0)
    highest = float(values.max()) if values.size else 0.0
    scale = 1 / 256 if "16" in image.mode or highest > 255 else 255 if image.mode == "F" and highest <= 1 else 1
    return Pictures.fromarray(np.clip(values * scale, 0, 255).astype(np.uint8))
