"""A picture for a recording: a frame of a film, the cover of a piece of music."""

from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.media.footage import cover, frame
from workbench.extraction.media.probing import probe
from workbench.extraction.previews.pictures import picture_thumbnails
from workbench.records import Thumbnail

# The first seconds of a film are black or a logo.
_SHARE = 0.1


def footage_thumbnails(path: Path, media_type: str, *, longest_px: int, most_pixels: int) -> tuple[Thumbnail, ...]:
    """Return one picture of a recording: its cover where it has one, else a frame."""
    tracks = probe(path, media_type)
    if tracks.pixels > most_pixels:
        return ()
    data = cover(path, media_type) if tracks.has_cover else b""
    if not data and tracks.has_picture:
        moment_s = tracks.duration_s * _SHARE
        data = frame(path, media_type, moment_s=moment_s, longest_px=longest_px)
        if not data and moment_s:
            # A file that was cut off still has its beginning.
            data = frame(path, media_type, moment_s=0, longest_px=longest_px)
    if not data:
        raise ExtractionError("The recording has no picture.")
    return picture_thumbnails(data, known.PNG, pages=1, longest_px=longest_px, most_pixels=most_pixels)
