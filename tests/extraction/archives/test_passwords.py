"""Encrypted archives: opened where libarchive can, a result where it cannot."""

import struct
import zipfile
from io import BytesIO

import pytest

from tests.extraction import handmade
from tests.extraction.samples import packs
from workbench.records import ExtractionState

S = ExtractionState
PASSWORD = "Käsekuchen 3"
KINDS = ["zipcrypt", "aes128", "aes256"]


def locked(kind: str) -> bytes:
    return packs.written("zip", options=f"encryption={kind}", passphrase=PASSWORD)


@pytest.mark.parametrize("kind", KINDS)
def test_a_password_opens_a_zip(reading, kind):
    extraction = reading(locked(kind), "a.zip", passwords=("falsch", PASSWORD))
    assert extraction.state is S.OK
    assert {child.name: child.path.read_text() for child in extraction.children} == packs.MEMBERS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("passwords", [(), ("falsch",)])
def test_without_the_password_a_zip_is_encrypted(reading, tmp_path, kind, passwords):
    extraction = reading(locked(kind), "a.zip", passwords=passwords)
    assert (extraction.state, extraction.children) == (S.ENCRYPTED, ())
    assert not [path for path in (tmp_path / "scratch").rglob("*") if path.is_file()]


def test_what_is_not_encrypted_is_taken_without_the_password(reading):
    """The second of two members is marked as encrypted."""
    data = bytearray(handmade.zipped({"offen.txt": "offen", "geheim.txt": "geheim"}))
    with zipfile.ZipFile(BytesIO(bytes(data))) as archive:
        start = archive.getinfo("geheim.txt").header_offset
    data[start + 6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    extraction = reading(bytes(data), "a.zip")
    assert (extraction.state, [child.name for child in extraction.children]) == (S.PARTIAL, ["offen.txt"])
    assert extraction.message.startswith("1 of 2 members is encrypted.")


def test_the_only_member_is_told_so(reading):
    data = bytearray(handmade.zipped({"geheim.txt": "geheim"}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    extraction = reading(bytes(data), "a.zip")
    assert (extraction.state, extraction.message[:30]) == (S.ENCRYPTED, "Its only member is encrypted. ")


def test_an_encrypted_seven_zip_says_so(reading):
    extraction = reading(packs.sealed_seven_zip(), "a.7z", passwords=(PASSWORD,))
    assert (extraction.state, extraction.children) == (S.ENCRYPTED, ())


def test_an_encrypted_rar_says_so(reading):
    data = bytearray(packs.rar4({"geheim.txt": "streng geheim"}))
    head = data.index(b"\x74\x00\x80")
    data[head + 1] |= 0x04
    size = struct.unpack_from("<H", data, head + 3)[0]
    import zlib

    struct.pack_into("<H", data, head - 2, zlib.crc32(bytes(data[head : head + size - 2])) & 0xFFFF)
    extraction = reading(bytes(data), "a.rar")
    assert (extraction.state, extraction.children) == (S.ENCRYPTED, ())
