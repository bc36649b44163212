"""What is read from a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from workbench.records.states import ExtractionState
from workbench.records.values import Json


@dataclass(frozen=True, kw_only=True)
class Child:
    """A member that an extractor took out of a container.

    Parameters
    ----------
    name : relative path inside the container, already made safe
    path : the file in the scratch folder that holds the bytes
    media_type : as the container declares it, None where it does not
    """

    name: str
    path: Path
    media_type: str | None = None
    metadata: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What a file says about itself, normalised; `raw` keeps the rest as found.

    Parameters
    ----------
    created_at, modified_at : aware, UTC
    language : ISO 639-1, e.g. "de"
    sender, recipients : mail addresses with names as written
    width, height : pixels
    duration_s : seconds
    latitude, longitude : degrees, WGS 84, where a camera wrote them
    """

    title: str | None = None
    author: str | None = None
    subject: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    language: str | None = None
    page_count: int | None = None
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    software: str | None = None
    raw: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as it stands in a document: rows of cells, all rows equally long.

    Parameters
    ----------
    page : the page it begins on, counted from 1; None where there are no pages
    title : its caption or the sheet's name
    """

    rows: tuple[tuple[str, ...], ...]
    page: int | None = None
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Thumbnail:
    """A small picture of a page, for lists and previews.

    Parameters
    ----------
    page : counted from 1
    width, height : pixels
    data : the encoded picture
    """

    page: int
    width: int
    height: int
    data: bytes
    media_type: str = "image/webp"


@dataclass(frozen=True, kw_only=True)
class Word:
    """A recognised word and how sure the recognition is of it.

    Parameters
    ----------
    confidence : 0 to 100
    box : left, top, right and bottom as shares of the upright page, 0 to 1
    """

    text: str
    confidence: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class RecognisedPage:
    """How one page was recognised.

    Parameters
    ----------
    page : counted from 1
    confidence : 0 to 100, the mean over all letters
    turned : degrees clockwise by which the page had to be turned to stand upright
    skew : degrees clockwise by which it was straightened after that
    """

    page: int
    language: str
    confidence: float
    turned: int = 0
    skew: float = 0.0
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Extraction:
    """Text, structure and metadata of a blob, by a named and versioned extractor.

    Parameters
    ----------
    extractor, version : who read it
    state : what became of it; anything but ok comes with a sentence in `message`
    page_starts : offset into `text` at which each page begins; empty where there are no pages
    structure : docling's document as JSON, where it was asked for
    children : members of a container, in the order found
    warnings : sentences, e.g. which engine failed before this one read it
    from_ocr : whether (part of) the text was recognised, so that it may hold misread letters
    recognised : the pages whose text was recognised, word by word
    fields : what a structured document says about itself, e.g. an e-invoice's number and totals
    tables : where they were asked for
    thumbnails : of the first pages, as many as were asked for
    next_page : the first page that waits to be recognised, counted from 1; None when all are read
    options : what was asked for, as it is recorded
    seconds : seconds per step, e.g. {"ocr": 2.1}
    """

    extractor: str
    version: str
    media_type: str
    state: ExtractionState
    text: str = ""
    message: str = ""
    metadata: Metadata = field(default_factory=Metadata)
    page_starts: tuple[int, ...] = ()
    structure: str | None = None
    children: tuple[Child, ...] = ()
    warnings: tuple[str, ...] = ()
    from_ocr: bool = False
    recognised: tuple[RecognisedPage, ...] = ()
    fields: Json = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    thumbnails: tuple[Thumbnail, ...] = ()
    next_page: int | None = None
    options: Json = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
