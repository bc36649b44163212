"""What an extractor is: it bids for a file, and the best bid reads it.

Implementations live one to a format family beside this module; others come by
the entry point group ``workbench.extractors``. They see a file and options,
never a database.
"""

from dataclasses import dataclass, field
from enum import StrEnum
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


class Mode(StrEnum):
    """Which engines are asked first.

    FAST : the direct readers, for everything
    BALANCED : docling for office, web and book formats below its caps, PDFium for PDF
    STRUCTURED : docling for PDF too; headings, lists and tables are kept
    """

    FAST = "fast"
    BALANCED = "balanced"
    STRUCTURED = "structured"


@dataclass(frozen=True, kw_only=True)
class Caps:
    """The largest files docling is given; above them the direct readers read.

    Beyond these sizes docling takes seconds to minutes, and sometimes does not
    end (facts/extraction.md). Where a value is 0, docling is not asked at all.

    Parameters
    ----------
    word_kb, sheet_kb, slides_kb : of any maker
    html_kb, book_kb, text_kb : web pages, EPUB, and what is written in characters
    structured_pages : pages of a PDF that docling structures; of longer ones the text is read by PDFium
    """

    word_kb: int = 3 * 1024
    sheet_kb: int = 3 * 1024
    slides_kb: int = 20 * 1024
    html_kb: int = 300
    book_kb: int = 300
    text_kb: int = 200
    structured_pages: int = 400


@dataclass(frozen=True, kw_only=True)
class ExtractOptions:
    """How to read; its digest is part of the key of a cached extraction.

    Parameters
    ----------
    scratch : private folder for members of containers; not part of the digest
    name : the file's own name, which helps where the bytes do not tell; not part of the digest
    passwords : tried on encrypted files, in this order; not part of the digest
    first_page : where to go on with a file whose `Extraction.next_page` said so; not part of the digest
    ocr : whether pictures and scanned pages are recognised
    languages : Tesseract codes, most likely first
    dpi : resolution at which a page is rendered for recognition
    ocr_page_timeout_s : seconds that one page may take
    ocr_budget_s : seconds of recognition after which a long scan hands over what it has, 0 for no limit; not part
        of the digest
    structure : whether docling's document is kept as JSON, whatever the mode
    tables : whether the tables of PDFs are looked for
    media : whether sound and film are looked into; otherwise only their type and size are known
    thumbnails : pages of which a small picture is made
    thumbnail_px : its longer side
    models : folder with docling's model weights; None for docling without models
    max_bytes : larger files are not read
    """

    scratch: Path
    name: str = ""
    passwords: tuple[str, ...] = ()
    first_page: int = 1
    mode: Mode = Mode.BALANCED
    ocr: bool = True
    languages: tuple[str, ...] = ("deu", "eng")
    dpi: int = 200
    ocr_page_timeout_s: float = 30.0
    ocr_budget_s: float = 60.0
    structure: bool = False
    tables: bool = False
    media: bool = True
    thumbnails: int = 0
    thumbnail_px: int = 320
    models: Path | None = None
    max_bytes: int = 2 * 1024**3
    caps: Caps = field(default_factory=Caps)
    limits: Limits = field(default_factory=Limits)

    @property
    def keeps_structure(self) -> bool:
        return self.structure or self.mode is Mode.STRUCTURED


class Declined(ExtractionError):
    """An extractor passes on a file before reading it: over its size cap, or switched off.

    No fault of the file, so that the auction asks the next one without a warning.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message, state=ExtractionState.UNSUPPORTED)


class Opened(Exception):
    """An extractor has only unlocked a file: what it wrote is to be read instead, by whoever reads such a file.

    Parameters
    ----------
    path : the unlocked file, in the scratch folder; removed after it was read
    media_type : None where it is to be told from the bytes
    note : a sentence for the warnings
    """

    def __init__(self, path: Path, *, media_type: str | None, note: str) -> None:
        super().__init__(note)
        self.path = path
        self.media_type = media_type
        self.note = note


class Extractor(Protocol):
    """Bytes to text, for a family of formats.

    `claim` answers 0 for "not mine" up to 100 for "made for it", from the
    media type and the first 4096 bytes alone. `extract` raises
    `errors.ExtractionError` for what it cannot read, or `Declined` for what it
    passes on; the next bid then tries. Whoever only unlocks files raises
    `Opened`.

    An extractor may say more about itself, for `workbench formats`:

    - ``gives``, a tuple of text, pages, structure, tables, fields, metadata, children, ocr, thumbnails
    - ``formats``, a tuple of `media_types.MediaType` that the workbench does not know without it
    - ``missing(media_type, options)``, sentences with what this machine lacks for it
    - ``switched_off(media_type, options)``, sentences with the setting that keeps it from reading

    What it returns need not be clean: the auction removes characters that no
    database keeps, cuts the text to its limit and names the language.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    def claim(self, media_type: str, head: bytes) -> int: ...
    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction: ...
