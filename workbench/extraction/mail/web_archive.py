"""MHTML: a web page saved as a MIME message, by the parser of mails."""

from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_text, version
from workbench.extraction.mail.mime import html_parts, parsed
from workbench.extraction.markup.html import html_metadata, html_to_text
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction


class MhtmlReader:
    """Reads web archives: the first HTML part of a MIME message."""

    name = "mhtml"
    gives = ("text", "metadata")

    @property
    def version(self) -> str:
        return version("2", "selectolax")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type == known.MHTML else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("selectolax")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        pages = html_parts(parsed(path.read_bytes()))
        if not pages:
            raise ExtractionError("The web archive holds no page. Ask for an undamaged copy.")
        text = "\n\n".join(html_to_text(page) for page in pages)
        return from_text(self, media_type, text, metadata=html_metadata(pages[0]))
