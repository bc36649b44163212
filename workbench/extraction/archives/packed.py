"""7z, RAR, TAR, ISO, CAB, DEB and others by Debian's libarchive, and ZIPs that the standard library refuses.

Only plain files are taken; links and devices are passed over. libarchive opens
encrypted ZIPs with a password, but neither 7z nor RAR.
"""

import contextlib
import locale
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.archives.outcome import ALL_SEALED, outcome
from workbench.extraction.archives.unpacking import CHUNK, Bomb, Unpacking, refuse_depth
from workbench.extraction.building import version
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, ExtractionState

_KINDS = frozenset(
    {known.TAR, known.TAR_GZ, known.TAR_BZ2, known.TAR_XZ, known.SEVEN_ZIP, known.RAR}
    | {known.ISO, known.CAB, known.DEB, known.CPIO, known.RPM, known.LZH, known.XAR, known.ZSTD, known.COMPRESS}
)
# May hold one file without a name instead of an archive.
_SINGLE = frozenset({known.ZSTD, known.COMPRESS})
# How libarchive's messages call encryption; a 7z has a codec that it does not know.
_SEALED_WORDS = ("encrypt", "passphrase", "password", "crypto codec")
_VOLUME = re.compile(r"\.(part\d+\.rar|r\d\d|z\d\d|\d{3})$", re.IGNORECASE)
_NOT_HERE = "libarchive is not installed; apt install libarchive13."


class LibarchiveReader:
    """Reads what libarchive knows."""

    name = "libarchive"
    gives = ("text", "children")

    @property
    def version(self) -> str:
        return version("2", "libarchive-c")

    def claim(self, media_type: str, head: bytes) -> int:
        if media_type in _KINDS:
            return 60
        return 40 if media_type == known.ZIP else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        try:
            # Loading it is the test: the C library comes from the system.
            _library()
        except ExtractionError as fault:
            return (str(fault),)
        return ()

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        refuse_depth(options.limits)
        unpacking = Unpacking(folder=options.scratch, limits=options.limits, packed_bytes=path.stat().st_size)
        # A ZIP comes here when its directory is gone: what can be found without it may not be all.
        failures = ["The archive is damaged or cut off: its directory is missing."] if media_type == known.ZIP else []
        taking = _take_all(path, unpacking, options, is_single=False)
        if taking.complaint and media_type in _SINGLE and not unpacking.children and not unpacking.unpacked:
            taking = _take_all(path, unpacking, options, is_single=True)
        if taking.complaint:
            _refuse_sealed(taking.complaint, unpacking)
            failures.append(_complaint(taking.complaint, options.name))
        failures += [f"{name} is encrypted." for name in taking.sealed]
        found = len(unpacking.children) + len(taking.sealed)
        return outcome(
            self,
            media_type,
            unpacking,
            found=found,
            stop=taking.stop,
            failures=failures,
            sealed=len(taking.sealed),
        )


def take_sealed(path: Path, sealed: dict[str, str], unpacking: Unpacking, passwords: Sequence[str]) -> str:
    """Take the encrypted members of a ZIP that a password opens, and strike them out of `sealed`.

    Parameters
    ----------
    sealed : the names by which members are found, and those by which they are taken

    Returns
    -------
    The limit that ended it as a sentence, "" where none did.
    """
    libarchive = _library()
    for password in passwords:
        try:
            with libarchive.file_reader(str(path), passphrase=password) as archive:
                for entry in archive:
                    name = _decoded(entry.pathname)
                    key = name if name in sealed else _former(name)
                    if entry.isfile and key in sealed:
                        unpacking.take(sealed[key], _content(entry))
                        del sealed[key]
        except Bomb as bomb:
            return str(bomb)
        except libarchive.ArchiveError:
            # Not the right one for this member; the next may be.
            continue
    return ""


def _content(entry: Any) -> Iterator[bytes]:  # Any: libarchive has no types
    """Give a member's bytes up to its stated size: of XAR, libarchive 3.6 gives the rest of its buffer as well."""
    room = entry.size
    for block in entry.get_blocks(CHUNK):
        yield block if room is None else block[:room]
        room = None if room is None else max(0, room - len(block))


def _former(name: str) -> str:
    """Return a name as the standard library reads it where the archive does not say that it is UTF-8."""
    try:
        return name.encode("utf-8").decode("cp437")
    except UnicodeError:
        return name


@dataclass(kw_only=True)
class _Taking:
    """How far taking got: the limit that ended it, libarchive's complaint, the members it cannot decrypt."""

    stop: str = ""
    complaint: str = ""
    sealed: list[str] = field(default_factory=list)


def _take_all(path: Path, unpacking: Unpacking, options: ExtractOptions, *, is_single: bool) -> _Taking:
    libarchive = _library()
    taking = _Taking()
    kind, password = "raw" if is_single else "all", next(iter(options.passwords), None)
    try:
        with libarchive.file_reader(str(path), kind, passphrase=password) as archive:
            for entry in archive:
                if is_single:
                    unpacking.take(_inner_name(options.name), entry.get_blocks(CHUNK))
                elif entry.isfile and _is_sealed(entry, archive.format_name):
                    taking.sealed.append(_decoded(entry.pathname))
                elif entry.isfile and not entry.linkpath:
                    # A hard link repeats a file that is a member already.
                    unpacking.take(_decoded(entry.pathname), _content(entry))
    except Bomb as bomb:
        taking.stop = str(bomb)
    except libarchive.ArchiveError as fault:
        # Its own text ends with the address of the archive in memory, which differs each time.
        taking.complaint = str(fault.msg)
    return taking


def _is_sealed(entry: Any, format_name: bytes) -> bool:  # Any: libarchive has no types
    """Is this member encrypted, other than in a ZIP? Of a RAR, libarchive would give the cipher as content."""
    from ctypes import c_int, c_void_p

    from libarchive import ffi

    # libarchive-c declares no types for this function; without them ctypes cuts the pointer in half.
    asked = ffi.libarchive.archive_entry_is_data_encrypted
    asked.argtypes, asked.restype = (c_void_p,), c_int
    return b"ZIP" not in format_name and asked(entry._entry_p) == 1


def _library() -> ModuleType:
    try:
        import libarchive
    except (ImportError, OSError) as fault:
        raise ExtractionError(_NOT_HERE, state=ExtractionState.UNSUPPORTED) from fault
    _speak_unicode()
    return cast(ModuleType, libarchive)


def _speak_unicode() -> None:
    """Have the C library know all letters: under the locale C, libarchive loses the names in a 7z."""
    if "utf" not in locale.nl_langinfo(locale.CODESET).lower():
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, "C.UTF-8")


def _complaint(reason: str, name: str) -> str:
    if _VOLUME.search(name):
        return f"It is one volume of an archive in several parts ({reason}). Ask for all of it as one file."
    return f"The archive is damaged or cut off ({reason})."


def _inner_name(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0] or "content"


def _decoded(name: object) -> str:
    if isinstance(name, bytes):
        try:
            return name.decode("utf-8")
        except UnicodeDecodeError:
            return name.decode("cp1252", "replace")
    return str(name or "unnamed")


def _refuse_sealed(reason: str, unpacking: Unpacking) -> None:
    if any(word in reason.lower() for word in _SEALED_WORDS) and not unpacking.children:
        raise ExtractionError(ALL_SEALED, state=ExtractionState.ENCRYPTED)
