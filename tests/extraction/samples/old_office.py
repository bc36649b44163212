"""Excel and Outlook files of the binary age, written record by record."""

import struct

from tests.extraction import handmade
from tests.extraction.samples.ole import ole

# Types of MAPI properties.
_NUMBER, _TEXT, _BINARY = 0x0003, 0x001F, 0x0102


def xls() -> bytes:
    """An Excel 97 workbook: a shared string, a number."""
    return ole({"Workbook": workbook_97()})


def workbook_97(locked: bytes = b"") -> bytes:
    """The stream of an Excel 97 workbook; `locked` says how it is encrypted."""

    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def beginning(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))

    words = "Umsätze des Monats"
    text = struct.pack("<HB", len(words), 1) + words.encode("utf-16-le")
    before = beginning(0x0005) + (record(0x002F, locked) if locked else b"") + record(0x0042, struct.pack("<H", 1200))
    after = record(0x00FC, struct.pack("<II", 1, 1) + text) + record(0x000A)
    name = "Übersicht"
    title = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    start = len(before) + 4 + 6 + len(title) + len(after)
    sheet = beginning(0x0010) + record(0x0200, struct.pack("<IIHHH", 0, 1, 0, 2, 0))
    sheet += record(0x00FD, struct.pack("<HHHI", 0, 0, 0, 0)) + record(0x0203, struct.pack("<HHHd", 0, 1, 0, 4711.5))
    return before + record(0x0085, struct.pack("<IBB", start, 0, 0) + title) + after + sheet + record(0x000A)


def xls_95() -> bytes:
    """An Excel 95 workbook, whose texts are bytes in a code page."""

    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def beginning(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHH", 0x0500, kind, 0x0DBB, 0x07CC))

    before = beginning(0x0005) + record(0x0042, struct.pack("<H", 1252))
    name, words = "Blatt".encode("cp1252"), "Lagerbestände".encode("cp1252")
    start = len(before) + 4 + 7 + len(name) + 4
    book = before + record(0x0085, struct.pack("<IBBB", start, 0, 0, len(name)) + name) + record(0x000A)
    sheet = beginning(0x0010) + record(0x0200, struct.pack("<HHHHH", 0, 1, 0, 1, 0))
    sheet += record(0x0204, struct.pack("<HHHH", 0, 0, 0, len(words)) + words) + record(0x000A)
    return ole({"Book": book + sheet})


def msg() -> bytes:
    """An Outlook message with a recipient and a text file."""
    recipient = _storage(8, {0x3001: "Käthe Müller", 0x3003: "kaethe@example.org"})
    attachment = _storage(8, {0x3705: 1, 0x3707: "Lieferschein.txt", 0x3701: "Lieferung über zwölf Kisten".encode()})
    message = _storage(
        32,
        {
            0x001A: "IPM.Note",
            0x0037: "Angebot für Fenster",
            0x0C1A: "Jürgen Groß",
            0x0C1F: "juergen@example.org",
            0x1000: "Guten Tag,\r\n\r\nunser Angebot beträgt 480,25 Euro.",
        },
    )
    names = {f"__substg1.0_000{number}{_BINARY:04X}": b"" for number in (2, 3, 4)}
    return ole(
        message
        | {"__nameid_version1.0": names}
        | {"__recip_version1.0_#00000000": recipient, "__attach_version1.0_#00000000": attachment}
    )


def _storage(header: int, fields: dict[int, int | str | bytes]) -> dict[str, bytes]:
    """The properties of a message, a recipient or an attachment: a table, and a stream for each long value."""
    table = struct.pack("<8xIIII", 1, 1, 1, 1).ljust(header, b"\0")[:header]
    streams = {}
    for key, value in fields.items():
        if isinstance(value, int):
            table += struct.pack("<HHIQ", _NUMBER, key, 6, value)
            continue
        kind, data = (_TEXT, value.encode("utf-16-le")) if isinstance(value, str) else (_BINARY, value)
        table += struct.pack("<HHIQ", kind, key, 6, len(data))
        streams[f"__substg1.0_{key:04X}{kind:04X}"] = data
    return {"__properties_version1.0": table, **streams}


def doc() -> bytes:
    return handmade.doc("Kündigung des Mietvertrags\r", "zum nächsten Quartal".encode("cp1252"))


def ppt() -> bytes:
    return handmade.ppt("Unser Konzept für Lindental", "Zahlen und Fakten")


def tnef() -> bytes:
    """A winmail.dat with a text file."""

    def attribute(level: int, kind: int, body: bytes) -> bytes:
        return struct.pack("<BII", level, kind, len(body)) + body + struct.pack("<H", sum(body) & 0xFFFF)

    content = "Protokoll der Sitzung über Kanäle".encode()
    return b"".join(
        (
            struct.pack("<IH", 0x223E9F78, 1),
            attribute(1, 0x00089006, struct.pack("<I", 0x00010000)),
            attribute(2, 0x00069002, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 32, 32, 0)),
            attribute(2, 0x00018010, b"Protokoll.txt\0"),
            attribute(2, 0x0006800F, content),
        )
    )


def signed(content: bytes) -> bytes:
    """A file signed by S/MIME that holds its content."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Probe")])
    start = datetime(2025, 1, 1, tzinfo=UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=3650))
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(built.sign(key, SHA256()), key, SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
