"""DOCX and PPTX by their XML, without docling: fast, and for any size.

Also finds what docling leaves out: headers, footers, notes, comments, text
boxes, charts and diagrams.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_pages, from_text, version
from workbench.extraction.cleaning import tidy
from workbench.extraction.markup.xmltree import TooDeep, elements, local, open_zip, part, without_markup
from workbench.extraction.office.metadata import open_xml_metadata
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, ExtractionState

WORD = frozenset({known.DOCX, known.DOTX, known.DOCM})
PRESENTATION = frozenset({known.PPTX, known.PPSX, known.PPTM})

_HEADERS = re.compile(r"word/header\d*\.xml")
_BODY = re.compile(r"word/document\d*\.xml")
_FOOTERS = re.compile(r"word/footer\d*\.xml")
_NOTES = re.compile(r"word/(footnotes|endnotes|comments|charts/chart\d+|diagrams/data\d+)\.xml")
_TEXT_PARTS = (_HEADERS, _BODY, _NOTES, _FOOTERS)
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
_BREAKS = frozenset({"br", "cr", "p"})
_SIGNS = {"tab": "\t", "tc": "\t", "noBreakHyphen": "-"}
# Fallbacks repeat the text of the choice before them; deleted text is not in the document any more.
_SKIPPED = frozenset({"Fallback", "del", "moveFrom", "instrText", "delText"})


@dataclass(frozen=True)
class WordText:
    """The paragraphs of a Word document by place."""

    headers: tuple[str, ...]
    body: tuple[str, ...]
    notes: tuple[str, ...]
    footers: tuple[str, ...]

    def all(self) -> tuple[str, ...]:
        """Return everything in the order in which a person would read it."""
        return (*self.headers, *self.body, *self.notes, *self.footers)


class WordReader:
    """Reads DOCX, DOTX and DOCM, strict and damaged ones too."""

    name = "word"
    gives = ("text", "metadata")

    @property
    def version(self) -> str:
        return version("3", "lxml")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type in WORD else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("lxml")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        with open_zip(path) as archive:
            metadata = open_xml_metadata(archive)
            try:
                text = tidy("\n".join(word_text(archive).all()))
            except TooDeep as fault:
                bare = from_text(self, media_type, _bare_text(archive), metadata=metadata)
                said = f"{fault} The text was read without its layout."
                return replace(bare, state=ExtractionState.PARTIAL, message=said)
            return from_text(self, media_type, text, metadata=metadata)


class PresentationReader:
    """Reads PPTX, PPSX and PPTM slide by slide, notes below their slide."""

    name = "presentation"
    gives = ("text", "pages", "metadata")

    @property
    def version(self) -> str:
        return version("3", "lxml")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type in PRESENTATION else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("lxml")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        with open_zip(path) as archive:
            slides = [tidy("\n".join(slide)) for slide in slide_texts(archive)]
            metadata = replace(open_xml_metadata(archive), page_count=len(slides))
            return from_pages(self, media_type, slides, metadata=metadata)


def word_text(archive: zipfile.ZipFile) -> WordText:
    """Read all parts of a Word document that hold text.

    Raises
    ------
    ExtractionError
        It has no body, or a part is damaged.
    """
    names = sorted(archive.namelist(), key=_natural)
    bodies = [name for name in names if _BODY.fullmatch(name)]
    if not bodies:
        raise ExtractionError("The file holds no Word document. Ask for an undamaged copy.")
    return WordText(
        headers=_unique(_paragraphs_of(archive, (name for name in names if _HEADERS.fullmatch(name)))),
        body=tuple(_paragraphs_of(archive, bodies)),
        notes=tuple(_paragraphs_of(archive, (name for name in names if _NOTES.fullmatch(name)))),
        footers=_unique(_paragraphs_of(archive, (name for name in names if _FOOTERS.fullmatch(name)))),
    )


def _bare_text(archive: zipfile.ZipFile) -> str:
    """Return what stands between the tags of all parts that hold text."""
    names = [name for name in archive.namelist() if any(kind.fullmatch(name) for kind in _TEXT_PARTS)]
    return tidy("\n".join(without_markup(part(archive, name), is_prose=True) for name in names))


def slide_texts(archive: zipfile.ZipFile) -> list[tuple[str, ...]]:
    """Read the slides in their order, each with its notes, comments, charts and diagrams.

    Raises
    ------
    ExtractionError
        A part is damaged, or there is no slide.
    """
    slides = [name for name in _slide_order(archive) if name in archive.namelist()]
    if not slides and "ppt/presentation.xml" not in archive.namelist():
        raise ExtractionError("The file holds no presentation. Ask for an undamaged copy.")
    return [tuple(_paragraphs_of(archive, (slide, *_companions(archive, slide)))) for slide in slides]


def _slide_order(archive: zipfile.ZipFile) -> list[str]:
    """Return the slides as they are shown; files are numbered by when they were made."""
    targets = relations(archive, "ppt/presentation.xml")
    order: list[str] = []
    for event, element in elements(part(archive, "ppt/presentation.xml") or b"<none/>"):
        if event == "start" and local(element) == "sldId":
            order += [targets[str(value)] for value in element.attrib.values() if str(value) in targets]
    return order or sorted((name for name in archive.namelist() if _SLIDE.fullmatch(name)), key=_natural)


def _companions(archive: zipfile.ZipFile, slide: str) -> list[str]:
    wanted = ("ppt/notesSlides/", "ppt/comments/", "ppt/charts/chart", "ppt/diagrams/data")
    present = set(archive.namelist())
    return sorted(
        (target for target in relations(archive, slide).values() if target.startswith(wanted) and target in present),
        key=_natural,
    )


def relations(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    folder, _, file = name.rpartition("/")
    found: dict[str, str] = {}
    for event, element in elements(part(archive, f"{folder}/_rels/{file}.rels") or b"<none/>"):
        target = element.get("Target")
        if event == "start" and target and element.get("TargetMode") != "External":
            found[element.get("Id", "")] = _resolved(folder, target)
    return found


def _resolved(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    steps = folder.split("/")
    for step in target.split("/"):
        if step == "..":
            del steps[-1:]
        elif step != ".":
            steps.append(step)
    return "/".join(steps)


def _paragraphs_of(archive: zipfile.ZipFile, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        data = part(archive, name)
        if data:
            yield from paragraphs(data)


def paragraphs(data: bytes) -> Iterator[str]:
    """Give the paragraphs of one WordprocessingML, DrawingML or chart part; a table row is one line.

    A text box stands inside a paragraph; what is in it follows that paragraph.
    """
    line: list[str] = []
    outside: list[tuple[list[str], int]] = []
    boxes: list[str] = []
    skipped = cells = 0
    for event, element in elements(data):
        name = local(element)
        if name in _SKIPPED:
            skipped += 1 if event == "start" else -1
        if event == "start":
            if name == "txbxContent":
                outside.append((line, cells))
                line, cells = [], 0
            cells += name == "tc"
            continue
        if name == "txbxContent" and outside:
            boxes += _flushed(line)
            line, cells = outside.pop()
            continue
        if not skipped:
            line += _pieces(element, name, in_cell=cells > 0)
        cells -= name == "tc"
        if name in {"p", "tr", "pt"} and (not cells or name == "tr"):
            found = [*_flushed(line), *(boxes if not outside else ())]
            line = []
            if outside:
                boxes += found
            else:
                yield from found
                boxes = []
        if name in {"p", "tr", "tbl"}:
            element.clear()
    yield from (*_flushed(line), *boxes)


def _pieces(element: etree._Element, name: str, *, in_cell: bool) -> list[str]:
    """Return what the end of an element adds to the line."""
    if name in {"t", "v"} and element.text:
        return [element.text]
    if name in _BREAKS:
        return [" " if in_cell else "\n"]
    return [_SIGNS[name]] if name in _SIGNS else []


def _flushed(line: list[str]) -> Iterator[str]:
    text = "".join(line).strip()
    if text:
        yield text


def _unique(lines: Iterable[str]) -> tuple[str, ...]:
    """Keep each line once: first, even and odd pages repeat the letterhead."""
    return tuple(dict.fromkeys(lines))


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in re.split(r"(\d+)", name)]
