"""Encrypted files: Office of both ages and archives."""

import base64
import hashlib
import io
import struct
import zipfile
import zlib

import msoffcrypto.format.ooxml
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msoffcrypto.method.rc4 import DocumentRC4

from tests.extraction import handmade
from tests.extraction.samples import old_office
from tests.extraction.samples.ole import ole

PASSWORD = "Käsekuchen 3"


def office(data: bytes, password: str = PASSWORD) -> bytes:
    """An Office Open XML file as Office locks it."""
    buffer = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(data)).encrypt(password, buffer)
    return buffer.getvalue()


def xls(password: str = PASSWORD) -> bytes:
    """A workbook as Excel 97 locks it: each record's content in RC4, headers and some records in the open."""
    salt, block = bytes(range(16)), 1024
    book = old_office.workbook_97(locked=struct.pack("<HHH", 1, 1, 1) + salt + _verifiers(password, salt))
    keys = DocumentRC4.decrypt(password, salt, io.BytesIO(bytes(len(book))), blocksize=block).read()
    out, place = bytearray(book), 0
    while place + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, place)
        place += 4
        if kind not in {0x0809, 0x002F}:
            # The first four bytes of BoundSheet say where the sheet begins.
            for at in range(place + (4 if kind == 0x0085 else 0), place + size):
                out[at] ^= keys[at]
        place += size
    return ole({"Workbook": bytes(out)})


def _verifiers(password: str, salt: bytes) -> bytes:
    """A number and its digest, by which a password is checked."""
    number = bytes(range(16, 32))
    plain = number + hashlib.md5(number).digest()
    return DocumentRC4.decrypt(password, salt, io.BytesIO(plain), blocksize=0x200).read()


def opendocument(data: bytes, password: str = PASSWORD) -> bytes:
    """An OpenDocument file as LibreOffice locks it: each part packed, then under AES."""
    salt, vector = bytes(range(16)), bytes(range(16, 32))
    key = hashlib.pbkdf2_hmac("sha1", hashlib.sha256(password.encode()).digest(), salt, 1000, 32)
    members: dict[str, bytes] = {}
    entries = ""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            members[name] = archive.read(name)
            if name not in {"content.xml", "styles.xml", "meta.xml"}:
                continue
            packer = zlib.compressobj(wbits=-15)
            packed = packer.compress(members[name]) + packer.flush()
            filled = packed + bytes(-len(packed) % 16 or 16)
            encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
            members[name] = encryptor.update(filled)
            checksum = base64.b64encode(hashlib.sha256(filled[:1024]).digest()).decode()
            entries += (
                f'<m:file-entry m:full-path="{name}"><m:encryption-data m:checksum-type="urn:x#sha256-1k" '
                f'm:checksum="{checksum}"><m:algorithm m:algorithm-name="http://www.w3.org/2001/04/xmlenc#aes256-cbc" '
                f'm:initialisation-vector="{base64.b64encode(vector).decode()}"/><m:key-derivation m:key-size="32" '
                f'm:iteration-count="1000" m:salt="{base64.b64encode(salt).decode()}"/><m:start-key-generation '
                'm:start-key-generation-name="http://www.w3.org/2000/09/xmldsig#sha256"/></m:encryption-data></m:file-entry>'
            )
    members["META-INF/manifest.xml"] = f'<m:manifest xmlns:m="m">{entries}</m:manifest>'.encode()
    return handmade.zipped(members)
