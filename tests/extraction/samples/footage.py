"""Sound, film and HEIC by ffmpeg: tagged, with chapters and subtitles."""

import struct
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

_TAGS = """;FFMETADATA1
title=Sitzung im März
artist=Käthe Müller
album=Protokolle
comment=Im großen Saal
date=2024-03-05
[CHAPTER]
TIMEBASE=1/1000
START=0
END=500
title=Begrüßung
[CHAPTER]
TIMEBASE=1/1000
START=500
END=1000
title=Haushalt
"""
_CAPTIONS = "1\n00:00:00,100 --> 00:00:00,900\n<i>Guten Tag</i>, Frau Groß\n"
_SOUND = ("-f", "lavfi", "-i", "sine=frequency=440:duration=1")
_FILM = ("-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=1")


def sound(ending: str, *more: str) -> bytes:
    return _made(ending, *_SOUND, "-i", "tags.txt", "-map", "0:a", "-map_metadata", "1", *more)


def film(ending: str, *more: str, captions: str = "", video: str = "mpeg4") -> bytes:
    """A second of film; `captions` is the codec of its subtitles."""
    inputs = (*_FILM, *_SOUND, "-i", "tags.txt", *(("-i", "captions.srt") if captions else ()))
    maps = ("-map", "0", "-map", "1", "-map_metadata", "2", *(("-map", "3", "-c:s", captions) if captions else ()))
    return _made(ending, *inputs, *maps, "-c:v", video, *more)


def music_with_cover() -> bytes:
    cover = ("-f", "lavfi", "-i", "color=red:size=64x48:duration=0.1:rate=10")
    maps = ("-map", "0", "-map", "2:v", "-map_metadata", "1", "-frames:v", "1", "-c:v", "png")
    return _made("mp3", *_SOUND, "-i", "tags.txt", *cover, *maps, "-disposition:v", "attached_pic")


def heic(image: Image.Image) -> bytes:
    """A photograph as a telephone keeps it: one frame of HEVC in a container of its own."""
    image = image.convert("RGB").resize((image.width // 2 * 2, image.height // 2 * 2))
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{image.width}x{image.height}", "-i", "pixels")
    coded = ("-c:v", "libx265", "-x265-params", "log-level=none", "-crf", "10", "-pix_fmt", "yuv420p", "-frames:v", "1")
    film = _made("mp4", *raw, *coded, "-tag:v", "hvc1", pixels=image.tobytes())
    setup, frame = _box_in(film, b"hvcC"), _box_in(film, b"mdat")[8:]

    def box(kind: bytes, *parts: bytes, full: bool = False) -> bytes:
        body = (b"\0\0\0\0" if full else b"") + b"".join(parts)
        return struct.pack(">I4s", len(body) + 8, kind) + body

    size = box(b"ispe", struct.pack(">II", image.width, image.height), full=True)
    properties = box(
        b"iprp", box(b"ipco", setup, size), box(b"ipma", struct.pack(">IHBBB", 1, 1, 2, 0x81, 2), full=True)
    )
    entry = struct.pack(">I4sI", 21, b"infe", 0x0200_0000) + struct.pack(">HH4sx", 1, 0, b"hvc1")
    items = box(b"iinf", struct.pack(">H", 1), entry, full=True)
    handler = box(b"hdlr", struct.pack(">I4s12xx", 0, b"pict"), full=True)
    start = box(b"ftyp", b"heic\0\0\0\0mif1heic")

    def meta(offset: int) -> bytes:
        where = box(b"iloc", struct.pack(">BBHHHHII", 0x44, 0, 1, 1, 0, 1, offset, len(frame)), full=True)
        return box(b"meta", handler, box(b"pitm", struct.pack(">H", 1), full=True), where, items, properties, full=True)

    offset = len(start) + len(meta(0)) + 8
    return start + meta(offset) + box(b"mdat", frame)


def _box_in(data: bytes, kind: bytes) -> bytes:
    place = data.index(kind) - 4
    return data[place : place + struct.unpack_from(">I", data, place)[0]]


def _made(ending: str, *arguments: str, **files: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tags.txt").write_text(_TAGS)
        (folder / "captions.srt").write_text(_CAPTIONS)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        command = ["ffmpeg", "-nostdin", "-v", "error", *arguments, f"out.{ending}"]
        subprocess.run(command, cwd=folder, check=True, timeout=60)
        return (folder / f"out.{ending}").read_bytes()
