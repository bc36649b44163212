"""Encrypted OpenDocument files, as LibreOffice wrote them until 2024: each part by AES under a password.

What is wrapped as a whole (``encrypted-package``, Argon2) stays closed. Format:
OpenDocument 1.2 part 3, chapter 4.
"""

import base64
import binascii
import hashlib
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.markup.xmltree import MAX_PART, open_zip, parse, part
from workbench.extraction.protocol import Declined, ExtractOptions, Opened
from workbench.records import Extraction, ExtractionState

_KINDS = frozenset({known.ODT, known.ODS, known.ODP, known.ODG})
_PARTS = frozenset({"content.xml", "styles.xml", "meta.xml"})
_WRONG = "The file is encrypted, and none of the given passwords opens it. Ask for the password or an open copy."
_UNKNOWN = "The file is encrypted in a way that is not known here. Ask for an open copy."
# LibreOffice derives keys in 100,000 rounds.
_MOST_ROUNDS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class _Lock:
    """How one part is encrypted.

    Parameters
    ----------
    checksum : of the first 1,024 packed bytes, by which a password is known to be right
    start : digest of the password from which the key is derived
    """

    salt: bytes
    vector: bytes
    checksum: bytes
    checksum_kind: str
    start: str
    rounds: int
    key_bytes: int


class SealedOpenDocumentReader:
    """Opens encrypted ODT, ODS, ODP and ODG with the passwords that are given."""

    name = "sealed-opendocument"
    gives = ()
    version = "1"

    def claim(self, media_type: str, head: bytes) -> int:
        return 100 if media_type in _KINDS else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        if not options.passwords:
            raise Declined("no password is given")
        with open_zip(path) as archive:
            locks = _locks(part(archive, "META-INF/manifest.xml"))
            if not locks:
                raise Declined("not encrypted")
            options.scratch.mkdir(parents=True, exist_ok=True)
            opened = options.scratch / "opened"
            _write_opened(archive, locks, options.passwords, opened)
        raise Opened(opened, media_type=media_type, note="The file is encrypted; a password opened it.")


def _locks(manifest: bytes) -> dict[str, _Lock | None]:
    """Return how each part is encrypted, None for a way that is not known here."""
    root = parse(manifest) if b"encryption-data" in manifest else None
    found: dict[str, _Lock | None] = {}
    for entry in root.iter("{*}file-entry") if root is not None else ():
        data = entry.find("{*}encryption-data")
        if data is not None:
            found[_value(entry, "full-path")] = _lock(data)
    return found


def _lock(data: etree._Element) -> _Lock | None:
    parts = {name: data.find(f"{{*}}{name}") for name in ("algorithm", "key-derivation", "start-key-generation")}
    if any(element is None for element in parts.values()):
        return None
    algorithm, derivation, start = parts.values()
    assert algorithm is not None
    assert derivation is not None
    assert start is not None
    if not _value(algorithm, "algorithm-name").endswith("aes256-cbc"):
        return None
    try:
        lock = _Lock(
            salt=base64.b64decode(_value(derivation, "salt")),
            vector=base64.b64decode(_value(algorithm, "initialisation-vector")),
            checksum=base64.b64decode(_value(data, "checksum")),
            checksum_kind="sha256" if "sha256" in _value(data, "checksum-type").lower() else "sha1",
            start="sha256" if "sha256" in _value(start, "start-key-generation-name").lower() else "sha1",
            rounds=int(_value(derivation, "iteration-count")),
            key_bytes=int(_value(derivation, "key-size") or 32),
        )
    except (ValueError, binascii.Error):
        return None
    is_sound = 0 < lock.rounds <= _MOST_ROUNDS and lock.key_bytes == 32 and len(lock.vector) == 16
    return lock if is_sound else None


def _value(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith(f"}}{name}")), "")


def _write_opened(
    archive: zipfile.ZipFile, locks: dict[str, _Lock | None], passwords: Sequence[str], target: Path
) -> None:
    """Write the parts that hold text into a package without encryption."""
    wanted = {name: lock for name, lock in locks.items() if name in _PARTS}
    if "content.xml" not in wanted:
        raise ExtractionError(_UNKNOWN, state=ExtractionState.ENCRYPTED)
    with zipfile.ZipFile(target, "w") as opened:
        for name in archive.namelist():
            if name in _PARTS and name not in wanted:
                opened.writestr(name, part(archive, name))
        for name, lock in wanted.items():
            if lock is None:
                raise ExtractionError(_UNKNOWN, state=ExtractionState.ENCRYPTED)
            opened.writestr(name, _opened(part(archive, name), lock, passwords))


def _opened(sealed: bytes, lock: _Lock, passwords: Sequence[str]) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    for password in passwords:
        start = hashlib.new(lock.start, password.encode("utf-8")).digest()
        key = hashlib.pbkdf2_hmac("sha1", start, lock.salt, lock.rounds, lock.key_bytes)
        decryptor = Cipher(algorithms.AES(key), modes.CBC(lock.vector)).decryptor()
        packed = decryptor.update(sealed[: len(sealed) // 16 * 16])
        # Of a short part, programs differ in whether the checksum covers what fills up the last block.
        unfilled = packed[: -packed[-1]] if packed and packed[-1] <= 16 else packed
        checksums = {hashlib.new(lock.checksum_kind, data[:1024]).digest() for data in (packed, unfilled)}
        if lock.checksum in checksums:
            return _inflated(packed)
    raise ExtractionError(_WRONG, state=ExtractionState.ENCRYPTED)


def _inflated(packed: bytes) -> bytes:
    """Unpack a part; the padding of the cipher stands behind it."""
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = unpacking.decompress(packed, MAX_PART)
    except zlib.error as fault:
        raise ExtractionError(f"The file is damaged ({fault}). Ask for an undamaged copy.") from fault
    if unpacking.unconsumed_tail:
        raise ExtractionError("Its content unpacks without end and is not read.", state=ExtractionState.TOO_LARGE)
    return data
