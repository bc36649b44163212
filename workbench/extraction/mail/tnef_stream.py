"""The two layers of a TNEF stream ([MS-OXTNEF]): attributes, and MAPI properties inside some of them.

Whoever reads a stream asks `attributes` for the outer and `properties` for the
inner layer. Both end where the bytes end: what was whole before is kept.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

SIGNATURE = b"\x78\x9f\x3e\x22"

_UNICODE, _STRING, _BINARY, _OBJECT = 0x1F, 0x1E, 0x102, 0x0D
_VARIABLE = frozenset({_UNICODE, _STRING, _BINARY, _OBJECT})
_WIDTHS = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_MULTIPLE = 0x1000
# More values than any message has; a damaged count must not make a loop.
_MOST = 100_000


class Attribute(IntEnum):
    """The attributes of a stream that tell something."""

    FROM = 0x00008000
    SUBJECT = 0x00018004
    DATE_SENT = 0x00038005
    BODY = 0x0002800C
    ATTACHMENT_DATA = 0x0006800F
    ATTACHMENT_TITLE = 0x00018010
    ATTACHMENT_FILE_NAME = 0x00069001
    ATTACHMENT_BEGINS = 0x00069002
    MESSAGE_PROPERTIES = 0x00069003
    RECIPIENTS = 0x00069004
    ATTACHMENT_PROPERTIES = 0x00069005
    CODE_PAGE = 0x00069007


class Property(IntEnum):
    """The MAPI properties that tell something."""

    SUBJECT = 0x0037
    SENT_AT = 0x0039
    SENDER_NAME = 0x0C1A
    SENDER_ADDRESS = 0x0C1F
    BODY = 0x1000
    RICH_BODY = 0x1009
    HTML_BODY = 0x1013
    DISPLAY_NAME = 0x3001
    ADDRESS = 0x3003
    ATTACHMENT = 0x3701
    ATTACHMENT_NAME = 0x3704
    ATTACHMENT_LONG_NAME = 0x3707
    ATTACHMENT_TYPE = 0x370E
    SMTP_ADDRESS = 0x39FE
    CODE_PAGE = 0x3FDE
    SENDER_SMTP_ADDRESS = 0x5D01


@dataclass(frozen=True)
class Value:
    """A property's first value as bytes, and how they are meant."""

    kind: int
    data: bytes

    @property
    def is_object(self) -> bool:
        return self.kind == _OBJECT

    @property
    def is_unicode(self) -> bool:
        return self.kind == _UNICODE


def attributes(data: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """Give the attributes after the signature: which, its data, and whether its checksum is right."""
    place = len(SIGNATURE) + 2
    while place + 9 <= len(data):
        _, name, length = struct.unpack_from("<BII", data, place)
        body = data[place + 9 : place + 9 + length]
        end = place + 9 + len(body)
        is_whole = len(body) == length and data[end : end + 2] == (sum(body) & 0xFFFF).to_bytes(2, "little")
        yield name, body, is_whole
        place = end + 2


def properties(data: bytes) -> dict[int, Value]:
    """Return the unnamed properties in an attribute, each with its first value."""
    return _properties(_Cursor(data))


def rows(data: bytes) -> list[dict[int, Value]]:
    """Return the rows of a table of properties, e.g. of the recipients."""
    cursor = _Cursor(data)
    found: list[dict[int, Value]] = []
    for _ in range(min(cursor.number(), _MOST)):
        if cursor.is_at_end:
            break
        found.append(_properties(cursor))
    return found


class _Cursor:
    """A place in bytes that moves on; beyond the end there is only b""."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    @property
    def is_at_end(self) -> bool:
        return self.place >= len(self.data)

    def take(self, length: int) -> bytes:
        found = self.data[self.place : self.place + length]
        self.place += length
        return found

    def number(self, width: int = 4) -> int:
        return int.from_bytes(self.take(width), "little")


def _properties(cursor: _Cursor) -> dict[int, Value]:
    found: dict[int, Value] = {}
    for _ in range(min(cursor.number(), _MOST)):
        if cursor.is_at_end:
            break
        kind, name = cursor.number(2), cursor.number(2)
        if name >= 0x8000:
            _pass_over_name(cursor)
        value = _value(cursor, kind)
        if value is None:
            break
        if name < 0x8000:
            found.setdefault(name, value)
    return found


def _pass_over_name(cursor: _Cursor) -> None:
    """Named properties carry the set they belong to, and a number or a name."""
    cursor.take(16)
    is_text = cursor.number() == 1
    length = cursor.number()
    if is_text:
        cursor.take(_padded(length))


def _value(cursor: _Cursor, kind: int) -> Value | None:
    """Read the values of one property and give the first; None for a type that nobody knows."""
    single = kind & ~_MULTIPLE
    if single in _VARIABLE:
        values = [_variable(cursor) for _ in range(min(cursor.number(), _MOST)) if not cursor.is_at_end]
        return Value(single, values[0] if values else b"")
    width = _WIDTHS.get(single)
    if width is None:
        return None
    count = min(cursor.number(), _MOST) if kind & _MULTIPLE else 1
    numbers = [cursor.take(width) for _ in range(count) if not cursor.is_at_end]
    return Value(single, numbers[0] if numbers else b"")


def _variable(cursor: _Cursor) -> bytes:
    length = cursor.number()
    data = cursor.take(length)
    cursor.take(_padded(length) - length)
    return data


def _padded(length: int) -> int:
    return length + -length % 4
