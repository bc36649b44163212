"""Perceptual hashes: the same picture in another file, not another picture."""

import io
import random

from PIL import Image, ImageDraw

from workbench.dedup import NEAR_IMAGE, image_bands, image_distance, image_hash


def picture(seed: int, size: int = 400) -> Image.Image:
    """Coloured shapes on paper, different for each seed."""
    chance = random.Random(seed)
    image = Image.new("RGB", (size, size), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = chance.randrange(300), chance.randrange(300)
        draw.rectangle(
            (x, y, x + chance.randrange(20, 200), y + chance.randrange(20, 200)), fill=chance.randrange(1 << 24)
        )
    return image


def digest(image: Image.Image) -> bytes:
    found = image_hash(image)
    assert found is not None
    return found.digest


def test_a_hash_has_256_bits_in_16_bands() -> None:
    assert len(digest(picture(1))) == 32
    bands = image_bands(digest(picture(1)))
    assert len(bands) == 16
    assert all(0 <= band < 1 << 16 for band in bands)


def test_smaller_and_recompressed_pictures_are_near() -> None:
    original = picture(1)
    file = io.BytesIO()
    original.resize((210, 210)).save(file, "JPEG", quality=60)
    again = digest(Image.open(file))
    assert image_distance(digest(original), again) <= NEAR_IMAGE
    assert set(enumerate(image_bands(digest(original)))) & set(enumerate(image_bands(again)))


def test_different_pictures_are_far_apart() -> None:
    digests = [digest(picture(seed)) for seed in range(8)]
    assert min(image_distance(a, b) for index, a in enumerate(digests) for b in digests[:index]) > 2 * NEAR_IMAGE


def test_nearly_uniform_pictures_have_no_hash() -> None:
    assert image_hash(Image.new("L", (300, 300), 255)) is None
    noisy = Image.effect_noise((300, 300), 2).convert("RGB")
    assert image_hash(noisy) is None


def test_transparency_counts_as_paper() -> None:
    cut_out = picture(2).convert("RGBA")
    cut_out.putdata(
        [(*pixel[:3], 0 if pixel[:3] == (255, 255, 255) else 255) for pixel in cut_out.get_flattened_data()]
    )
    assert image_distance(digest(cut_out), digest(picture(2))) <= NEAR_IMAGE


def test_distance_counts_differing_bits() -> None:
    assert image_distance(bytes(32), bytes(32)) == 0.0
    assert image_distance(bytes(32), b"\xff" * 32) == 1.0
