"""XML of any vocabulary to text: element by element, entities and network refused."""

import re
from dataclasses import replace
from pathlib import Path

from lxml import etree

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_text, version
from workbench.extraction.cleaning import tidy
from workbench.extraction.damage import is_noisy, marked
from workbench.extraction.markup.html import decode_markup
from workbench.extraction.markup.xmltree import TooDeep, local, parse_all, without_markup
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, ExtractionState, Metadata


class XmlReader:
    """Reads XML of any vocabulary, and SVG: the texts of its elements and what its attributes say."""

    name = "xml"
    gives = ("text", "metadata")

    @property
    def version(self) -> str:
        return version("2", "lxml")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type in {known.XML, known.SVG} or media_type.endswith("+xml") else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("lxml")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        written = decode_markup(path.read_bytes())
        try:
            root = parse_all(_without_declaration(written))
        except TooDeep as fault:
            text = tidy(without_markup(_without_declaration(written), is_prose=False))
            said = f"{fault} Its text was read without their attributes."
            return replace(from_text(self, media_type, text), state=ExtractionState.PARTIAL, message=said)
        if root is None:
            raise ExtractionError("The file is no well-formed XML. Ask for an undamaged copy.")
        raw = {"root": local(root), "namespace": str(root.tag).rpartition("}")[0].removeprefix("{")}
        pieces: list[str] = []
        for element in root.iter():
            if isinstance(element.tag, str) and local(element) in {"style", "script"}:
                continue
            pieces += [text.strip() for text in _own_texts(element) if text and text.strip()]
        text = tidy("\n".join(pieces))
        if is_noisy(written):
            # Where a tag is damaged, the parser gives up the rest.
            text = max(text, tidy(without_markup(_without_declaration(written), is_prose=False)), key=len)
        return marked(from_text(self, media_type, text, metadata=Metadata(raw=raw)), written)


def _own_texts(element: object) -> list[str]:
    """Return an element's text, its attributes and what follows it.

    Attributes carry the content of many vocabularies (currency codes, names),
    but addresses of schemas and namespaces are no text.
    """
    if not isinstance(element, etree._Element):
        return []
    if not isinstance(element.tag, str):
        return [element.tail or ""]
    values = [
        str(value) for key, value in element.attrib.items() if not str(key).startswith("{") and "://" not in str(value)
    ]
    is_drawing = element.tag.startswith("{http://www.w3.org/2000/svg}")
    return [element.text or "", *([] if is_drawing else values), element.tail or ""]


def as_utf8(data: bytes) -> bytes:
    """Return XML as UTF-8 without its declaration, so that a wrong one does no harm, and without NULs."""
    return _without_declaration(decode_markup(data))


def _without_declaration(text: str) -> bytes:
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text.replace("\0", ""), count=1).encode("utf-8", "replace")
