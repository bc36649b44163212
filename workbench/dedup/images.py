"""Perceptual hashes of images: does this picture show the same as that one?

Survives scaling, recompression and slight changes of brightness; not cropping or turning.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

METHOD = "phash-16"
"""Names how hashes are made; only equal methods compare."""

SIZE = 16
BANDS = 16
"""16 bands of 16 bits. Hashes that differ in at most 15 of 256 bits share a band for certain; at
the threshold (23 bits) with probability .98, as each band stays untouched with probability .22."""

NEAR_IMAGE = 0.09
"""Same pictures measured at most .09 apart, different ones at least .28 (facts/storage.md)."""

MIN_CONTRAST = 4.0
"""Standard deviation of brightness (0 to 255) below which a picture is nearly uniform: blank pages and
black frames. Their hash would be the noise of the sensor, and all of them would look alike or none."""

_WORKING_EDGE = 512


@dataclass(frozen=True, kw_only=True)
class ImageHash:
    """What is kept of a picture to find its likes: 256 bits as 32 bytes."""

    digest: bytes
    method: str


def image_hash(image: Image.Image) -> ImageHash | None:
    """The perceptual hash of a picture, None where there is nothing to see in it.

    Transparency counts as white, as on paper.
    """
    import imagehash  # loads scipy: only whoever hashes pictures should wait for it

    grey = _grey(image)
    if float(np.asarray(grey, dtype=np.float64).std()) < MIN_CONTRAST:
        return None
    bits = imagehash.phash(grey, hash_size=SIZE).hash
    return ImageHash(digest=np.packbits(bits).tobytes(), method=METHOD)


def image_bands(digest: bytes) -> tuple[int, ...]:
    """`BANDS` integers of 16 bits each, for lookup by (place, value)."""
    return tuple(np.frombuffer(digest, dtype=">u2").tolist())


def image_distance(a: bytes, b: bytes) -> float:
    """Share of differing bits, 0 to 1; near duplicates are at most `NEAR_IMAGE` apart."""
    differing = (int.from_bytes(a) ^ int.from_bytes(b)).bit_count()
    return differing / (SIZE * SIZE)


def _grey(image: Image.Image) -> Image.Image:
    """Small and grey: large scans are reduced first, which changes no bit that matters and saves seconds."""
    if image.mode in {"LA", "PA", "RGBA"} or "transparency" in image.info:
        coloured = image.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, "white")
        image = Image.alpha_composite(paper, coloured)
    grey = image.convert("L")
    grey.thumbnail((_WORKING_EDGE, _WORKING_EDGE), Image.Resampling.BOX)
    return grey
