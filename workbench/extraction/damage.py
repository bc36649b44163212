"""Bytes that are no text in a file that is: a NUL, a block that a disk lost, a part that was sent as it is.

`is_mostly_text` decides whether a name that promises text may be believed;
`marked` says in the result that such bytes were left out. `reason` says in our
words what a library said about damage.
"""

import re
from dataclasses import replace
from pathlib import Path

from workbench.records import Extraction, ExtractionState

LEFT_OUT = "It holds bytes that are no text; they were left out."

# Backspace and escape are no damage: terminals write them.
_NOISE = re.compile("[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f]")
_NOISE_BYTES = bytes((*range(0x08), *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x7F))
# A stray end-of-file mark of DOS or two is nothing to look at the original for.
_FEW = 8
# Of compressed or random bytes a tenth are control codes, of machine code more.
_CONTROLS_PER, _FEW_CONTROLS_PER = 50, 10


def is_mostly_text(data: bytes) -> bool:
    """Are most of these bytes characters, whatever stands between them?"""
    kept = data.replace(b"\0", b"")
    controls = len(kept) - len(kept.translate(None, _NOISE_BYTES))
    most = len(kept) // (_FEW_CONTROLS_PER if controls <= _FEW else _CONTROLS_PER)
    if len(kept) * 2 < len(data) or controls > most:
        return False
    # Numbers of two or four bytes have NULs between bytes of any value; the letters of a language are alike.
    high = len(kept) - len(kept.translate(None, bytes(range(0x80, 0x100))))
    return bool(kept) and (high * 3 < len(kept) or _is_utf8(kept) or not controls)


def marked(extraction: Extraction, decoded: str) -> Extraction:
    """Return `extraction` as partial where more than a few characters of what was decoded are no text."""
    if extraction.state is not ExtractionState.OK or not is_noisy(decoded):
        return extraction
    return replace(
        extraction, state=ExtractionState.PARTIAL, message=LEFT_OUT, warnings=(*extraction.warnings, LEFT_OUT)
    )


def is_noisy(decoded: str) -> bool:
    """Are more than a few characters of what was decoded no text?"""
    if decoded.isprintable():
        return False
    return sum(1 for _, _ in zip(range(_FEW + 1), _NOISE.finditer(decoded), strict=False)) > _FEW


def _is_utf8(data: bytes) -> bool:
    damaged = data.decode("utf-8", "replace").count("�")
    return damaged * 50 < len(data)


def reason(fault: BaseException, path: Path, name: str) -> str:
    """Return what a library said, about the file by its own name and without advice to programmers."""
    text = str(fault)
    if "set_int_max_str_digits" in text:
        return "its directory is out of order"
    # Content lies in files that are named by their digest.
    return text.replace(str(path), name).replace(path.name, name) if name else text
