"""Archives: by the standard library and libarchive where they write them, by hand where nothing free does."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import libarchive

MEMBERS = {"Ordner/Rechnung.txt": "Rechnung über 480,25 Euro", "b.txt": "zweite Datei"}
ONE = "Größe des Pakets"


def written(
    kind: str, filter_name: str | None = None, members: Mapping[str, str | bytes] = MEMBERS, **more: str
) -> bytes:
    """An archive by libarchive, which writes to files only."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive"
        with libarchive.file_writer(str(path), kind, filter_name, **more) as archive:
            for name, content in members.items():
                data = content.encode() if isinstance(content, str) else content
                archive.add_file_from_memory(name, len(data), data)
        return path.read_bytes()


def tar(mode: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, text in MEMBERS.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


def single(kind: str) -> bytes:
    return {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[kind](ONE.encode())


def rar5(members: Mapping[str, str] = MEMBERS) -> bytes:
    """A RAR 5 archive without compression."""

    def vint(value: int) -> bytes:
        return bytes([value]) if value < 128 else bytes([value & 0x7F | 0x80]) + vint(value >> 7)

    def block(body: bytes) -> bytes:
        sized = vint(len(body)) + body
        return struct.pack("<I", zlib.crc32(sized)) + sized

    out = b"Rar!\x1a\x07\x01\0" + block(b"\x01\0\0")
    for name, text in members.items():
        data, label = text.encode(), name.encode()
        size = vint(len(data))
        head = b"\x02\x02" + size + b"\x04" + size + vint(0o100644) + struct.pack("<I", zlib.crc32(data))
        out += block(head + b"\0\x01" + vint(len(label)) + label) + data
    return out + block(b"\x05\0\0")


def rar4(members: Mapping[str, str] = MEMBERS) -> bytes:
    """A RAR 2.9 archive without compression."""

    def block(body: bytes) -> bytes:
        return struct.pack("<H", zlib.crc32(body) & 0xFFFF) + body

    out = b"Rar!\x1a\x07\0" + block(struct.pack("<BHHHI", 0x73, 0, 13, 0, 0))
    for name, text in members.items():
        data, label = text.encode(), name.encode()
        head = struct.pack("<BHHII", 0x74, 0x8000, 32 + len(label), len(data), len(data))
        head += struct.pack("<BIIBBHI", 3, zlib.crc32(data), 0x5A21_6000, 20, 0x30, len(label), 0o100644)
        out += block(head + label) + data
    return out + block(struct.pack("<BHH", 0x7B, 0x4000, 7))


def cab(members: Mapping[str, str] = MEMBERS) -> bytes:
    """A cabinet without compression."""
    data = b"".join(text.encode() for text in members.values())
    files, offset = b"", 0
    for name, text in members.items():
        size = len(text.encode())
        files += struct.pack("<IIHHHH", size, offset, 0, 0x5A21, 0, 0x20) + name.replace("/", "\\").encode() + b"\0"
        offset += size
    first_file = 36 + 8
    first_data = first_file + len(files)
    folder = struct.pack("<IHH", first_data, 1, 0)
    block = struct.pack("<IHH", 0, len(data), len(data)) + data
    size = first_data + len(block)
    head = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, size, 0, first_file, 0, 3, 1, 1, len(members), 0, 0, 0)
    return head + folder + files + block


def lzh(members: Mapping[str, str] = MEMBERS) -> bytes:
    """An LZH archive of level 0 without compression."""
    out = b""
    for name, text in members.items():
        data, label = text.encode(), name.replace("/", "\\").encode()
        body = b"-lh0-" + struct.pack("<IIIBBB", len(data), len(data), 0x5A21_6000, 0x20, 0, len(label)) + label
        body += struct.pack("<H", _crc16(data))
        out += bytes([len(body), sum(body) & 0xFF]) + body + data
    return out + b"\0"


def _crc16(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value


def deb() -> bytes:
    return written("ar_bsd", members={"debian-binary": "2.0\n", "data.tar.gz": tar("w:gz")})


def rpm() -> bytes:
    """An RPM: a lead, two empty headers, then a compressed CPIO."""
    lead = struct.pack(">4sBBHH66sHH16s", b"\xed\xab\xee\xdb", 3, 0, 0, 1, b"paket", 1, 5, b"")
    header = b"\x8e\xad\xe8\x01\0\0\0\0" + struct.pack(">II", 0, 0)
    return lead + header + header + gzip.compress(written("cpio_newc"))


def sealed_seven_zip() -> bytes:
    """A 7z whose one file is encrypted: only the header says so, as nothing free writes the rest."""
    packed = bytes(range(64))
    name = "geheim.txt".encode("utf-16-le") + b"\0\0"
    coder = b"\x24\x06\xf1\x07\x01\x02\x13\x00"  # one coder with an id of four bytes and two of properties
    folder = b"\x01" + coder
    header = b"\x01\x04\x06\0\x01\x09" + bytes([len(packed)]) + b"\0"
    header += b"\x07\x0b\x01\0" + folder + b"\x0c\x28\0"
    header += b"\x08\0\0" + b"\x05\x01\x11" + bytes([len(name) + 1]) + b"\0" + name + b"\0\0"
    start = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<I", zlib.crc32(start)) + start + packed + header
