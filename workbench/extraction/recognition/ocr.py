"""Reading pictures of text: size, language and orientation chosen as the page needs.

German data alone reads German and English equally well and is fastest, so the
first language goes alone. Only a page that it reads badly is turned upright or
tried in the next language (figures in facts/extraction.md).
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import ExtractionError
from workbench.extraction.protocol import ExtractOptions
from workbench.extraction.recognition.tesseract import Recognised, orientation, recognise, usable_languages
from workbench.records import ExtractionState, RecognisedPage, Word

if TYPE_CHECKING:
    from PIL.Image import Image

# Clean print is read at 90 and more, noise and photographs at 20 to 50.
_GOOD = 70.0
_LEGIBLE = 45.0
# A page upside down gives many short "words"; a photograph without text gives few.
_FEW_WORDS = 3
_LONG_SIDE = 4_000


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was recognised on one page.

    Parameters
    ----------
    confidence : 0 to 100, the mean over all letters
    turned : degrees clockwise by which the page had to be turned
    skew : degrees clockwise by which it was straightened after that
    """

    text: str
    confidence: float
    language: str
    turned: int = 0
    skew: float = 0.0
    words: tuple[Word, ...] = ()
    warnings: tuple[str, ...] = ()

    def as_page(self, number: int) -> RecognisedPage:
        """Return what is kept of it; `number` is counted from 1."""
        return RecognisedPage(
            page=number,
            language=self.language,
            confidence=self.confidence,
            turned=self.turned,
            skew=self.skew,
            words=self.words,
        )


def read_picture(image: "Image", options: ExtractOptions, *, dpi: int | None) -> Reading:
    """Recognise the text of a page or photograph.

    Parameters
    ----------
    dpi : the picture's resolution, None where it is not known

    Raises
    ------
    ExtractionError
        Tesseract or its languages are missing, or the page took too long.
    """
    languages, warnings = usable_languages(options.languages)
    deadline = time.monotonic() + options.ocr_page_timeout_s
    page, resolution = prepared(image, options, dpi=dpi)
    best, language, turned = _attempt(page, languages[0], resolution, deadline), languages[0], 0
    if best.confidence < _GOOD:
        try:
            best, language, turned = _second_chances(page, best, languages, resolution, deadline)
        except ExtractionError as fault:
            # The first attempt stands when the better one runs out of time.
            if fault.state is not ExtractionState.TIMEOUT:
                raise
    text = best.text if best.confidence >= _LEGIBLE else ""
    return Reading(text=text, confidence=best.confidence, language=language, turned=turned, warnings=warnings)


def _second_chances(
    page: "Image", first: Recognised, languages: Sequence[str], dpi: int, deadline: float
) -> tuple[Recognised, str, int]:
    best, language, turned = first, languages[0], 0
    turn = orientation(page, timeout_s=_left(deadline))
    if turn:
        page = page.rotate(-turn, expand=True, fillcolor=255)
        again = _attempt(page, languages[0], dpi, deadline)
        if _score(again) > _score(best):
            best, turned = again, turn
    if best.words < _FEW_WORDS:
        return best, language, turned
    for other in languages[1:]:
        if best.confidence >= _GOOD:
            break
        again = _attempt(page, other, dpi, deadline)
        if _score(again) > _score(best) and (turned or not turn):
            best, language = again, other
    return best, language, turned


def _score(read: Recognised) -> float:
    """Rate an attempt: sure words count, many sure words count more."""
    return read.confidence * math.log2(2 + read.words)


def _attempt(page: "Image", language: str, dpi: int, deadline: float) -> Recognised:
    return recognise(page, language=language, dpi=dpi, timeout_s=_left(deadline))


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise ExtractionError("Recognising the page took too long.", state=ExtractionState.TIMEOUT)
    return left


def prepared(image: "Image", options: ExtractOptions, *, dpi: int | None) -> tuple["Image", int]:
    """Return a grey picture of a size that pays, and its resolution.

    Never enlarged: that costs time and invents nothing. A scan of more than
    the wanted resolution is reduced to it; a photograph to a bounded side.
    """
    from PIL import Image as Pictures

    scale = 1.0
    if dpi and dpi > options.dpi * 1.2:
        scale = options.dpi / dpi
    longest = max(image.size) * scale
    if not dpi and longest > _LONG_SIDE:
        scale = _LONG_SIDE / longest
    pixels = image.width * image.height * scale * scale
    if pixels > options.limits.pixels:
        scale *= math.sqrt(options.limits.pixels / pixels)
    grey = on_white(image)
    if scale < 0.95:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        grey = grey.resize(size, Pictures.Resampling.LANCZOS, reducing_gap=2.0)
    resolution = round((dpi or options.dpi) * scale) if dpi else options.dpi
    return grey, min(max(resolution, 70), 2_400)


def on_white(image: "Image") -> "Image":
    """Return the picture in grey, what is transparent in white: text on nothing would be black on black."""
    from PIL import Image as Pictures

    if image.mode in {"1", "L"}:
        return image.convert("L")
    if image.mode in {"I;16", "I", "F", "I;16B", "I;16L"}:
        return (
            image.convert("F").point(lambda value: value / 256.0).convert("L")
            if "16" in image.mode
            else image.convert("L")
        )
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        solid = image.convert("RGBA")
        canvas = Pictures.new("RGBA", solid.size, (255, 255, 255, 255))
        return Pictures.alpha_composite(canvas, solid).convert("L")
    return image.convert("L")
