"""ZIP files whose bytes depend on nothing but their members."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

_EPOCH = (2024, 1, 1, 0, 0, 0)


def pack(members: Iterable[tuple[str, bytes]], *, stored: frozenset[str] = frozenset()) -> bytes:
    """A ZIP of the members in the given order; those named in `stored` are not compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def settled(content: bytes) -> bytes:
    """The same archive with all time stamps fixed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return pack([(name, archive.read(name)) for name in archive.namelist()])
