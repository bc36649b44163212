"""Unread ink is print that was passed over, not rules and not the table a page lies on."""

import pytest
from PIL import Image, ImageDraw

from workbench.extraction.recognition.coverage import unread, without
from workbench.extraction.recognition.ink import rules
from workbench.extraction.recognition.straightening import skew
from workbench.records import Word


def page(size=(1000, 1400)):
    """Two columns of black bars as high as letters, and the boxes of the left ones."""
    made = Image.new("L", size, 250)
    draw = ImageDraw.Draw(made)
    words = []
    for top in range(100, 1300, 40):
        for left in range(60, 400, 20):
            draw.rectangle((left, top, left + 11, top + 14), fill=20)
            draw.rectangle((left + 500, top, left + 511, top + 14), fill=20)
        words.append(Word(text="Wort", confidence=90.0, box=(60, top, 400, top + 14)))
    return made, words


def both(words):
    return [*words, *(Word(text="Wort", confidence=90.0, box=(560, w.box[1], 900, w.box[3])) for w in words)]


def test_a_column_that_was_passed_over_is_half_of_the_ink():
    made, words = page()
    assert unread(made, words) == pytest.approx(0.5, abs=0.05)
    assert unread(made, both(words)) < 0.01


def test_the_rules_of_a_table_are_not_unread():
    made, words = page()
    draw = ImageDraw.Draw(made)
    for top in range(88, 1300, 40):
        draw.line((40, top, 960, top), fill=0, width=3)
    for left in (40, 480, 960):
        draw.line((left, 88, left, 1288), fill=0, width=3)
    assert unread(made, both(words)) < 0.05
    assert unread(made, words) > 0.4


@pytest.mark.parametrize("dark", [0, 40, 100])
def test_the_dark_ground_under_a_page_is_not_unread(dark):
    made, words = page()
    photo = Image.new("L", (1200, 1600), dark)
    photo.paste(made, (100, 100))
    moved = [Word(text=w.text, confidence=90.0, box=tuple(edge + 100 for edge in w.box)) for w in both(words)]
    assert unread(photo, moved) < 0.05


def test_a_straight_edge_of_the_ground_does_not_hide_that_the_page_leans():
    made, _ = page()
    leaning = made.rotate(-3, expand=True, fillcolor=250)
    photo = Image.new("L", (leaning.width + 200, leaning.height + 200), 30)
    photo.paste(leaning, (100, 100))
    assert abs(skew(photo)) == pytest.approx(3, abs=0.3)


def test_words_are_painted_over_and_others_left():
    made, words = page()
    rest = without(made, words)
    assert rest.crop((0, 0, 480, 1400)).getextrema() == (250, 250)
    assert rest.crop((480, 0, 1000, 1400)).getextrema()[0] == 20
    assert made.crop((0, 0, 480, 1400)).getextrema()[0] == 20


def test_letters_are_no_rules():
    import numpy as np

    letters = np.zeros((60, 200), dtype=bool)
    letters[20:35, 10:190] = True
    assert not rules(letters).any()


@pytest.mark.parametrize("colour", [0, 255])
@pytest.mark.parametrize("size", [(1, 1), (3, 2000), (40, 40)])
def test_an_empty_picture_has_nothing_unread(size, colour):
    assert unread(Image.new("L", size, colour), ()) == 0.0
