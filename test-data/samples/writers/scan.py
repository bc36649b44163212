"""Letters as a scanner would give them: rendered pages with skew, noise and a grey background.

The bytes depend on the versions of pdfium, Pillow and numpy, so they are not compared byte by byte.
"""

from __future__ import annotations

import io
import time
from itertools import islice
from random import Random
from typing import Any

import numpy
import pypdfium2
from PIL import Image, ImageFilter

from samples.model import Letter
from samples.writers import pdf

_DPI = 200
_PAPER = 238
_STEP = 24


def write_as(letter: Letter, extension: str, seed: str) -> bytes:
    """A scan as `png`, `jpg`, `tiff` or image-only `pdf`; `seed` decides skew and noise.

    Only TIFF and PDF hold more than the first page.
    """
    dice = Random(seed)
    most = None if extension in ("tiff", "pdf") else 1
    pages = [_scanned(page, dice) for page in _rendered(pdf.write(letter), most)]
    buffer = io.BytesIO()
    options = _options(extension, pages[1:])
    # Few grey levels keep a lossless page under a megabyte.
    first = pages[0].point([level // _STEP * _STEP for level in range(256)]) if extension == "png" else pages[0]
    first.save(buffer, dpi=(_DPI, _DPI), **options)
    return buffer.getvalue()


def _options(extension: str, others: list[Image.Image]) -> dict[str, Any]:  # Pillow's options differ per format
    if extension == "png":
        return {"format": "PNG", "compress_level": 6}
    if extension == "jpg":
        return {"format": "JPEG", "quality": 45}
    if extension == "tiff":
        return {"format": "TIFF", "compression": "jpeg", "quality": 45, "save_all": True, "append_images": others}
    day = time.gmtime(1704103200)
    return {
        "format": "PDF",
        "save_all": True,
        "append_images": others,
        "creationDate": day,
        "modDate": day,
        "quality": 45,
    }


def _rendered(content: bytes, most: int | None) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.render(scale=_DPI / 72, grayscale=True).to_pil().convert("L") for page in islice(document, most)]
    finally:
        document.close()


def _scanned(page: Image.Image, dice: Random) -> Image.Image:
    """Turn by up to 1.3 degrees, soften, shade and sprinkle."""
    turned = page.rotate(dice.uniform(-1.3, 1.3), Image.Resampling.BICUBIC, fillcolor=255)
    soft = turned.filter(ImageFilter.GaussianBlur(dice.uniform(0.3, 0.6)))
    grey = numpy.asarray(soft, dtype=numpy.float32) * (_PAPER + dice.randint(-18, 8)) / 255
    rows, columns = grey.shape
    shade = numpy.linspace(dice.uniform(-9, 0), dice.uniform(0, 9), columns, dtype=numpy.float32)
    noise = numpy.random.default_rng(dice.getrandbits(32)).normal(0, dice.uniform(2, 4), (rows, columns))
    return Image.fromarray(numpy.clip(grey + shade + noise, 0, 255).astype(numpy.uint8))
