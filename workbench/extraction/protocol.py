"""What an extractor is: it bids for a file, and the best bid reads it.

Implementations live one to a format family beside this module; others come by
the entry point group ``workbench.extractors``. They see a file and options,
never a database.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from workbench.errors import ExtractionError
from workbench.records import Extraction, ExtractionState


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a container or a picture may cost before it is a bomb.

    Parameters
    ----------
    depth : containers inside containers
    members : files in one container
    unpacked_bytes : bytes of all members of one container together
    ratio : unpacked bytes over packed bytes, looked at above 10 MB unpacked
    pixels : width times height of one image
    text_chars : characters of text that are kept
    """

    depth: int = 5
    members: int = 10_000
    unpacked_bytes: int = 4 * 1024**3
    ratio: float = 200.0
    pixels: int = 40_000_000
    text_chars: int = 20_000_000


@dataclass(frozen=True, kw_only=True)
class ExtractOptions:
    """How to read; its digest is part of the key of a cached extraction.

    Parameters
    ----------
    scratch : private folder for members of containers; not part of the digest
    name : the file's own name, which helps where the bytes do not tell; not part of the digest
    ocr : whether pictures and scanned pages are recognised
    languages : Tesseract codes, most likely first
    dpi : resolution at which a page is rendered for recognition
    ocr_page_timeout_s : seconds that one page may take
    docling : whether docling reads office, web, mail and text files below its size caps
    structure : whether docling's document is kept as JSON
    max_bytes : larger files are not read
    """

    scratch: Path
    name: str = ""
    ocr: bool = True
    languages: tuple[str, ...] = ("deu", "eng")
    dpi: int = 200
    ocr_page_timeout_s: float = 60.0
    docling: bool = True
    structure: bool = False
    max_bytes: int = 2 * 1024**3
    limits: Limits = field(default_factory=Limits)


class Declined(ExtractionError):
    """An extractor passes on a file before reading it: over its size cap, or switched off.

    No fault of the file, so that the auction asks the next one without a warning.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message, state=ExtractionState.UNSUPPORTED)


class Extractor(Protocol):
    """Bytes to text, for a family of formats.

    `claim` answers 0 for "not mine" up to 100 for "made for it", from the
    media type and the first 4096 bytes alone. `extract` raises
    `errors.ExtractionError` for what it cannot read, or `Declined` for what it
    passes on; the next bid then tries.

    What it returns need not be clean: the auction removes characters that no
    database keeps, cuts the text to its limit and names the language.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    def claim(self, media_type: str, head: bytes) -> int: ...
    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction: ...
