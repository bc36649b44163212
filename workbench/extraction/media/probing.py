"""What a recording says about itself: by MediaInfo, by ffprobe where its library is missing.

Both answers come as one kind of tracks, with MediaInfo's names for the fields.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import ExtractionError
from workbench.extraction import programs
from workbench.extraction.media.footage import DEMUXERS

_PROBE_TIMEOUT_S = 30
_MOST_BYTES = 4 * 1024**2
_BUFFER = 256 * 1024
# ffprobe's names for what MediaInfo calls otherwise.
_KINDS = {"video": "Video", "audio": "Audio", "subtitle": "Text"}
_NAMES = {
    "artist": "Performer",
    "date": "Recorded_Date",
    "creation_time": "Encoded_Date",
    "encoder": "Encoded_Application",
}
# Where the file lies and when it was copied is no part of its content.
_OF_THE_FILE = ("CompleteName", "FolderName", "File_", "FileName", "FileExtension", "FileSize")

Fields = Mapping[str, Any]
"""A track's fields: texts and numbers, and under "extra" a mapping of more of them."""


@dataclass(frozen=True, kw_only=True)
class Tracks:
    """The tracks of a recording, each with its fields.

    Parameters
    ----------
    general : of the recording as a whole
    menus : chapters; the fields are times with names
    """

    general: Fields = field(default_factory=dict)
    video: tuple[Fields, ...] = ()
    audio: tuple[Fields, ...] = ()
    subtitles: tuple[Fields, ...] = ()
    menus: tuple[Fields, ...] = ()

    @property
    def duration_s(self) -> float:
        """Its length in seconds, 0 where nothing says it."""
        tracks = (self.general, *self.video, *self.audio)
        return next((found for track in tracks if (found := number(track.get("Duration"))) > 0), 0.0)

    @property
    def pixels(self) -> float:
        return max((number(track.get("Width")) * number(track.get("Height")) for track in self.video), default=0.0)

    @property
    def has_picture(self) -> bool:
        return bool(self.video)

    @property
    def has_cover(self) -> bool:
        return self.general.get("Cover") == "Yes"


def probe(path: Path, media_type: str) -> Tracks:
    """Return the tracks of a recording.

    Raises
    ------
    ExtractionError
        There is nothing in it that could be played.
    """
    tracks = _sorted(_mediainfo(path) or _ffprobe(path, media_type))
    if not (tracks.video or tracks.audio or tracks.subtitles or tracks.duration_s):
        raise ExtractionError("The recording is damaged or cut off. Ask for an undamaged copy.")
    return tracks


def number(value: object) -> float:
    """Return a field as a number, 0 where it is none."""
    try:
        return float(str(value))
    except ValueError:
        return 0.0


def _sorted(found: list[dict[str, Any]]) -> Tracks:  # Any: a track's fields
    def of(kind: str) -> Iterator[Fields]:
        for track in found:
            if track.get("@type") == kind:
                yield {key: value for key, value in track.items() if not key.startswith(_OF_THE_FILE)}

    return Tracks(
        general=next(of("General"), {}),
        video=tuple(of("Video")),
        audio=tuple(of("Audio")),
        subtitles=tuple(of("Text")),
        menus=tuple(of("Menu")),
    )


def _mediainfo(path: Path) -> list[dict[str, Any]]:  # Any: as above
    """Ask MediaInfo about the bytes alone: given a name, it would look for other files of a sequence."""
    try:
        from pymediainfo import MediaInfo

        with path.open("rb") as file:
            answer = MediaInfo.parse(file, output="JSON", buffer_size=_BUFFER)
        tracks = json.loads(str(answer))["media"]["track"]
    except (ImportError, OSError, RuntimeError, ValueError, KeyError, TypeError):
        return []
    return [track for track in tracks if isinstance(track, dict)] if isinstance(tracks, list) else []


def _ffprobe(path: Path, media_type: str) -> list[dict[str, Any]]:  # Any: as above
    program, demuxer = shutil.which("ffprobe"), DEMUXERS.get(media_type)
    # Left to find out the format itself, it would open what a playlist refers to.
    if program is None or demuxer is None:
        return []
    command = [program, "-v", "error", "-show_format", "-show_streams", "-of", "json"]
    source = ["-protocol_whitelist", "file", "-f", demuxer, f"file:{path}"]
    output = programs.run([*command, *source], timeout_s=_PROBE_TIMEOUT_S, most_bytes=_MOST_BYTES)
    try:
        answer = json.loads(output.data or b"{}")
    except ValueError:
        return []
    shape = answer.get("format", {})
    tags = {str(key).lower(): value for key, value in shape.get("tags", {}).items()}
    general = {_NAMES.get(key, key.capitalize()): value for key, value in tags.items()}
    found = [{"@type": "General", "Format": shape.get("format_name"), "Duration": shape.get("duration"), **general}]
    for stream in answer.get("streams", []):
        kind = _KINDS.get(str(stream.get("codec_type")), "")
        found.append(
            {"@type": kind, "Format": stream.get("codec_name"), "Width": stream.get("width")}
            | {"Height": stream.get("height"), "Language": stream.get("tags", {}).get("language")}
        )
    return [{key: value for key, value in track.items() if value is not None} for track in found]
