"""Reading pictures of text: size, language and orientation chosen as the page needs.

German data alone reads German and English equally well and is fastest, so the
first language goes alone. Only a page that it reads badly is turned upright or
tried in the next language (figures in facts/extraction.md). What a crooked or
noisy scan needs first is in `straightening`, the order of its lines in `layout`.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.errors import ExtractionError
from workbench.extraction.protocol import ExtractOptions
from workbench.extraction.recognition.coverage import unread, without
from workbench.extraction.recognition.layout import confidence
from workbench.extraction.recognition.pictures import prepared
from workbench.extraction.recognition.straightening import Straightened, straightened
from workbench.extraction.recognition.tesseract import Recognised, from_lines, orientation, recognise, usable_languages
from workbench.records import ExtractionState, RecognisedPage, Word

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Reading", "prepared", "read_picture"]

# Clean print is read at 90 and more, noise and photographs at 20 to 50.
_GOOD = 70.0
_LEGIBLE = 45.0
# A page upside down gives many short "words"; a photograph without text gives few.
_FEW_WORDS = 3
# On clean pages 0.07 is left over at most; logos, signatures and unread columns are more.
_MUCH_UNREAD = 0.1
_SCATTERED = 11  # Tesseract's page segmentation mode for sparse text
# Tesseract refuses what is smaller.
_SMALLEST = 10


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
    grey, resolution = prepared(image, options, dpi=dpi)
    if min(grey.size) < _SMALLEST:
        return Reading(text="", confidence=0.0, language=languages[0], warnings=warnings)
    page = _Page(grey=grey, dpi=resolution, is_stated=dpi is not None)
    deadline = time.monotonic() + options.ocr_page_timeout_s
    best = _attempt(page, languages[0], deadline)
    if best.confidence < _GOOD:
        try:
            best = _second_chances(page, best, languages, deadline)
        except ExtractionError as fault:
            # The first attempt stands when the better one runs out of time.
            if fault.state is not ExtractionState.TIMEOUT:
                raise
    if best.confidence < _LEGIBLE:
        best = replace(best, text="", words=())
    return replace(best, warnings=warnings)


@dataclass(frozen=True, kw_only=True)
class _Page:
    """A grey page as it is given to one attempt.

    Parameters
    ----------
    is_stated : whether `dpi` is known rather than assumed
    turned : degrees clockwise by which it was turned already
    """

    grey: "Image"
    dpi: int
    is_stated: bool
    turned: int = 0


def _second_chances(page: _Page, first: Reading, languages: Sequence[str], deadline: float) -> Reading:
    """Turn a page that was read badly upright, and read it in the other languages."""
    best = first
    turn = orientation(page.grey, timeout_s=_left(deadline))
    if turn:
        page = replace(page, grey=page.grey.rotate(-turn, expand=True, fillcolor=255), turned=turn)
        best = max(best, _attempt(page, languages[0], deadline), key=_score)
    if len(best.words) < _FEW_WORDS or best.turned != turn:
        return best
    for other in languages[1:]:
        if best.confidence >= _GOOD:
            break
        best = max(best, _attempt(page, other, deadline), key=_score)
    return best


def _score(reading: Reading) -> float:
    """Rate an attempt: sure words count, many sure words count more."""
    return reading.confidence * math.log2(2 + len(reading.words))


def _attempt(page: _Page, language: str, deadline: float) -> Reading:
    straight = straightened(page.grey, dpi=page.dpi, may_enlarge=page.is_stated)
    read = recognise(straight.image, language=language, dpi=straight.dpi, timeout_s=_left(deadline))
    if read.confidence >= _GOOD and unread(straight.image, read.words) > _MUCH_UNREAD:
        read = _with_missed(straight, read, language, deadline)
    return Reading(
        text=read.text,
        confidence=read.confidence,
        language=language,
        turned=page.turned,
        skew=straight.skew,
        words=tuple(replace(word, box=straight.share(word.box)) for word in read.words),
    )


def _with_missed(straight: Straightened, read: Recognised, language: str, deadline: float) -> Recognised:
    """Look for text anywhere instead of in blocks, where much of a page was passed over.

    What was read already is painted over: reading it again would cost as much as the first time.
    """
    rest = without(straight.image, read.words)
    try:
        again = recognise(rest, language=language, dpi=straight.dpi, timeout_s=_left(deadline), segmentation=_SCATTERED)
    except ExtractionError:
        return read
    missed = [line for line in again.lines if confidence(line.words) >= _GOOD]
    return from_lines((*read.lines, *missed)) if missed else read


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise ExtractionError("Recognising the page took too long.", state=ExtractionState.TIMEOUT)
    return left
