"""Sound and video: what they are, how long, who made them. No speech is recognised here."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import ExtractionError
from workbench.extraction import needs
from workbench.extraction.building import version
from workbench.extraction.cleaning import moment
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, ExtractionState, Metadata

_PROBE_TIMEOUT_S = 30
_DATES = ("recorded_date", "encoded_date", "tagged_date", "creation_time", "date")


class MediaReader:
    """Reads the metadata of MP3, WAV, MP4, MOV, MKV, AVI and what else MediaInfo knows."""

    name = "media"
    gives = ("metadata",)

    @property
    def version(self) -> str:
        return version("1", "pymediainfo")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type.startswith(("audio/", "video/")) else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("pymediainfo")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        tracks = _mediainfo(path) or _ffprobe(path)
        general = tracks[0] if tracks else {}
        if len(tracks) < 2 and not general.get("duration"):
            raise ExtractionError("The recording is damaged or cut off. Ask for an undamaged copy.")
        return Extraction(
            extractor=self.name,
            version=self.version,
            media_type=media_type,
            state=ExtractionState.OK,
            metadata=_metadata(general, tracks),
        )


def _mediainfo(path: Path) -> list[dict[str, Any]]:  # Any: MediaInfo's values are texts and numbers
    try:
        from pymediainfo import MediaInfo

        found = MediaInfo.parse(str(path))
    except (ImportError, OSError, RuntimeError, ValueError):
        return []
    return [{key: value for key, value in track.to_data().items() if value is not None} for track in found.tracks]


def _ffprobe(path: Path) -> list[dict[str, Any]]:  # Any: as above
    """Ask ffprobe where MediaInfo's library is missing; gives the same keys."""
    program = shutil.which("ffprobe")
    if program is None:
        return []
    command = [program, "-v", "error", "-show_format", "-show_streams", "-of", "json", f"file:{path}"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PROBE_TIMEOUT_S, check=False)
        answer = json.loads(done.stdout or b"{}")
    except (subprocess.TimeoutExpired, ValueError):
        return []
    if "format" not in answer:
        return []
    shape = answer["format"]
    seconds = float(shape.get("duration") or 0)
    general = {"format": shape.get("format_name"), "duration": seconds * 1000, **shape.get("tags", {})}
    return [{key.lower(): value for key, value in general.items()}, *answer.get("streams", [])]


def _metadata(general: Mapping[str, Any], tracks: list[dict[str, Any]]) -> Metadata:  # Any: as above
    duration = _number(general.get("duration"))
    picture = next((track for track in tracks[1:] if _number(track.get("width"))), {})
    return Metadata(
        title=_text(general, "title", "track_name"),
        author=_text(general, "performer", "artist", "director", "album_performer"),
        subject=_text(general, "comment", "description"),
        created_at=next((found for key in _DATES if (found := moment(_bare(general.get(key))))), None),
        width=int(_number(picture.get("width"))) or None,
        height=int(_number(picture.get("height"))) or None,
        duration_s=round(duration / 1000, 3) if duration else None,
        software=_text(general, "writing_application", "encoded_library", "encoder"),
        raw={"general": _useful(general), "tracks": [_useful(track) for track in tracks[1:]]},
    )


_OF_THE_FILE = ("complete_name", "folder_name", "file_", "other_", "filename")


def _useful(track: Mapping[str, Any]) -> dict[str, Any]:  # Any: as above
    """Leave out where the file lies and when it was copied: that is no part of its content."""
    return {key: value for key, value in track.items() if not key.startswith(_OF_THE_FILE)}


def _text(fields: Mapping[str, Any], *names: str) -> str | None:  # Any: as above
    return next((str(fields[name]) for name in names if fields.get(name)), None)


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0


def _bare(value: object) -> str:
    """Return a date without MediaInfo's "UTC" before or after it."""
    return str(value or "").replace("UTC", "").strip()
