"""Files that open with a password only: ZIP (traditional PKWARE encryption) and Office (ECMA-376, standard).

Both ciphers are as weak as they are widespread; nothing secret may go in here.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from random import Random

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from samples.writers.compound import build

_SPINS = 50_000
_DATE, _TIME = (2024 - 1980) << 9 | 1 << 5 | 1, 0
# The CRC of one byte, without the inversions that `zlib.crc32` puts around it.
_CRC_TABLE = [zlib.crc32(bytes([n]), 0xFFFFFFFF) ^ 0xFFFFFFFF for n in range(256)]


def office(content: bytes, password: str, seed: str) -> bytes:
    """An OOXML file in an encrypted compound file ([MS-OFFCRYPTO] 2.3.4.5 to 2.3.4.9, AES-128)."""
    dice = Random(seed)
    salt, verifier = dice.randbytes(16), dice.randbytes(16)
    cipher = Cipher(AES(_office_key(password, salt)), ECB())

    def sealed(plain: bytes) -> bytes:
        return cipher.encryptor().update(plain.ljust(-(-len(plain) // 16) * 16, b"\0"))

    provider = "Microsoft Enhanced RSA and AES Cryptographic Provider\0".encode("utf-16-le")
    flags = 0x24  # CryptoAPI and AES
    header = struct.pack("<8I", flags, 0, 0x660E, 0x8004, 128, 0x18, 0, 0) + provider
    check = (
        struct.pack("<I", 16)
        + salt
        + sealed(verifier)
        + struct.pack("<I", 20)
        + sealed(hashlib.sha1(verifier).digest())
    )
    info = struct.pack("<HHII", 4, 2, flags, len(header)) + header + check
    return build({"EncryptionInfo": info, "EncryptedPackage": struct.pack("<Q", len(content)) + sealed(content)})


def _office_key(password: str, salt: bytes) -> bytes:
    digest = hashlib.sha1(salt + password.encode("utf-16-le")).digest()
    for spin in range(_SPINS):
        digest = hashlib.sha1(struct.pack("<I", spin) + digest).digest()
    digest = hashlib.sha1(digest + bytes(4)).digest().ljust(64, b"\0")
    return hashlib.sha1(bytes(byte ^ 0x36 for byte in digest)).digest()[:16]


def archive(name: str, content: bytes, password: str, seed: str) -> bytes:
    """A ZIP with one encrypted, stored member (APPNOTE 6.1)."""
    crc = zlib.crc32(content)
    keys = _Keys(password)
    lock = Random(seed).randbytes(11) + bytes([crc >> 24])
    body = keys.encrypted(lock + content)
    title = name.encode("utf-8")
    encrypted_utf8 = 0x801
    facts = struct.pack("<HHHHHIIIHH", 20, encrypted_utf8, 0, _TIME, _DATE, crc, len(body), len(content), len(title), 0)
    local = b"PK\x03\x04" + facts + title + body
    central = b"PK\x01\x02" + struct.pack("<H", 20) + facts + struct.pack("<HHHII", 0, 0, 0, 0, 0) + title
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


class _Keys:
    """The running state of the traditional cipher."""

    def __init__(self, password: str) -> None:
        self._keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in password.encode():
            self._update(byte)

    def encrypted(self, plain: bytes) -> bytes:
        return bytes(self._one(byte) for byte in plain)

    def _one(self, byte: int) -> int:
        word = self._keys[2] | 2
        cipher = byte ^ (word * (word ^ 1) >> 8 & 0xFF)
        self._update(byte)
        return cipher

    def _update(self, byte: int) -> None:
        first, second, third = self._keys
        first = _crc_step(first, byte)
        second = ((second + (first & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        self._keys = [first, second, _crc_step(third, second >> 24)]


def _crc_step(crc: int, byte: int) -> int:
    return crc >> 8 ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
