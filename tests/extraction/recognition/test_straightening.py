"""Crooked, noisy and coarse scans are put right; clean ones are left as they are."""

import numpy as np
import pytest
from PIL import Image

from tests.extraction import handmade
from workbench.extraction.protocol import ExtractOptions
from workbench.extraction.recognition.ocr import read_picture
from workbench.extraction.recognition.straightening import noise, skew, straightened

LINES = tuple(f"Zeile {number}: Größere Mengen Prüfgeräte zu 480,25 Euro" for number in range(12))


@pytest.fixture(scope="module")
def page() -> Image.Image:
    return handmade.page(*LINES).convert("L")


def leaning(page: Image.Image, degrees: float) -> Image.Image:
    """The page turned clockwise."""
    return page.rotate(-degrees, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def grainy(page: Image.Image, sigma: float) -> Image.Image:
    values = np.asarray(page, dtype=float) + np.random.default_rng(1).normal(0, sigma, (page.height, page.width))
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("degrees", [-7.3, -2.0, -0.6, 0.0, 0.5, 1.7, 6.0])
def test_the_lean_of_lines_is_found(page, degrees):
    assert skew(leaning(page, degrees)) == pytest.approx(degrees, abs=0.25)


def test_a_straight_page_is_not_touched(page):
    made = straightened(page, dpi=200, may_enlarge=True)
    assert made.image is page
    assert (made.skew, made.scale, made.dpi) == (0.0, 1.0, 200)


@pytest.mark.parametrize(("sigma", "least", "most"), [(0.0, 0.0, 0.3), (12.0, 3.0, 20.0)])
def test_grain_is_told_from_print(page, sigma, least, most):
    paper = page.point(lambda value: value * 0.8 + 20)
    assert least <= noise(grainy(paper, sigma)) <= most


def test_only_a_stated_resolution_is_a_reason_to_enlarge(page):
    assert straightened(page, dpi=150, may_enlarge=True).scale == pytest.approx(1.6)
    assert straightened(page, dpi=150, may_enlarge=False).scale == 1.0


@pytest.mark.parametrize("size", [(1, 1), (2, 900), (900, 2), (40, 40)])
def test_tiny_pictures_have_no_lean(size):
    made = straightened(Image.new("L", size, 200), dpi=200, may_enlarge=False)
    assert made.skew == 0.0


def test_a_crooked_grainy_page_is_read_and_its_words_are_where_they_stand(page, tmp_path):
    crooked = grainy(leaning(page, 2.2).point(lambda value: value * 0.8 + 20), 10)
    reading = read_picture(crooked, ExtractOptions(scratch=tmp_path), dpi=150)
    assert reading.skew == pytest.approx(-2.2, abs=0.3)
    found = [word for word in reading.words if word.text == "Prüfgeräte"]
    assert len(found) >= 10
    values = np.asarray(crooked)
    for word in found:
        left, top, right, bottom = word.box
        rows = slice(int(top * crooked.height), int(bottom * crooked.height) + 1)
        columns = slice(int(left * crooked.width), int(right * crooked.width) + 1)
        assert values[rows, columns].min() < 110
        assert word.confidence > 40
    assert reading.as_page(3).page == 3
    assert reading.as_page(3).words == reading.words


def test_what_was_passed_over_shows_as_unread_ink(page):
    from workbench.extraction.recognition.coverage import unread
    from workbench.records import Word

    whole = Word(text="x", confidence=90, box=(0, 0, page.width, page.height))
    upper = Word(text="x", confidence=90, box=(0, 0, page.width, 0.45 * page.height))
    assert unread(page, [whole]) == 0
    assert 0.2 < unread(page, [upper]) < 0.9
    assert unread(page, []) == 1
    assert unread(Image.new("L", (50, 50), 255), []) == 0
