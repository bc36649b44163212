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
from workbench.extraction.office_metadata import open_document_metadata, open_xml_metadata
from workbench.extraction.office_open import PRESENTATION, WORD, slide_texts, word_text
from workbench.records import Metadata

_NO_LETTERS = re.compile(r"[\W_]+")
# Searching each line in the whole text is quadratic; beyond this many letters the direct reader reads alone.
_MAX_SEARCHED = 3_000_000


@dataclass(frozen=True, kw_only=True)
class Complement:
    """Lines that belong before and after docling's text, all of them whether it has them or not."""

    before: Sequence[str] = ()
    after: Sequence[str] = ()
    metadata: Metadata = field(default_factory=Metadata)


def complement(data: bytes, media_type: str) -> Complement:
    """Read directly what a document holds; damage here is left to the direct reader to report."""
    try:
        if media_type in {known.HTML, known.XHTML}:
            return _of_html(data)
        if media_type == known.MHTML:
            return _of_web_archive(data)
        if not zipfile.is_zipfile(BytesIO(data)):
            return Complement()
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _of_package(archive, media_type)
    except (ExtractionError, zipfile.BadZipFile, OSError, ValueError):
        return Complement()


def _of_package(archive: zipfile.ZipFile, media_type: str) -> Complement:
    if media_type in WORD:
        text = word_text(archive)
        return Complement(before=text.headers, after=(*text.body, *text.after), metadata=open_xml_metadata(archive))
    if media_type in PRESENTATION:
        lines = [line for slide in slide_texts(archive) for line in slide]
        return Complement(after=lines, metadata=open_xml_metadata(archive))
    if media_type in {known.ODT, known.ODP}:
        from workbench.extraction.opendocument import open_document_lines

        return Complement(after=open_document_lines(archive), metadata=open_document_metadata(archive))
    if media_type == known.ODS:
        from workbench.extraction.opendocument import refuse_encrypted

        refuse_encrypted(archive)
        return Complement(metadata=open_document_metadata(archive))
    if media_type == known.EPUB:
        from workbench.extraction.epub import package_metadata

        return Complement(metadata=package_metadata(archive))
    return Complement(metadata=open_xml_metadata(archive))


def _of_html(data: bytes) -> Complement:
    from workbench.extraction.markup import decode_markup, html_metadata, html_to_text

    html = decode_markup(data)
    return Complement(after=html_to_text(html).split("\n"), metadata=html_metadata(html))


def _of_web_archive(data: bytes) -> Complement:
    from workbench.extraction.markup import html_metadata, html_to_text
    from workbench.extraction.mime import html_parts, parsed

    pages = html_parts(parsed(data))
    lines = [line for page in pages for line in html_to_text(page).split("\n")]
    return Complement(after=lines, metadata=html_metadata(pages[0]) if pages else Metadata())


def with_complement(text: str, addition: Complement) -> str:
    """Return docling's text with the lines it lacks."""
    squeezed = _squeezed(text)
    if len(squeezed) > _MAX_SEARCHED:
        return text
    before = _missing(addition.before, squeezed)
    after = _missing(addition.after, squeezed)
    return tidy("\n\n".join(part for part in ("\n".join(before), text, "\n".join(after)) if part.strip()))


def _missing(lines: Iterable[str], squeezed: str) -> list[str]:
    """Return the lines of which the text lacks a piece; cells are looked for one by one."""
    missing: dict[str, None] = {}
    for line in lines:
        lacking = [piece for piece in re.split(r"[\t\n]", line) if (key := _squeezed(piece)) and key not in squeezed]
        if lacking:
            missing.setdefault("\t".join(piece.strip() for piece in lacking))
    return list(missing)


def _squeezed(text: str) -> str:
    return _NO_LETTERS.sub("", text).casefold()
