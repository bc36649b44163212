"""The program Tesseract: what it can read here, and reading one picture.

The picture goes in through memory and the words come out through a pipe, so
that no temporary file is left behind by a process that was killed. Tesseract
stays in our process group, so that whoever ends the group ends it too. One
thread a process: more are five times slower (facts/extraction.md).
"""

import io
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from workbench.errors import ExtractionError
from workbench.extraction.recognition import layout
from workbench.records import ExtractionState, Word

if TYPE_CHECKING:
    from PIL.Image import Image

PROGRAM = "tesseract"
NOT_INSTALLED = "Tesseract is not installed; apt install tesseract-ocr tesseract-ocr-deu."


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """The text of a picture and how sure Tesseract is of it, from 0 to 100.

    Parameters
    ----------
    words : in the order of `text`; their boxes are in pixels of the picture
    lines : the same words as Tesseract set them
    """

    text: str
    confidence: float
    words: tuple[Word, ...] = ()
    lines: tuple[layout.Line, ...] = ()


@lru_cache(maxsize=1)
def installed_languages() -> frozenset[str]:
    """Return the languages Tesseract has data for, none where it is missing."""
    program = shutil.which(PROGRAM)
    if program is None:
        return frozenset()
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=30, check=False)
    return frozenset(line.strip() for line in (listed.stdout + listed.stderr).splitlines()[1:] if line.strip())


def missing_language(code: str) -> str:
    """Return the sentence that says how to get a language."""
    return f"Tesseract has no data for '{code}'; apt install tesseract-ocr-{code.replace('_', '-')}."


def usable_languages(wanted: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the wanted languages that are there, and a sentence for each that is not.

    Raises
    ------
    ExtractionError
        Tesseract itself or every wanted language is missing.
    """
    present = installed_languages()
    if not present:
        raise ExtractionError(NOT_INSTALLED, state=ExtractionState.UNSUPPORTED)
    usable = tuple(code for code in wanted if code in present)
    missing = tuple(missing_language(code) for code in wanted if code not in present)
    if not usable:
        raise ExtractionError(
            " ".join(missing) or "No language for recognition is set.", state=ExtractionState.UNSUPPORTED
        )
    return usable, missing


def recognise(image: "Image", *, language: str, dpi: int, timeout_s: float, segmentation: int = 3) -> Recognised:
    """Read one picture in one language.

    Parameters
    ----------
    image : mode L or RGB
    segmentation : Tesseract's page segmentation mode; 3 finds columns and blocks itself

    Raises
    ------
    ExtractionError
        It took longer than `timeout_s`, or Tesseract failed.
    """
    table = _run(image, ("-l", language, "--dpi", str(dpi), "--psm", str(segmentation), "tsv"), timeout_s=timeout_s)
    return from_lines(layout.lines_of(table))


def from_lines(lines: Sequence[layout.Line]) -> Recognised:
    """Return lines as text in reading order."""
    rows = layout.ordered(lines)
    words = tuple(word for row in rows for line in row for word in line.words)
    return Recognised(text=layout.joined(rows), confidence=layout.confidence(words), words=words, lines=tuple(lines))


def orientation(image: "Image", *, timeout_s: float) -> int:
    """Return by how many degrees clockwise a page must be turned to stand upright, 0 where that is unclear."""
    if "osd" not in installed_languages():
        return 0
    try:
        report = _run(image, ("-l", "osd", "--psm", "0"), timeout_s=timeout_s)
    except ExtractionError:
        # "Too few characters": nothing to be turned by.
        return 0
    values = dict(line.split(": ", 1) for line in report.splitlines() if ": " in line)
    try:
        turn, sure = int(values.get("Rotate", "0")), float(values.get("Orientation confidence", "0"))
    except ValueError:
        return 0
    return turn if sure >= 1.0 else 0


def _run(image: "Image", arguments: Sequence[str], *, timeout_s: float) -> str:
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        with _handed_over(image) as (name, given):
            done = subprocess.run(
                [shutil.which(PROGRAM) or PROGRAM, name, "stdout", *arguments],
                stdin=given,
                capture_output=True,
                env=environment,
                timeout=timeout_s,
                check=False,
            )
    except subprocess.TimeoutExpired as fault:
        raise ExtractionError(
            f"Recognising the page took more than {timeout_s:.1f} s.", state=ExtractionState.TIMEOUT
        ) from fault
    except FileNotFoundError as fault:
        raise ExtractionError(NOT_INSTALLED, state=ExtractionState.UNSUPPORTED) from fault
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise ExtractionError(f"Tesseract could not read the page ({reason[0][:200]}).")
    return done.stdout.decode("utf-8", "replace")


@contextmanager
def _handed_over(image: "Image") -> Iterator[tuple[str, int]]:
    """Give the name by which Tesseract opens the picture, and what must be its standard input.

    A TIFF that exists in memory only: Tesseract reads pipes and PNM letter by letter, which costs 0.1 s and 0.05 s
    a page, and PNG must be packed first.
    """
    given = os.memfd_create("page")
    try:
        with os.fdopen(given, "wb", closefd=False) as file:
            file.write(_unpacked(image))
        yield "/dev/stdin", given
    finally:
        os.close(given)


def _unpacked(image: "Image") -> bytes:
    # Nothing but pixels: what the picture says about itself is not Tesseract's business, and might be damaged.
    plain = image.copy()
    plain.info.clear()
    with io.BytesIO() as buffer:
        plain.save(buffer, "TIFF", compression="raw")
        return buffer.getvalue()
