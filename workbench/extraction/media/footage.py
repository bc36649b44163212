"""ffmpeg's part: a frame of a film, the cover of a piece of music, the subtitles inside a film.

Always through a pipe and with the demuxer that the media type names, so that no
file is left behind and none that a playlist refers to is opened.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import programs
from workbench.records import ExtractionState

PROGRAM = "ffmpeg"
_FRAME_TIMEOUT_S = 20
_SUBTITLE_TIMEOUT_S = 60
_MOST_PICTURE_BYTES = 32 * 1024**2
_MOST_SUBTITLE_BYTES = 4 * 1024**2
_TIMES = re.compile(r"\s*\d\d:\d\d:\d\d,\d{3} -->")
_MARKUP = re.compile(r"</?[a-z][^<>]{0,200}>|\{\\[^{}]{0,200}\}")
DEMUXERS = {
    known.MP3: "mp3",
    known.WAV: "wav",
    known.FLAC: "flac",
    known.OGG: "ogg",
    known.M4A: "mov",
    known.MP4: "mov",
    known.MOV: "mov",
    known.MKV: "matroska",
    known.WEBM: "matroska",
    known.AVI: "avi",
}


def frame(path: Path, media_type: str, *, moment_s: float, longest_px: int) -> bytes:
    """Return one frame as PNG, b"" where there is none at this moment."""
    side = max(2, longest_px)
    scale = f"scale='min({side},iw)':'min({side},ih)':force_original_aspect_ratio=decrease"
    shape = ("-map", "0:V:0", "-frames:v", "1", "-vf", scale, "-f", "image2pipe", "-c:v", "png")
    return _picture(path, media_type, before=("-ss", f"{moment_s:.3f}", "-noaccurate_seek"), after=shape)


def cover(path: Path, media_type: str) -> bytes:
    """Return the cover art of a recording as it is stored, b"" where it has none."""
    return _picture(path, media_type, after=("-map", "0:v:0", "-frames:v", "1", "-c", "copy", "-f", "image2pipe"))


def subtitles(path: Path, media_type: str, tracks: int) -> Iterator[str]:
    """Give what the subtitle tracks say, a line a caption; those that are pictures are passed over."""
    for track in range(tracks):
        wanted = ("-map", f"0:s:{track}", "-f", "srt")
        output = _run(path, media_type, after=wanted, timeout_s=_SUBTITLE_TIMEOUT_S, most_bytes=_MOST_SUBTITLE_BYTES)
        if text := _captions(output.decode("utf-8", "replace")):
            yield text


def _captions(subrip: str) -> str:
    """Return the words of SubRip text without numbers, times and marks."""
    blocks = re.split(r"\r?\n\s*\r?\n", subrip)
    lines = (line for block in blocks for line in block.splitlines() if not _TIMES.match(line))
    return "\n".join(line for raw in lines if (line := _MARKUP.sub("", raw).strip()) and not line.isdecimal())


def _picture(path: Path, media_type: str, *, before: Sequence[str] = (), after: Sequence[str]) -> bytes:
    return _run(
        path, media_type, before=before, after=after, timeout_s=_FRAME_TIMEOUT_S, most_bytes=_MOST_PICTURE_BYTES
    )


def _run(
    path: Path,
    media_type: str,
    *,
    before: Sequence[str] = (),
    after: Sequence[str],
    timeout_s: float,
    most_bytes: int,
) -> bytes:
    program = shutil.which(PROGRAM)
    if program is None:
        raise ExtractionError("ffmpeg is not installed; apt install ffmpeg.", state=ExtractionState.UNSUPPORTED)
    demuxer = DEMUXERS.get(media_type)
    if demuxer is None:
        return b""
    quiet = (program, "-nostdin", "-v", "quiet", "-threads", "1", "-protocol_whitelist", "file,pipe")
    command = (*quiet, *before, "-f", demuxer, "-i", f"file:{path}", "-threads", "1", *after, "pipe:1")
    output = programs.run(command, timeout_s=timeout_s, most_bytes=most_bytes)
    return b"" if output.is_cut else output.data
