"""SRT and WebVTT: what is said, without the numbers and times around it."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.building import from_text, version
from workbench.extraction.encodings import decode
from workbench.extraction.protocol import Declined, ExtractOptions
from workbench.records import Extraction, Metadata

_CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})"
_TIMES = re.compile(rf"[ \t]*{_CLOCK}[ \t]*-+>[ \t]*{_CLOCK}")
_HEADER = re.compile(r"WEBVTT(?:[ \t]+-?[ \t]*(\S.*))?")
_SPEAKER = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^<>]{1,200})>")
# Marks of HTML and of times in WebVTT; those of SubStation Alpha, which some SRT files carry.
_MARKS = re.compile(r"</?[A-Za-z0-9][^<>]{0,300}>|\{\\[^{}]{0,100}\}")


@dataclass(frozen=True, kw_only=True)
class Cue:
    """What is shown at one time, and the second at which it goes."""

    text: str
    end_s: float


class SubtitleReader:
    """Reads SRT and WebVTT; docling is asked where a document's structure is wanted."""

    name = "subtitles"
    gives = ("text", "metadata")

    @property
    def version(self) -> str:
        return version("1", "charset-normalizer")

    def claim(self, media_type: str, head: bytes) -> int:
        return 70 if media_type in {known.VTT, known.SRT} else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        if options.keeps_structure and media_type == known.VTT:
            raise Declined("the document's structure is asked for")
        text, encoding = decode(path.read_bytes())
        found = list(cues(text))
        if not found:
            raise ExtractionError("The file holds no subtitles.")
        metadata = Metadata(duration_s=max(cue.end_s for cue in found), raw={"encoding": encoding, "cues": len(found)})
        if (header := _HEADER.match(text)) and header.group(1):
            metadata = replace(metadata, title=header.group(1))
        said = "\n".join(cue.text for cue in found if cue.text)
        return from_text(self, media_type, said, metadata=metadata)


def cues(text: str) -> Iterator[Cue]:
    """Give the cues in order; styles, comments and what stands outside of cues are passed over."""
    end_s = 0.0
    lines: list[str] | None = None
    for line in [*text.splitlines(), ""]:
        times = _TIMES.match(line)
        if times:
            if lines:
                # No blank line before these times: the last line is the number of the new cue.
                yield Cue(text=_words(lines[:-1] if lines[-1].strip().isdigit() else lines), end_s=end_s)
            end_s, lines = _seconds(times), []
        elif lines is not None and not line.strip():
            yield Cue(text=_words(lines), end_s=end_s)
            lines = None
        elif lines is not None:
            lines.append(line)


def _seconds(times: re.Match[str]) -> float:
    hours, minutes, seconds, fraction = times.groups()[4:]
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + int(fraction.ljust(3, "0")) / 1000


def _words(lines: list[str]) -> str:
    said = "\n".join(line.strip() for line in lines)
    return html.unescape(_MARKS.sub("", _SPEAKER.sub(r"\1: ", said))).strip()
