"""Tiny films and sounds. Films need `ffmpeg`; sounds are written by the standard library."""

from __future__ import annotations

import io
import math
import shutil
import struct
import subprocess
import tempfile
import wave
from pathlib import Path
from random import Random

_RATE = 16_000


def ffmpeg() -> str | None:
    """Where ffmpeg is, if it is installed."""
    return shutil.which("ffmpeg")


def film(seed: str, title: str) -> bytes:
    """Three seconds of test pattern with a tone, as MP4.

    Raises
    ------
    FileNotFoundError
        ffmpeg is not installed.
    """
    program = ffmpeg()
    if program is None:
        raise FileNotFoundError("films need ffmpeg on the PATH; install it or leave the films out")
    dice = Random(seed)
    picture = ["-f", "lavfi", "-i", f"{dice.choice(('testsrc2', 'smptehdbars'))}=size=480x270:rate=15"]
    tone = ["-f", "lavfi", "-i", f"sine=frequency={dice.randint(220, 660)}:sample_rate=22050"]
    look = ["-pix_fmt", "yuv420p", "-threads", "1", "-metadata", f"title={title}"]
    exact = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "film.mp4")
        subprocess.run(
            [program, "-v", "error", *picture, *tone, "-t", "3", *look, *exact, str(target)],
            check=True,
        )
        return target.read_bytes()


def sound(seed: str) -> bytes:
    """Two seconds of a fading chord, as WAV."""
    dice = Random(seed)
    tones = [dice.choice((220.0, 261.6, 329.6, 392.0, 440.0)) for _ in range(3)]
    samples = (
        int(6000 * math.exp(-n / _RATE) * sum(math.sin(2 * math.pi * tone * n / _RATE) for tone in tones) / 3)
        for n in range(2 * _RATE)
    )
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as track:
        track.setparams((1, 2, _RATE, 0, "NONE", "not compressed"))
        track.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return buffer.getvalue()
