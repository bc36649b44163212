"""Encrypted Office files, old and new: opened with the passwords that are given, then read like any other.

By msoffcrypto-tool. Files that Excel encrypts only to keep them from being
changed have a password that everybody knows; it is always tried.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import version
from workbench.extraction.office.binary import is_sealed_presentation
from workbench.extraction.protocol import Declined, ExtractOptions, Opened
from workbench.records import Extraction, ExtractionState

_OLE = b"\xd0\xcf\x11\xe0"
_OLD = frozenset({known.DOC, known.XLS, known.PPT})
_WORKBOOKS = frozenset({known.XLS, known.XLSX, known.XLSM, known.XLSB})
# What Excel encrypts write-protected workbooks with ([MS-OFFCRYPTO] 2.3.7.2).
_PUBLIC_PASSWORD = "VelvetSweatshop"
# Office hashes 100,000 times.
_MOST_ROUNDS = 500_000
_SEALED = "The file is encrypted. Ask for the password or an open copy."
_WRONG = "The file is encrypted, and none of the given passwords opens it. Ask for the password or an open copy."


class SealedOfficeReader:
    """Opens what the other office readers would mistake for an old or broken file."""

    name = "sealed-office"
    gives = ()

    @property
    def version(self) -> str:
        return version("2", "msoffcrypto-tool")

    def claim(self, media_type: str, head: bytes) -> int:
        return 100 if media_type in known.OPEN_XML | _OLD and head.startswith(_OLE) else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("msoffcrypto")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        if not _is_sealed(path, media_type, options):
            raise Declined("not encrypted")
        opened = _opened(path, media_type, options)
        kind = None if media_type in known.OPEN_XML else media_type
        raise Opened(opened, media_type=kind, note="The file is encrypted; a password opened it.")


def _is_sealed(path: Path, media_type: str, options: ExtractOptions) -> bool:
    """Is it encrypted? Old Word and PowerPoint files say so to their own readers, who need no password for that."""
    if media_type in {known.DOC, known.PPT} and not options.passwords:
        return False
    import olefile

    try:
        with olefile.OleFileIO(path) as ole:
            if media_type in known.OPEN_XML:
                return bool(ole.exists("EncryptedPackage"))
            if media_type == known.XLS:
                name = next((name for name in ("Workbook", "Book") if ole.exists(name)), None)
                return name is not None and _has_password_record(ole.openstream(name).read(512))
            if media_type == known.PPT:
                return is_sealed_presentation(ole)
            return len(flags := ole.openstream("WordDocument").read(12)) == 12 and bool(flags[11] & 1)
    except Exception as fault:  # olefile raises whatever the damaged directory provokes
        if media_type in _OLD:
            return False
        raise ExtractionError(f"The file is damaged ({fault}). Ask for an undamaged copy.") from fault


def _has_password_record(stream: bytes) -> bool:
    """Does a workbook's stream have the record FilePass among its first?"""
    place = 0
    while place + 4 <= len(stream):
        kind, size = int.from_bytes(stream[place : place + 2], "little"), stream[place + 2] | stream[place + 3] << 8
        if kind == 0x002F:
            return True
        place += 4 + size
    return False


def _opened(path: Path, media_type: str, options: ExtractOptions) -> Path:
    """Write the decrypted file to the scratch folder."""
    passwords = (*([_PUBLIC_PASSWORD] if media_type in _WORKBOOKS else []), *options.passwords)
    options.scratch.mkdir(parents=True, exist_ok=True)
    target = options.scratch / "opened"
    try:
        with path.open("rb") as sealed, target.open("wb") as plain:
            if _decrypted(sealed, plain, passwords):
                return target
    except MemoryError:
        raise
    except Exception as fault:  # msoffcrypto raises many kinds on damaged and on unusual files
        target.unlink(missing_ok=True)
        raise ExtractionError(
            f"The file is encrypted in a way that is not known here ({fault}). Ask for an open copy.",
            state=ExtractionState.ENCRYPTED,
        ) from fault
    target.unlink(missing_ok=True)
    raise ExtractionError(_WRONG if options.passwords else _SEALED, state=ExtractionState.ENCRYPTED)


def _decrypted(sealed: Any, plain: Any, passwords: Sequence[str]) -> bool:  # Any: files
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError

    if passwords and _rounds(sealed) > _MOST_ROUNDS:
        raise DecryptionError("it wants too many rounds of hashing")
    for password in passwords:
        office = msoffcrypto.OfficeFile(sealed)
        try:
            _load(office, password)
            office.decrypt(plain)
        except (InvalidKeyError, DecryptionError):
            plain.seek(0)
            plain.truncate()
            continue
        return True
    return False


def _rounds(sealed: Any) -> int:  # Any: a file
    """Return how often a password is hashed before it is tried; a hostile file says four milliards."""
    import olefile

    with olefile.OleFileIO(sealed) as ole:
        info = ole.openstream("EncryptionInfo").read(64 * 1024) if ole.exists("EncryptionInfo") else b""
    sealed.seek(0)
    return max((int(count) for count in re.findall(rb'spinCount="(\d{1,12})"', info)), default=0)


def _load(office: Any, password: str) -> None:  # Any: msoffcrypto has no types
    """Set a password; only the new formats check it before they decrypt."""
    try:
        office.load_key(password=password, verify_password=True)
    except TypeError:
        office.load_key(password=password)
