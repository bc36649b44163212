"""Was the whole page read? Tesseract is sure of what it read, never of what it passed over.

Ink outside of all words is compared with all ink. What cannot be letters is
left out: rules, and dark ground. Drawings count, so that much unread ink is a
reason for a second look only.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.extraction.recognition.ink import LOOKED_AT, PAPER, ink, looked_at, rules
from workbench.records import Word

if TYPE_CHECKING:
    from PIL.Image import Image

# Letters reach out of their boxes, which are rounded to whole pixels.
_MARGIN = 3


def unread(image: "Image", words: Sequence[Word]) -> float:
    """Return the share of a grey page's ink that is in none of the boxes, which are in its pixels."""
    import numpy as np

    small = looked_at(image)
    rows, columns, dark = ink(image)
    if not len(dark):
        return 0.0
    darkness = np.zeros((small.height, small.width), dtype=np.float32)
    darkness[rows, columns] = dark
    darkness[rules(darkness > 0)] = 0
    shrunk = max(1.0, max(image.size) / LOOKED_AT)
    left_over = darkness.copy()
    for word in words:
        left, top, right, bottom = (int(edge / shrunk) for edge in word.box)
        left_over[max(0, top - _MARGIN) : bottom + _MARGIN + 1, max(0, left - _MARGIN) : right + _MARGIN + 1] = 0
    return float(left_over.sum() / max(1.0, darkness.sum()))


def without(image: "Image", words: Sequence[Word]) -> "Image":
    """Return a grey page on which the words are painted over in the colour of its paper."""
    import numpy as np
    from PIL import ImageDraw

    rest = image.copy()
    draw = ImageDraw.Draw(rest)
    paper = int(np.percentile(np.asarray(image)[::16, ::16], PAPER))
    for word in words:
        left, top, right, bottom = word.box
        draw.rectangle((left - _MARGIN, top - _MARGIN, right + _MARGIN, bottom + _MARGIN), fill=paper)
    return rest
