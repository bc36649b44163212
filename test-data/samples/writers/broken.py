"""Files that no reader should trust: cut, damaged, mislabelled, or far larger inside than out."""

from __future__ import annotations

from random import Random

from samples.writers.zipped import pack

_ZEROS = 40 * 1024 * 1024


def truncated(content: bytes, *, kept: float = 0.55) -> bytes:
    """The beginning of a file."""
    return content[: int(len(content) * kept)]


def damaged(content: bytes, seed: str) -> bytes:
    """The file with a third of its middle overwritten; head and tail stay."""
    start, end = len(content) // 3, 2 * len(content) // 3
    return content[:start] + Random(seed).randbytes(end - start) + content[end:]


def noise(seed: str, size: int = 6000) -> bytes:
    """Bytes without meaning."""
    return Random(seed).randbytes(size)


def bomb() -> bytes:
    """A ZIP of a ZIP of 40 MB of zeros."""
    inner = pack([("nullen.bin", bytes(_ZEROS))])
    return pack([("innen.zip", inner)], stored=frozenset({"innen.zip"}))
