"""MBOX: a file of many messages, each a child."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.archives.unpacking import Bomb, Unpacking, refuse_depth
from workbench.extraction.building import from_text
from workbench.extraction.mail import mime
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, ExtractionState, Metadata

_SEPARATOR = b"From "
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


class MboxReader:
    """Reads mailboxes of the mboxo and mboxrd kinds, as Thunderbird and mutt write them."""

    name = "mbox"
    gives = ("children",)
    version = "2"

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type == known.MBOX else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        refuse_depth(options.limits)
        # A mailbox is not compressed: its own size is the limit, and the ratio cannot grow.
        unpacking = Unpacking(folder=options.scratch, limits=options.limits, packed_bytes=path.stat().st_size)
        subjects: list[str] = []
        stop = ""
        try:
            for number, data in enumerate(_messages(path), start=1):
                subject = mime.header(mime.parsed(data[:65_536]), "Subject")
                subjects.append(subject or f"message-{number}")
                unpacking.take(f"{subjects[-1].replace('/', '-')[:100]}.eml", (data,), media_type=known.EML)
        except Bomb as bomb:
            stop = str(bomb)
        if not unpacking.children and not stop:
            raise ExtractionError("The mailbox holds no message. Ask for an undamaged copy.")
        extraction = from_text(
            self, media_type, "\n".join(subjects), metadata=Metadata(raw={"members": len(unpacking.children)})
        )
        extraction = replace(extraction, children=tuple(unpacking.children))
        return replace(extraction, state=ExtractionState.TOO_LARGE, message=stop) if stop else extraction


def _messages(path: Path) -> Iterator[bytes]:
    """Give the messages one by one: each begins with "From " after a blank line."""
    lines: list[bytes] = []
    is_blank = True
    with path.open("rb") as file:
        for line in file:
            if is_blank and line.startswith(_SEPARATOR):
                if lines:
                    yield _unquoted(lines)
                lines = []
            elif lines or line.strip():
                lines.append(line)
            is_blank = not line.strip()
    if lines:
        yield _unquoted(lines)


def _unquoted(lines: list[bytes]) -> bytes:
    return _QUOTED.sub(rb"\1", b"".join(lines))
