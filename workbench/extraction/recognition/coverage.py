"""Was the whole page read? Tesseract is sure of what it read, never of what it passed over.

Ink outside of all words is compared with all ink. Drawings and photographs
count too, so that much unread ink is a reason for a second look only.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.extraction.recognition.straightening import LOOKED_AT, ink
from workbench.records import Word

if TYPE_CHECKING:
    from PIL.Image import Image

# Letters reach out of their boxes, which are rounded to whole pixels.
_MARGIN = 3


def unread(image: "Image", words: Sequence[Word]) -> float:
    """Return the share of a grey page's ink that is in none of the boxes, which are in its pixels."""
    import numpy as np

    rows, columns, dark = ink(image)
    if not len(dark):
        return 0.0
    shrunk = max(1.0, max(image.size) / LOOKED_AT)
    is_read = np.zeros((int(image.height / shrunk) + 2, int(image.width / shrunk) + 2), dtype=bool)
    for word in words:
        left, top, right, bottom = (int(edge / shrunk) for edge in word.box)
        is_read[max(0, top - _MARGIN) : bottom + _MARGIN + 1, max(0, left - _MARGIN) : right + _MARGIN + 1] = True
    return float(dark[~is_read[rows, columns]].sum() / dark.sum())
