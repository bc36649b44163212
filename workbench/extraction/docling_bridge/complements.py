"""What docling leaves out of a document, found by the direct readers.

Compared by letters and digits only, so that Markdown's marks do not matter.
"""

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.cleaning import tidy
from workbench.extraction.docling_bridge.seams import mended
from workbench.extraction.markup.xmltree import parse, part
from workbench.extraction.office.metadata import open_document_metadata, open_xml_metadata
from workbench.extraction.office.open_xml import PRESENTATION, WORD, slide_texts, word_text
from workbench.records import ExtractionState, Metadata

_NO_LETTERS = re.compile(r"[\W_]+")
# Searching each line in the whole text is quadratic; beyond this many letters the direct reader reads alone.
_MAX_SEARCHED = 3_000_000
_WORD = re.compile(r"\w+")
# A line of so many words is looked for piece by piece, so that one lost word does not bring all of it twice.
_LONG = 6
_MOST_PIECES = 40


@dataclass(frozen=True, kw_only=True)
class Complement:
    """What the direct reader of a format knows.

    Parameters
    ----------
    above, below : lines that docling never gives, such as letterheads and the names of sheets
    lines : all lines of the document, of which docling has most
    pages : the same slide by slide, where there are slides
    """

    above: Sequence[str] = ()
    lines: Sequence[str] = ()
    below: Sequence[str] = ()
    pages: Sequence[Sequence[str]] = ()
    metadata: Metadata = field(default_factory=Metadata)


def complement(data: bytes, media_type: str) -> Complement:
    """Read directly what a document holds; damage is left to the direct reader to report.

    Raises
    ------
    ExtractionError
        The document is encrypted or blown up, so that docling must not touch it.
    """
    try:
        if media_type in {known.HTML, known.XHTML}:
            return _of_html(data)
        if media_type == known.MHTML:
            return _of_web_archive(data)
        if not zipfile.is_zipfile(BytesIO(data)):
            return Complement()
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _of_package(archive, media_type)
    except ExtractionError as fault:
        if fault.state is not ExtractionState.CORRUPT:
            raise
        return Complement()
    except (zipfile.BadZipFile, OSError, ValueError):
        return Complement()


def _of_package(archive: zipfile.ZipFile, media_type: str) -> Complement:
    if media_type in WORD:
        text = word_text(archive)
        return Complement(
            above=text.headers, lines=(*text.body, *text.notes), below=text.footers, metadata=open_xml_metadata(archive)
        )
    if media_type in PRESENTATION:
        slides = list(slide_texts(archive))
        lines = [line for slide in slides for line in slide]
        return Complement(lines=lines, pages=slides, metadata=open_xml_metadata(archive))
    if media_type in {known.ODT, known.ODP}:
        from workbench.extraction.office.opendocument import open_document_lines

        return Complement(lines=open_document_lines(archive), metadata=open_document_metadata(archive))
    if media_type == known.ODS:
        from workbench.extraction.office.opendocument import refuse_encrypted, sheet_names

        refuse_encrypted(archive)
        return Complement(above=_listed(sheet_names(archive)), metadata=open_document_metadata(archive))
    if media_type == known.EPUB:
        from workbench.extraction.markup.epub import book

        metadata, chapters = book(archive)
        return Complement(lines=[line for text in chapters for line in text.split("\n")], metadata=metadata)
    from workbench.extraction.office.sheet_notes import sheet_notes

    return Complement(above=_sheet_names(archive), lines=sheet_notes(archive), metadata=open_xml_metadata(archive))


def _sheet_names(archive: zipfile.ZipFile) -> list[str]:
    book = parse(part(archive, "xl/workbook.xml") or b"<none/>")
    names = [str(sheet.get("name") or "") for sheet in book.iter("{*}sheet")] if book is not None else []
    return _listed(names)


def _listed(names: Sequence[str]) -> list[str]:
    return [" · ".join(names)] if names else []


def _of_html(data: bytes) -> Complement:
    from workbench.extraction.markup.html import decode_markup, html_metadata, html_to_text

    html = decode_markup(data)
    return Complement(lines=html_to_text(html).split("\n"), metadata=html_metadata(html))


def _of_web_archive(data: bytes) -> Complement:
    from workbench.extraction.mail.mime import html_parts, parsed
    from workbench.extraction.markup.html import html_metadata, html_to_text

    pages = html_parts(parsed(data))
    lines = [line for page in pages for line in html_to_text(page).split("\n")]
    return Complement(lines=lines, metadata=html_metadata(pages[0]) if pages else Metadata())


def with_complement(text: str, addition: Complement) -> str:
    """Return docling's text with the lines it lacks, and with the words of those it has."""
    squeezed = _squeezed(text)
    if len(squeezed) > _MAX_SEARCHED:
        return text
    # Blanks do not count in the squeezed text.
    text = mended(text, addition.lines)
    blocks = (addition.above, [text], _missing(addition.lines, text, squeezed), addition.below)
    return tidy("\n\n".join("\n".join(block) for block in blocks if block))


def _missing(lines: Iterable[str], text: str, squeezed: str) -> list[str]:
    """Return what the text lacks of the lines; cells are looked for one by one."""
    missing: dict[str, None] = {}
    known_words: set[str] = set()
    for line in lines:
        lacking = [piece for piece in re.split(r"[\t\n]", line) if (key := _squeezed(piece)) and key not in squeezed]
        if not lacking:
            continue
        known_words = known_words or set(_WORD.findall(text.casefold()))
        if found := "\t".join(filter(None, (_lost(piece, known_words, squeezed) for piece in lacking))):
            missing.setdefault(found)
    return list(missing)


def _lost(piece: str, known_words: set[str], squeezed: str) -> str:
    """Return a piece that the text lacks: only its unknown words where most of it is there."""
    words = _WORD.findall(piece)
    if len(words) >= _LONG:
        keys = ["".join(words[start : start + 3]).casefold() for start in range(len(words) - 2)]
        asked = keys[:: 1 + len(keys) // _MOST_PIECES]
        if sum(key.replace("_", "") in squeezed for key in asked) >= 0.5 * len(asked):
            return " ".join(word for word in words if word.casefold() not in known_words)
    return piece.strip()


def _squeezed(text: str) -> str:
    return _NO_LETTERS.sub("", text).casefold()
