"""TNEF streams and signed files, written by hand so that no reader is tested against itself."""

import struct


def attribute(level: int, name: int, body: bytes, *, checksum: int | None = None) -> bytes:
    """One attribute with its checksum."""
    total = sum(body) & 0xFFFF if checksum is None else checksum
    return struct.pack("<BII", level, name, len(body)) + body + struct.pack("<H", total)


def string(name: int, text: str) -> bytes:
    """A property in UTF-16."""
    return _variable(0x1F, name, text.encode("utf-16-le") + b"\0\0")


def binary(name: int, data: bytes, kind: int = 0x102) -> bytes:
    """A property of bytes, or with kind 0x0D of an object."""
    return _variable(kind, name, data)


def number(name: int, value: int, *, width: int = 4, kind: int = 0x03) -> bytes:
    """A property of a fixed width."""
    return struct.pack("<HH", kind, name) + value.to_bytes(width, "little")


def named(text: str, value: str) -> bytes:
    """A property that is known by a name of its own."""
    label = text.encode("utf-16-le") + b"\0\0"
    data = value.encode("utf-16-le") + b"\0\0"
    head = struct.pack("<HH", 0x1F, 0x8001) + b"\1" * 16 + struct.pack("<II", 1, len(label)) + _padded(label)
    return head + struct.pack("<II", 1, len(data)) + _padded(data)


def properties(*entries: bytes) -> bytes:
    """The properties of a message, an attachment or a recipient."""
    return struct.pack("<I", len(entries)) + b"".join(entries)


def tnef(*attributes: bytes) -> bytes:
    """A stream of these attributes."""
    version = attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    page = attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    return b"\x78\x9f\x3e\x22\x01\x00" + version + page + b"".join(attributes)


def message(text: str = "Grüße aus Outlook") -> bytes:
    """A message with sender, recipient, plain text and a file with a long name."""
    recipient = properties(string(0x3001, "Käthe"), string(0x39FE, "kaethe@example.org"))
    return tnef(
        attribute(1, 0x00018004, "Kurz\0".encode("cp1252")),
        attribute(1, 0x00069004, struct.pack("<I", 1) + recipient),
        attribute(
            1,
            0x00069003,
            properties(
                number(0x0017, 1),
                named("Keywords", "Wort"),
                string(0x0037, "Rechnung für März"),
                string(0x0C1A, "Jürgen Groß"),
                string(0x5D01, "juergen@example.org"),
                number(0x0039, 133_900_000_000_000_000, width=8, kind=0x40),
                string(0x1000, text),
            ),
        ),
        *attached("RECHNU~1.PDF", "Rechnung März.pdf", b"%PDF-1.4 Inhalt"),
    )


def attached(short: str, long: str, data: bytes) -> tuple[bytes, ...]:
    """A file with its short and its long name."""
    return (
        attribute(2, 0x00069002, b"\1\0" + b"\0" * 12),
        attribute(2, 0x00018010, short.encode("cp1252") + b"\0"),
        attribute(2, 0x0006800F, data),
        attribute(2, 0x00069005, properties(string(0x3707, long), string(0x370E, "application/pdf"))),
    )


def attached_message(name: str, stream: bytes) -> tuple[bytes, ...]:
    """A message inside a message."""
    whole = bytes.fromhex("0703020000000000c000000000000046") + stream
    return (
        attribute(2, 0x00069002, b"\1\0" + b"\0" * 12),
        attribute(2, 0x00069005, properties(string(0x3001, name), binary(0x3701, whole, 0x0D))),
    )


def der(tag: int, *bodies: bytes) -> bytes:
    """A DER element."""
    body = b"".join(bodies)
    length = bytes([len(body)]) if len(body) < 128 else b"\x82" + len(body).to_bytes(2, "big")
    return bytes([tag]) + length + body


def signed(content: bytes | None, *, kind: str = "2a864886f70d010702", pieces: int = 1) -> bytes:
    """A CMS file that encloses `content`, in one or several pieces; None for a signature alone."""
    data = der(0x06, bytes.fromhex("2a864886f70d010701"))
    if content is not None and pieces == 1:
        data += der(0xA0, der(0x04, content))
    elif content is not None:
        step = -(-len(content) // pieces)
        parts = b"".join(der(0x04, content[start : start + step]) for start in range(0, len(content), step))
        data += b"\xa0\x80\x24\x80" + parts + b"\0\0" * 2
    inner = der(0x30, der(0x02, b"\1"), der(0x31), der(0x30, data), der(0x31))
    return der(0x30, der(0x06, bytes.fromhex(kind)), der(0xA0, inner))


def _variable(kind: int, name: int, data: bytes) -> bytes:
    return struct.pack("<HHII", kind, name, 1, len(data)) + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
