"""RTF: its words and what it says about itself."""

import re
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.building import from_text, version
from workbench.extraction.cleaning import tidy
from workbench.extraction.office.rtf_text import rtf_text
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, Metadata

_INFO = re.compile(r"\{\\(title|author|subject|operator|company|\*\\generator)\s+([^{}]{1,500})\}")
_CODE_PAGE = re.compile(rb"\\ansicpg(\d{3,5})")
_HEX = re.compile(r"\\'([0-9a-fA-F]{2})")
_UNICODE = re.compile(r"\\u(-?\d{1,5})\s?\??")
# Pictures and embedded objects are long runs of hexadecimal digits, which only cost time.
_PICTURE_DATA = re.compile(rb"[0-9a-fA-F\s]{2000,}")


class RichTextReader:
    """Reads RTF."""

    name = "rich-text"
    gives = ("text", "metadata")

    @property
    def version(self) -> str:
        return version("3")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type == known.RTF else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        data = path.read_bytes()
        if not data.lstrip().startswith(b"{\\rtf"):
            raise ExtractionError("The file is no RTF document. Ask for an undamaged copy.")
        encoding = code_page(data)
        text = tidy(rtf_text(_PICTURE_DATA.sub(b"", data), encoding=encoding))
        source = data[:40_000].decode("latin-1")
        fields = {key.lstrip("*\\"): _plain(value, encoding) for key, value in _INFO.findall(source[:20_000])}
        return from_text(self, media_type, text, metadata=_metadata(fields))


def code_page(data: bytes) -> str:
    """Return the code page an RTF document declares, cp1252 where it declares none that exists."""
    match = _CODE_PAGE.search(data[:2_000])
    name = f"cp{int(match.group(1))}" if match else "cp1252"
    try:
        "".encode(name)
    except LookupError:
        return "cp1252"
    return name


def _plain(value: str, encoding: str) -> str:
    text = _HEX.sub(lambda code: bytes.fromhex(code[1]).decode(encoding, "replace"), value)
    return _UNICODE.sub(lambda code: chr(int(code[1]) % 65536), text).strip(" ;")


def _metadata(fields: dict[str, str]) -> Metadata:
    return Metadata(
        title=fields.get("title"),
        author=fields.get("author") or fields.get("operator"),
        subject=fields.get("subject"),
        software=fields.get("generator"),
        raw=dict(fields),
    )
