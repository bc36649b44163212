"""Where the members of containers go: numbered files in the scratch folder, safe names beside them.

Members are streamed and counted; what grows beyond the limits stops the
container, not the worker.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import ExtractionError
from workbench.extraction.protocol import Limits
from workbench.records import Child, ExtractionState

# Below this no ratio makes a bomb: a log of 5 MB packs to nothing.
_RATIO_FROM = 10 * 1024**2
_UNSAFE = re.compile('[\x00-\x1f\x7f-\x9f\ud800-\udfff<>:"|?*\u202a-\u202e\u2066-\u2069]')
CHUNK = 256 * 1024
_MAX_NAME = 180
_MAX_PATH = 600


class Bomb(ExtractionError):
    """A container went over a limit; what was taken before stays."""

    def __init__(self, message: str) -> None:
        super().__init__(message, state=ExtractionState.TOO_LARGE)


@dataclass(kw_only=True)
class Unpacking:
    """The members taken out of one container so far.

    Parameters
    ----------
    folder : where their bytes go
    packed_bytes : size of the container itself, for the ratio
    """

    folder: Path
    limits: Limits
    packed_bytes: int
    children: list[Child] = field(default_factory=list)
    unpacked: int = 0
    # Names in small letters, with the last number that made one of them unique.
    _taken: dict[str, int] = field(default_factory=dict)

    def take(
        self,
        name: str,
        chunks: Iterable[bytes],
        *,
        media_type: str | None = None,
        metadata: Mapping[str, Any] | None = None,  # Any: JSON
    ) -> Child:
        """Write one member to the scratch folder.

        Raises
        ------
        Bomb
            There are too many members or bytes; the one begun is removed.
        """
        if len(self.children) >= self.limits.members:
            raise Bomb(f"It holds more than {self.limits.members:,} files; the rest was not taken.")
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{len(self.children):05d}"
        try:
            with path.open("wb") as file:
                for chunk in chunks:
                    self._count(len(chunk))
                    file.write(chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        child = Child(name=self._unique(safe_name(name)), path=path, media_type=media_type, metadata=metadata or {})
        self.children.append(child)
        return child

    def _count(self, size: int) -> None:
        self.unpacked += size
        if self.unpacked > self.limits.unpacked_bytes:
            raise Bomb(f"It unpacks to more than {self.limits.unpacked_bytes:,} bytes; the rest was not taken.")
        if self.unpacked > _RATIO_FROM and self.unpacked > self.limits.ratio * max(self.packed_bytes, 1):
            raise Bomb(f"It unpacks to more than {self.limits.ratio:g} times its size; the rest was not taken.")

    def _unique(self, name: str) -> str:
        stem, dot, suffix = name.rpartition(".")
        if not stem or "/" in suffix:
            stem, dot, suffix = name, "", ""
        key, candidate = name.casefold(), name
        while candidate.casefold() in self._taken:
            self._taken[key] += 1
            candidate = f"{stem} ({self._taken[key]}){dot}{suffix}"
        self._taken[candidate.casefold()] = 1
        return candidate


def safe_name(name: str) -> str:
    """Return a relative path without steps upwards, control characters or drive letters."""
    text = unicodedata.normalize("NFC", _UNSAFE.sub("_", name.replace("\\", "/")))
    steps = [_short(step.strip()) for step in text.split("/") if step.strip().strip(".")]
    while len(steps) > 1 and len("/".join(steps)) > _MAX_PATH:
        del steps[0]
    return "/".join(steps) or "unnamed"


def _short(step: str) -> str:
    if len(step) <= _MAX_NAME:
        return step
    stem, dot, suffix = step.rpartition(".")
    if not stem or len(suffix) > 20:
        return step[:_MAX_NAME]
    return stem[: _MAX_NAME - len(suffix) - 1] + dot + suffix


def refuse_depth(limits: Limits) -> None:
    """Raise when a container may not be opened any more."""
    if limits.depth <= 0:
        raise Bomb("It lies too deep inside other containers and was not opened.")
