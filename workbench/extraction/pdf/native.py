"""Strings out of PDFium, whose functions give a length first and fill a buffer then."""

import ctypes
from collections.abc import Callable
from typing import Any

_MOST_BYTES = 1 << 20


def wide(
    function: Callable[..., int], *arguments: Any
) -> str:  # Any: handles and names, as PDFium's functions take them
    """Return a UTF-16 string that a function of PDFium writes; "" where there is none."""
    size = min(function(*arguments, None, 0), _MOST_BYTES)
    # Two bytes are the closing NUL alone.
    if size <= 2:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    function(*arguments, buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", "ignore")
