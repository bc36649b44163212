"""From the tracks of a recording to metadata, and to the words by which people look for it."""

import re
from collections.abc import Iterator
from typing import Any

from workbench.extraction.cleaning import moment
from workbench.extraction.media.probing import Fields, Tracks, number
from workbench.records import Metadata

_DATES = ("Recorded_Date", "Encoded_Date", "Tagged_Date", "Mastered_Date", "Released_Date", "DATE")
_PLACES = (
    "Recorded_Location",
    "xyz",
    "location",
    "LOCATION",
    "com_apple_quicktime_location_ISO6709",
    "com_apple_quicktime_location_iso6709",
)
_ISO_6709 = re.compile(r"([+-]\d{1,3}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)")
# What the words of a recording are looked for by, in the order in which they are read.
_WORDS = (
    ("Title", ("Title", "Movie", "Track")),
    ("Artist", ("Performer", "ARTIST", "Director", "Composer")),
    ("Album", ("Album", "ALBUM", "Collection")),
    ("Comment", ("Comment", "comment", "Description", "DESCRIPTION", "Synopsis", "Summary")),
    ("Genre", ("Genre",)),
    ("Copyright", ("Copyright",)),
)
_LYRICS = ("Lyrics", "USLT", "LYRICS", "UnsyncLyrics")
_CHAPTER = re.compile(r"_\d\d_\d\d_\d\d_\d{3}")
_MOST_CHAPTERS = 1_000


def metadata(tracks: Tracks, size: int) -> Metadata:
    """Return what a recording says about itself; `raw` holds codecs and the rest as found."""
    general, picture = tracks.general, next(iter(tracks.video), {})
    place = _place(general)
    duration_s = tracks.duration_s
    spoken = next((track.get("Language") for track in (*tracks.audio, *tracks.video) if track.get("Language")), None)
    return Metadata(
        title=_text(general, *_WORDS[0][1]),
        author=_text(general, *_WORDS[1][1], "Album_Performer"),
        subject=_text(general, *_WORDS[3][1]),
        created_at=next((found for key in _DATES if (found := moment(_bare(_field(general, key))))), None),
        language=str(spoken)[:2].lower() if spoken else None,
        width=int(number(picture.get("Width"))) or None,
        height=int(number(picture.get("Height"))) or None,
        duration_s=round(duration_s, 3) if duration_s else None,
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
        software=_text(general, "Encoded_Application", "Encoded_Library"),
        raw={"size": size, **_raw(tracks)},
    )


def words(tracks: Tracks) -> list[str]:
    """Return title, artist, album and what else was written on a recording, a line each; then lyrics, then chapters."""
    lines = [f"{label}: {value}" for label, names in _WORDS if (value := _text(tracks.general, *names))]
    if lyrics := _text(tracks.general, *_LYRICS):
        lines += ["", lyrics.replace(" / ", "\n")]
    if chapters := list(_chapters(tracks)):
        lines += ["", *chapters]
    return lines


def _chapters(tracks: Tracks) -> Iterator[str]:
    for menu in tracks.menus:
        for key, name in list(_extra(menu).items())[:_MOST_CHAPTERS]:
            if _CHAPTER.fullmatch(key) and str(name).strip():
                # MediaInfo writes the language of a chapter's name before it.
                yield f"{key[1:9].replace('_', ':')} {re.sub(r'^[a-z]{2,3}:', '', _repaired(str(name)))}"


def _raw(tracks: Tracks) -> dict[str, Any]:  # Any: JSON
    codecs = [str(track.get("Format")) for track in (*tracks.video, *tracks.audio) if track.get("Format")]
    lists = {"video": tracks.video, "audio": tracks.audio, "subtitles": tracks.subtitles}
    return {
        "codecs": codecs,
        "album": _text(tracks.general, *_WORDS[2][1]),
        "general": _readable(tracks.general),
        **{name: [_readable(track) for track in found] for name, found in lists.items() if found},
    }


def _readable(track: Fields) -> dict[str, Any]:  # Any: JSON
    plain = {key: value for key, value in track.items() if key != "extra" and not key.startswith("@")} | _extra(track)
    return {key: _repaired(value) if isinstance(value, str) else value for key, value in plain.items()}


def _extra(track: Fields) -> dict[str, Any]:  # Any: JSON
    more = track.get("extra")
    return dict(more) if isinstance(more, dict) else {}


def _field(track: Fields, name: str) -> object:
    return track.get(name) or _extra(track).get(name)


def _text(track: Fields, *names: str) -> str | None:
    return next((_repaired(str(found)) for name in names if (found := _field(track, name))), None)


def _repaired(text: str) -> str:
    """Undo what becomes of UTF-8 where a format such as RIFF knows Latin letters only."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _place(general: Fields) -> tuple[float, float] | None:
    """Return latitude and longitude as a telephone writes them (ISO 6709)."""
    for name in _PLACES:
        match = _ISO_6709.match(str(_field(general, name) or "").strip())
        if match and abs(float(match[1])) <= 90 and abs(float(match[2])) <= 180:
            return float(match[1]), float(match[2])
    return None


def _bare(value: object) -> str:
    """Return a date without MediaInfo's "UTC" before or after it; a year alone is its first day."""
    text = str(value or "").replace("UTC", "").strip()
    return f"{text}-01-01" if re.fullmatch(r"\d{4}", text) else text
