"""Speech to text, where a plug-in can do it: entry point group ``workbench.transcribers``.

The workbench brings no model of its own. A package that has one registers a
class or an instance; its sentences become the text of sound and film.
"""

import logging
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

log = logging.getLogger(__name__)

GROUP = "workbench.transcribers"


class Transcriber(Protocol):
    """Sound to sentences.

    `transcribe` gets the file as it is and the language that is most likely
    ("" where nothing is known), and gives (start, end, sentence) in seconds,
    in order of time. It may raise anything for a file that it cannot read.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    def transcribe(self, path: Path, language: str) -> Sequence[tuple[float, float, str]]: ...


def transcriber() -> Transcriber | None:
    """Return the transcriber that is installed, the first by name where there are more."""
    return _loaded()[0]


def broken_transcribers() -> tuple[str, ...]:
    """Return a sentence for each plug-in that could not be loaded."""
    return _loaded()[1]


def transcript(sentences: Sequence[tuple[float, float, str]]) -> str:
    """Return what was said, a line a sentence, each with the time at which it begins."""
    return "\n".join(f"[{_clock(start)}] {said.strip()}" for start, _, said in sentences if said.strip())


def _clock(seconds: float) -> str:
    whole = max(0, int(seconds))
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


@lru_cache(maxsize=1)
def _loaded() -> tuple[Transcriber | None, tuple[str, ...]]:
    from importlib.metadata import entry_points

    broken: list[str] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            found = point.load()
            plug_in = found() if isinstance(found, type) else found
            if callable(plug_in.transcribe) and plug_in.name and plug_in.version:
                return plug_in, tuple(broken)
        except Exception as fault:  # a plug-in may fail in any way
            broken.append(f"The transcriber plug-in '{point.name}' ({point.value}) cannot be used: {fault}.")
            log.warning("%s", broken[-1])
    return None, tuple(broken)
