"""Files written into the text of old mails: from "begin 644 name" to "end"."""

import binascii
import re
from collections.abc import Iterator

_BLOCK = re.compile(
    r"^begin [0-7]{3,4} (\S[^\r\n]{0,200})\r?\n((?:[!-`][ -`]{0,90}\r?\n)+)(?:`?\r?\n)?end[ \t]*$", re.MULTILINE
)


def taken_out(text: str) -> tuple[str, tuple[tuple[str, bytes], ...]]:
    """Return the text without such files, and the files with their names."""
    if "\nbegin " not in f"\n{text}":
        return text, ()
    files: list[tuple[str, bytes]] = []

    def take(match: re.Match[str]) -> str:
        try:
            files.append((match.group(1).strip(), b"".join(_decoded(match.group(2)))))
        except (binascii.Error, ValueError):
            return match[0]
        return ""

    return _BLOCK.sub(take, text), tuple(files)


def _decoded(lines: str) -> Iterator[bytes]:
    for line in lines.splitlines():
        length = (ord(line[0]) - 32) & 63
        # Some programs pad the last line, which the decoder refuses.
        yield binascii.a2b_uu(line[: 1 + (length * 4 + 5) // 3])
