"""One module per file format; each has `write(letter) -> bytes`. Modules are loaded when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from samples.model import Letter

FORMATS = ("pdf", "docx", "xlsx", "pptx", "odt", "html", "txt", "md", "csv", "eml", "msg")


def write(letter: Letter, extension: str) -> bytes:
    """The bytes of `letter` as a file of that extension.

    Raises
    ------
    ValueError
        No writer knows the extension.
    """
    if extension not in FORMATS:
        raise ValueError(f"no writer for {extension!r}; known are {', '.join(FORMATS)}")
    writer = cast("Callable[[Letter], bytes]", import_module(f"samples.writers.{extension}").write)
    return writer(letter)
