"""Where is print on a page, and what only looks like it?

Ink is what is darker than its surroundings. The dark ground on which a page
was photographed is none, and would lead astray who looks for lines of text.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

LOOKED_AT = 1_000
"""Pixels of the longer side at which ink is looked at: lines are still apart, and the skew is found in 15 ms."""
PAPER = 75
"""Percentile of a picture's grey that is paper: a quarter of a photograph is page at least."""

# A rule is longer than the letters of a heading are wide, and thinner than those of a footnote are high.
_LONG, _THIN = 40, 5
# Dark ground is joined row by row, then column by column; a frame around a page needs three turns.
_TURNS = 6
# Paper in shadow is not half as dark as the page; the edge of dark ground is blurred.
_GROUND, _SEAM = 0.5, 5


def ink(image: "Image") -> tuple[Any, Any, Any]:  # Any: arrays of one length
    """Return rows, columns and darkness of what is darker than its surroundings, in pixels of `looked_at`."""
    import numpy as np
    from PIL import ImageFilter

    small = looked_at(image)
    around = np.asarray(small.filter(ImageFilter.BoxBlur(15)), dtype=np.float32)
    dark = np.clip(around - np.asarray(small, dtype=np.float32) - 12, 0, 60)
    rows, columns = np.nonzero((dark > 10) & ~_ground(np.asarray(small)))
    return rows, columns, dark[rows, columns]


def looked_at(image: "Image") -> "Image":
    """Return a page as small as ink is looked at."""
    from PIL import Image as Pictures

    shrunk = max(1.0, max(image.size) / LOOKED_AT)
    size = (max(1, round(image.width / shrunk)), max(1, round(image.height / shrunk)))
    return image.resize(size, Pictures.Resampling.BOX) if shrunk > 1 else image


def rules(is_ink: Any) -> Any:  # Any: boolean arrays of one shape
    """Return where long, thin, straight lines are, lying or standing."""
    lying, standing = _run_lengths(is_ink), _run_lengths(is_ink.T).T
    return ((lying >= _LONG) & (standing <= _THIN)) | ((standing >= _LONG) & (lying <= _THIN))


def _run_lengths(mask: Any) -> Any:  # Any: boolean array, integers of its shape
    """Return for each pixel how many of its row are joined to it, 0 outside of the mask."""
    import numpy as np

    runs, count = _runs(mask)
    lengths = np.bincount(runs[mask], minlength=count)
    return np.where(mask, lengths[runs], 0)


def _ground(grey: Any) -> Any:  # Any: array of 8 bits, boolean array of its shape
    """Return what is dark and joined to the edge of the picture, with its seam."""
    import numpy as np
    from PIL import Image as Pictures
    from PIL import ImageFilter

    is_dark = grey < _GROUND * np.percentile(grey, PAPER)
    reached = np.zeros_like(is_dark)
    reached[[0, -1], :] = is_dark[[0, -1], :]
    reached[:, [0, -1]] = is_dark[:, [0, -1]]
    if not reached.any():
        return reached
    lying, standing = _runs(is_dark)[0], _runs(is_dark.T)[0]
    for _ in range(_TURNS):
        reached = is_dark & _touched(lying, reached)
        reached = is_dark & _touched(standing, reached.T).T
    seam = Pictures.fromarray(reached).convert("L").filter(ImageFilter.MaxFilter(_SEAM))
    return np.asarray(seam) > 0


def _touched(runs: Any, reached: Any) -> Any:  # Any: integers, boolean arrays of their shape
    """Return the runs of which a part is reached."""
    import numpy as np

    is_touched = np.zeros(int(runs[-1, -1]) + 1, dtype=bool)
    is_touched[runs[reached]] = True
    return is_touched[runs]


def _runs(mask: Any) -> tuple[Any, int]:  # Any: boolean array, integers of its shape
    """Number the runs of a mask's rows; numbers outside of the mask mean nothing."""
    import numpy as np

    starts = mask.copy()
    starts[:, 1:] &= ~mask[:, :-1]
    runs = np.cumsum(starts.ravel(), dtype=np.int32).reshape(mask.shape)
    return runs, int(runs[-1, -1]) + 1
