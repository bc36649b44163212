"""Text as it is: plain text, Markdown and its kin, JSON, YAML, TOML; and whatever its own reader could not read.

The file's own characters are its text: nothing is rendered, so nothing is
lost. JSON is unescaped, so that umlauts written as backslash codes are found.
"""

import json
import re
from pathlib import Path

from workbench.extraction import media_types as known
from workbench.extraction.building import from_text, version
from workbench.extraction.cleaning import clean
from workbench.extraction.damage import marked
from workbench.extraction.encodings import decode
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, Metadata

_AS_WRITTEN = frozenset(
    {known.TXT, known.MARKDOWN, known.RST, known.ASCIIDOC, known.LATEX, known.CSV, known.TSV, known.JSONL, known.YAML}
    | {known.VTT, known.SRT, known.ICS, known.VCF, known.JSON, known.TOML}
)
_LOOKED_AT = 5_000
_FRONT_MATTER = re.compile(r"\A---\n(?:.*\n){0,50}?title[ \t]*:[ \t]*(?P<title>\S.{0,200})\n(?:.*\n){0,50}?---")
_UNDERLINED = re.compile(r"^(?P<title>\S.{0,200})\n(?P<line>[=\-~#*^\"'`:.+_])(?P=line){2,}[ \t]*$", re.MULTILINE)
_HEADINGS = {
    known.MARKDOWN: (
        _FRONT_MATTER,
        re.compile(r"^#[ \t]+(?P<title>\S.{0,200}?)[ \t#]*$", re.MULTILINE),
        re.compile(r"^(?P<title>\S.{0,200})\n=+[ \t]*$", re.MULTILINE),
    ),
    known.RST: (_UNDERLINED,),
    known.ASCIIDOC: (re.compile(r"^=[ \t]+(?P<title>\S.{0,200})$", re.MULTILINE),),
}
_FOLDED = re.compile(r"\r?\n[ \t]")
# An even number of backslashes before it is text, not an escape.
_BREAK = re.compile(r"(?<!\\)((?:\\\\)*)\\([nrt])")
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}")


class PlainReader:
    """Reads everything that is written in characters."""

    name = "plain"
    gives = ("text", "metadata")

    @property
    def version(self) -> str:
        return version("3", "charset-normalizer")

    def claim(self, media_type: str, head: bytes) -> int:
        if media_type in _AS_WRITTEN:
            return 50
        # A last resort for markup whose own reader failed: its characters are still searchable.
        return 5 if media_type in known.TEXTUAL or media_type.startswith("text/") else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        decoded, encoding = decode(path.read_bytes())
        text = decoded.replace("\0", "")
        if media_type in {known.JSON, known.JSONL}:
            text = _broken(_unescaped(text))
        elif media_type == known.YAML:
            text = _ESCAPES.sub(_letters, text)
        elif media_type in {known.ICS, known.VCF}:
            text = _FOLDED.sub("", text)
        metadata = Metadata(title=_heading(text, media_type), raw={"encoding": encoding})
        return marked(from_text(self, media_type, clean(text), metadata=metadata), decoded)


def _unescaped(text: str) -> str:
    r"""Write \u00fc as the letter it means; text that is no JSON stays as it is."""
    if not _ESCAPE.search(text):
        return text
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        pass
    return "\n".join(_unescaped_line(line) for line in text.splitlines())


def _broken(text: str) -> str:
    r"""Write \n and \t inside of strings as what they mean, so that words end there."""
    return _BREAK.sub(lambda found: found[1] + {"n": "\n", "r": "", "t": "\t"}[found[2]], text)


def _letters(escapes: re.Match[str]) -> str:
    codes = bytes.fromhex(escapes[0].replace("\\u", ""))
    return codes.decode("utf-16-be", "replace")


def _unescaped_line(line: str) -> str:
    try:
        return json.dumps(json.loads(line), ensure_ascii=False)
    except (ValueError, RecursionError):
        return line


def _heading(text: str, media_type: str) -> str | None:
    """Return the title that a document in a light markup begins with."""
    start = text[:_LOOKED_AT].replace("\r\n", "\n")
    for pattern in _HEADINGS.get(media_type, ()):
        if match := pattern.search(start):
            return match.group("title").strip().strip("\"'")
    return None
