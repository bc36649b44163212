"""ZIP by the standard library, which tells encrypted members, links and names apart."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.archives import packed
from workbench.extraction.archives.outcome import outcome
from workbench.extraction.archives.unpacking import CHUNK, Bomb, Unpacking, refuse_depth
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction

# What zipfile and its decompressors raise on damaged members; RuntimeError is its word for a missing password.
_DAMAGE = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
    ValueError,
    RuntimeError,
)
_UNICODE_PATH = 0x7075


class ZipReader:
    """Reads ZIP archives, encrypted ones with the passwords that are given."""

    name = "zip"
    gives = ("text", "children")
    version = "2"

    def claim(self, media_type: str, head: bytes) -> int:
        return 60 if media_type == known.ZIP else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        refuse_depth(options.limits)
        try:
            archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as fault:
            raise ExtractionError(f"The archive is damaged or cut off ({fault}). Ask for an undamaged copy.") from fault
        unpacking = Unpacking(folder=options.scratch, limits=options.limits, packed_bytes=path.stat().st_size)
        with archive:
            members = [info for info in archive.infolist() if not info.is_dir() and not _is_link(info)]
            _refuse_overlap(members, unpacking)
            sealed = {info.filename: _member_name(info) for info in members if info.flag_bits & 1}
            failures: list[str] = []
            plain = ((_member_name(info), _opener(archive, info)) for info in members if not info.flag_bits & 1)
            stop = take_all(plain, unpacking, failures)
        if sealed and options.passwords and not stop:
            stop = packed.take_sealed(path, sealed, unpacking, options.passwords)
        failures += [f"{name} is encrypted." for name in sealed.values()]
        return outcome(
            self, media_type, unpacking, found=len(members), stop=stop, failures=failures, sealed=len(sealed)
        )


def take_all(members: Iterable[tuple[str, Callable[[], IO[bytes]]]], unpacking: Unpacking, failures: list[str]) -> str:
    """Take members one by one; a damaged one is noted, a limit ends it and is returned as a sentence."""
    for name, opened in members:
        try:
            unpacking.take(name, _chunks(opened))
        except Bomb as bomb:
            return str(bomb)
        except _DAMAGE as fault:
            failures.append(f"{name} could not be unpacked ({fault}).")
    return ""


def _chunks(opened: Callable[[], IO[bytes]]) -> Iterator[bytes]:
    with opened() as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(info)


def _is_link(info: zipfile.ZipInfo) -> bool:
    """Is this member anything but a plain file, by its Unix mode?"""
    kind = info.external_attr >> 28
    return kind not in {0, 0o10}


def _refuse_overlap(members: list[zipfile.ZipInfo], unpacking: Unpacking) -> None:
    """Refuse a ZIP whose members share their bytes: it unpacks without end (David Fifield's bomb)."""
    promised = sum(info.compress_size for info in members)
    if promised > 2 * unpacking.packed_bytes + 65536:
        raise Bomb("Its members overlap, as in an archive made to overflow; it was not opened.")


def _member_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; what is marked as cp437 is often UTF-8 in truth."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        written = info.filename.encode("cp437")
        return _unicode_path(info.extra) or written.decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


def _unicode_path(extra: bytes) -> str:
    """Return the name in UTF-8 that Info-ZIP keeps beside the old one, "" where there is none."""
    place = 0
    while place + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, place)
        if kind == _UNICODE_PATH and size > 5:
            return extra[place + 9 : place + 4 + size].decode("utf-8")
        place += 4 + size
    return ""
