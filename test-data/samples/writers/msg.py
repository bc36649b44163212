"""Letters as Outlook messages: the few MAPI properties a reader needs, in a compound file ([MS-OXMSG])."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime, time

from samples.model import Letter
from samples.writers import txt
from samples.writers.compound import Tree, build
from samples.writers.eml import Attachment

_TEXT, _BINARY, _LONG, _TIME = 0x001F, 0x0102, 0x0003, 0x0040
_READABLE = 0x06
_UNICODE_STORE = 0x00040E79


def write(letter: Letter) -> bytes:
    return write_with(letter, ())


def write_with(letter: Letter, attachments: Sequence[Attachment]) -> bytes:
    """The message with attachments."""
    to = letter.recipient or letter.sender
    sent = datetime.combine(letter.issued, time(8, 15), UTC)
    texts = {
        0x001A: "IPM.Note",
        0x0037: letter.title,
        0x0042: letter.author,
        0x0065: letter.sender.mail,
        0x0C1A: letter.author,
        0x0C1E: "SMTP",
        0x0C1F: letter.sender.mail,
        0x0E04: to.name,
        0x1000: txt.body(letter),
        0x1035: f"<{letter.issued:%Y%m%d}@{letter.sender.domain}>",
    }
    tree: dict[str, bytes | Tree] = dict(_streams(texts, {}))
    rows = _rows(texts, {}, {0x340D: _UNICODE_STORE, 0x0E07: 1}, {0x0039: sent, 0x0E06: sent})
    head = struct.pack("<8xIIII8x", 1, len(attachments), 1, len(attachments))
    tree["__properties_version1.0"] = head + rows
    tree["__nameid_version1.0"] = {f"__substg1.0_{number:04X}0102": b"" for number in (2, 3, 4)}
    tree["__recip_version1.0_#00000000"] = _recipient(to.name, to.mail)
    for number, attachment in enumerate(attachments):
        tree[f"__attach_version1.0_#{number:08X}"] = _attached(attachment, number)
    return build(tree)


def _recipient(name: str, mail: str) -> Tree:
    texts = {0x3001: name, 0x3002: "SMTP", 0x3003: mail, 0x39FE: mail}
    rows = _rows(texts, {}, {0x0C15: 1, 0x3000: 0}, {})
    return {**_streams(texts, {}), "__properties_version1.0": bytes(8) + rows}


def _attached(attachment: Attachment, number: int) -> Tree:
    texts = {0x3704: attachment.name, 0x3707: attachment.name, 0x370E: attachment.media_type}
    binaries = {0x3701: attachment.content}
    rows = _rows(texts, binaries, {0x3705: 1, 0x0E21: number}, {})
    return {**_streams(texts, binaries), "__properties_version1.0": bytes(8) + rows}


def _streams(texts: dict[int, str], binaries: dict[int, bytes]) -> dict[str, bytes]:
    streams = {f"__substg1.0_{number:04X}{_TEXT:04X}": text.encode("utf-16-le") for number, text in texts.items()}
    return streams | {f"__substg1.0_{number:04X}{_BINARY:04X}": content for number, content in binaries.items()}


def _rows(
    texts: dict[int, str], binaries: dict[int, bytes], longs: dict[int, int], times: dict[int, datetime]
) -> bytes:
    """Sixteen bytes for each property; texts and binaries give their size here and lie in a stream."""
    rows = [_row(number, _TEXT, len(text.encode("utf-16-le")) + 2) for number, text in texts.items()]
    rows += [_row(number, _BINARY, len(content)) for number, content in binaries.items()]
    rows += [_row(number, _LONG, value) for number, value in longs.items()]
    rows += [_row(number, _TIME, _filetime(moment)) for number, moment in times.items()]
    return b"".join(rows)


def _row(number: int, kind: int, value: int) -> bytes:
    return struct.pack("<HHIQ", kind, number, _READABLE, value)


def _filetime(moment: datetime) -> int:
    """Tenths of a microsecond since 1601."""
    return int((moment - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
