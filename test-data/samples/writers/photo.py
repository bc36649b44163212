"""Synthetic photographs: sky, sun, hills and a building, with EXIF data. No camera was involved."""

from __future__ import annotations

import io
from random import Random

import numpy
from PIL import ExifTags, Image, ImageDraw, ImageFilter

_SIZE = (1280, 853)
_SKIES = (((70, 120, 190), (225, 215, 190)), ((40, 45, 90), (240, 150, 90)), ((150, 165, 180), (215, 220, 222)))


def write_as(extension: str, seed: str, *, scale: float = 1.0) -> bytes:
    """A landscape as `jpg` with EXIF data or as `png`; `scale` shrinks the same picture."""
    dice = Random(seed)
    picture = _landscape(dice)
    exif = _exif(dice)
    if scale != 1.0:
        picture = picture.resize((int(_SIZE[0] * scale), int(_SIZE[1] * scale)), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    if extension == "jpg":
        picture.save(buffer, "JPEG", quality=78, exif=exif)
    else:
        picture.quantize(128).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _landscape(dice: Random) -> Image.Image:
    width, height = _SIZE
    top, bottom = dice.choice(_SKIES)
    rise = numpy.linspace(0, 1, height)[:, None, None]
    sky = numpy.broadcast_to(numpy.array(top) * (1 - rise) + numpy.array(bottom) * rise, (height, width, 3))
    picture = Image.fromarray(sky.astype(numpy.uint8))
    draw = ImageDraw.Draw(picture)
    x, y, r = dice.randint(120, width - 120), dice.randint(80, 320), dice.randint(28, 60)
    draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, 244, 214))
    for layer in range(4):
        _hills(draw, dice, layer)
    _building(draw, dice)
    soft = numpy.asarray(picture.filter(ImageFilter.GaussianBlur(0.8)), dtype=numpy.float32)
    grain = numpy.random.default_rng(dice.getrandbits(32)).normal(0, 2.2, (height, width, 1))
    return Image.fromarray(numpy.clip(soft + grain, 0, 255).astype(numpy.uint8))


def _hills(draw: ImageDraw.ImageDraw, dice: Random, layer: int) -> None:
    width, height = _SIZE
    base = height * (0.45 + 0.13 * layer)
    waves = [(dice.uniform(8, 46), dice.uniform(0.002, 0.011), dice.uniform(0, 6)) for _ in range(3)]
    ridge = [(x, base + sum(a * numpy.sin(f * x + p) for a, f, p in waves)) for x in range(0, width + 8, 8)]
    shade = 150 - 34 * layer
    colour = (shade - dice.randint(10, 40), shade + dice.randint(0, 20), shade - dice.randint(10, 60))
    draw.polygon([(0, height), *ridge, (width, height)], fill=colour)


def _building(draw: ImageDraw.ImageDraw, dice: Random) -> None:
    left, top = dice.randint(80, 700), dice.randint(430, 520)
    width, height = dice.randint(240, 460), dice.randint(150, 260)
    wall = dice.choice(((184, 92, 70), (205, 198, 182), (110, 122, 135)))
    draw.rectangle((left, top, left + width, top + height), fill=wall)
    draw.polygon([(left - 14, top), (left + width / 2, top - 70), (left + width + 14, top)], fill=(84, 60, 52))
    for x in range(left + 22, left + width - 40, 56):
        for y in range(top + 24, top + height - 44, 60):
            draw.rectangle((x, y, x + 26, y + 34), fill=(236, 222, 150) if dice.random() < 0.4 else (60, 74, 92))


def _exif(dice: Random) -> Image.Exif:
    """Camera, time, exposure, and a place in the open North Sea."""
    day = f"20{dice.randint(23, 25)}:{dice.randint(1, 12):02d}:{dice.randint(1, 28):02d}"
    taken = f"{day} {dice.randint(7, 19):02d}:15:{dice.randint(0, 59):02d}"
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Beispielkamera"
    exif[ExifTags.Base.Model] = f"BK-{dice.randint(2, 9)}00"
    exif[ExifTags.Base.DateTime] = taken
    exif[ExifTags.Base.Artist] = "Nordlicht Werkzeugbau GmbH"
    exif[ExifTags.Base.Orientation] = 1
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = taken
    details[ExifTags.Base.ISOSpeedRatings] = dice.choice((100, 200, 400, 800))
    details[ExifTags.Base.FocalLength] = dice.choice((24.0, 35.0, 50.0, 85.0))
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (55.0, float(dice.randint(0, 59)), 0.0)
    place[ExifTags.GPS.GPSLongitudeRef], place[ExifTags.GPS.GPSLongitude] = "E", (3.0, float(dice.randint(0, 59)), 0.0)
    return exif
