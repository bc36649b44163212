"""Text as it is: plain text, Markdown, CSV, JSON, YAML, subtitles, calendars.

The file's own characters are its text: nothing is rendered, so nothing is
lost. JSON is unescaped, so that umlauts written as backslash codes are found.
"""

import json
import re
from pathlib import Path

from workbench.extraction import media_types as known
from workbench.extraction.building import from_text, version
from workbench.extraction.cleaning import clean
from workbench.extraction.encodings import decode
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, Metadata

_AS_WRITTEN = frozenset(
    {known.TXT, known.MARKDOWN, known.RST, known.ASCIIDOC, known.LATEX, known.CSV, known.TSV, known.JSONL, known.YAML}
    | {known.VTT, known.SRT, known.ICS, known.VCF, known.JSON}
)
_FOLDED = re.compile(r"\r?\n[ \t]")
_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}")


class PlainReader:
    """Reads everything that is written in characters."""

    name = "plain"
    gives = ("text", "metadata")

    @property
    def version(self) -> str:
        return version("1", "charset-normalizer")

    def claim(self, media_type: str, head: bytes) -> int:
        if media_type in _AS_WRITTEN:
            return 50
        # A last resort for markup whose own reader failed: its characters are still searchable.
        return 5 if media_type in known.TEXTUAL or media_type.startswith("text/") else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        text, encoding = decode(path.read_bytes())
        if media_type in {known.JSON, known.JSONL}:
            text = _unescaped(text)
        elif media_type in {known.ICS, known.VCF}:
            text = _FOLDED.sub("", text)
        metadata = Metadata(title=_heading(text, media_type), raw={"encoding": encoding})
        return from_text(self, media_type, clean(text), metadata=metadata)


def _unescaped(text: str) -> str:
    r"""Write \u00fc as the letter it means; text that is no JSON stays as it is."""
    if not _ESCAPE.search(text):
        return text
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        pass
    return "\n".join(_unescaped_line(line) for line in text.splitlines())


def _unescaped_line(line: str) -> str:
    try:
        return json.dumps(json.loads(line), ensure_ascii=False)
    except (ValueError, RecursionError):
        return line


def _heading(text: str, media_type: str) -> str | None:
    if media_type != known.MARKDOWN:
        return None
    match = re.search(r"^#\s+(.{1,200})$", text[:5_000], re.MULTILINE)
    return match.group(1).strip() if match else None
