"""The lines of a paragraph as one text: words that were parted at a line's end are whole again."""

import re
from collections.abc import Sequence

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_PARTED = re.compile(r"[^\W\d_][-\xad\x02\u2010\ufffe]$")


def flowing(lines: Sequence[str]) -> str:
    """Join lines; a hyphen goes where a small letter follows, and stays before a capital (E-Mail)."""
    text = ""
    for line in lines:
        following = line.translate(_LIGATURES).strip()
        if not following:
            continue
        if not text:
            text = following
        elif _PARTED.search(text):
            text = (text[:-1] if following[0].islower() else f"{text[:-1]}-") + following
        else:
            text = f"{text} {following}"
    return text.replace("\xad", "").replace("\x02", "-").replace("\ufffe", "-")
