"""ZIP, 7z, RAR, TAR and single compressed files: their members as children.

Only plain files are taken; links and devices are passed over. The text of an
archive is the list of its members, so that it is found by them.
"""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.archives.unpacking import Bomb, Unpacking, refuse_depth
from workbench.extraction.building import from_text, version
from workbench.extraction.protocol import ExtractOptions, Extractor
from workbench.records import Extraction, ExtractionState, Metadata

_CHUNK = 256 * 1024
_TARS = frozenset({known.TAR, known.TAR_GZ, known.TAR_BZ2, known.TAR_XZ})
_SEALED = "{} of {} members are encrypted. Ask for the password or an open copy."


class ZipReader:
    """Reads ZIP archives by the standard library, which keeps names and encryption apart."""

    name = "zip"
    gives = ("text", "children")
    version = "1"

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
            sealed = [info for info in members if info.flag_bits & 1]
            failures = [f"{info.filename} is encrypted." for info in sealed]
            stop = _take_all(
                ((_zip_name(info), _opener(archive, info)) for info in members if not info.flag_bits & 1),
                unpacking,
                failures,
            )
        return _result(
            self, media_type, unpacking, stop=stop, failures=failures, sealed=len(sealed), found=len(members)
        )


class LibarchiveReader:
    """Reads 7z, RAR and TAR, and ZIPs that the standard library refuses, by Debian's libarchive."""

    name = "libarchive"
    gives = ("text", "children")

    @property
    def version(self) -> str:
        return version("1", "libarchive-c")

    def claim(self, media_type: str, head: bytes) -> int:
        if media_type in _TARS or media_type in {known.SEVEN_ZIP, known.RAR}:
            return 60
        return 40 if media_type == known.ZIP else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return _missing_libarchive()

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        refuse_depth(options.limits)
        try:
            import libarchive
        except (ImportError, OSError) as fault:
            raise ExtractionError(
                "libarchive is not installed on this machine; apt install libarchive13.",
                state=ExtractionState.UNSUPPORTED,
            ) from fault
        unpacking = Unpacking(folder=options.scratch, limits=options.limits, packed_bytes=path.stat().st_size)
        # A ZIP comes here when its directory is gone: what can be found without it may not be all.
        failures = ["The archive is damaged or cut off: its directory is missing."] if media_type == known.ZIP else []
        stop = ""
        try:
            with libarchive.file_reader(str(path)) as archive:
                for entry in archive:
                    # A hard link repeats a file that is a member already.
                    if entry.isfile and not entry.linkpath:
                        unpacking.take(_decoded(entry.pathname), entry.get_blocks(_CHUNK))
        except Bomb as bomb:
            stop = str(bomb)
        except libarchive.ArchiveError as fault:
            # Its own text ends with the address of the archive in memory, which differs each time.
            reason = str(fault.msg)
            _refuse_sealed(reason, unpacking)
            failures.append(f"The archive is damaged or cut off ({reason}).")
        return _result(
            self, media_type, unpacking, stop=stop, failures=failures, sealed=0, found=len(unpacking.children)
        )


class SingleReader:
    """Reads gz, bz2 and xz: one compressed file, its name that of the archive without the ending."""

    name = "compressed"
    gives = ("children",)
    version = "1"

    def claim(self, media_type: str, head: bytes) -> int:
        return 60 if media_type in {known.GZIP, known.BZIP2, known.XZ} else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        refuse_depth(options.limits)
        kind = {known.GZIP: gzip.GzipFile, known.BZIP2: bz2.BZ2File, known.XZ: lzma.LZMAFile}[media_type]
        unpacking = Unpacking(folder=options.scratch, limits=options.limits, packed_bytes=path.stat().st_size)
        failures: list[str] = []
        name = options.name.rpartition("/")[2]
        inner = name.removesuffix(known.extension(media_type)) if "." in name.strip(".") else name
        stop = _take_all([(inner or "content", lambda: kind(path))], unpacking, failures)
        return _result(self, media_type, unpacking, stop=stop, failures=failures, sealed=0, found=1)


def _is_link(info: zipfile.ZipInfo) -> bool:
    """Is this member anything but a plain file, by its Unix mode?"""
    kind = info.external_attr >> 28
    return kind not in {0, 0o10}


def _refuse_overlap(members: list[zipfile.ZipInfo], unpacking: Unpacking) -> None:
    """Refuse a ZIP whose members share their bytes: it unpacks without end (David Fifield's bomb)."""
    promised = sum(info.compress_size for info in members)
    if promised > 2 * unpacking.packed_bytes + 65536:
        raise Bomb("Its members overlap, as in an archive made to overflow; it was not opened.")


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; what is marked as cp437 is often UTF-8 in truth."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(info)


def _take_all(
    members: "Iterator[tuple[str, Callable[[], IO[bytes]]]] | list[tuple[str, Callable[[], IO[bytes]]]]",
    unpacking: Unpacking,
    failures: list[str],
) -> str:
    """Take members one by one; a damaged one is noted, a limit ends it and is returned as a sentence."""
    for name, opened in members:
        try:
            unpacking.take(name, _chunks(opened))
        except Bomb as bomb:
            return str(bomb)
        except (
            OSError,
            EOFError,
            zlib.error,
            lzma.LZMAError,
            zipfile.BadZipFile,
            NotImplementedError,
            ValueError,
        ) as fault:
            failures.append(f"{name} could not be unpacked ({fault}).")
        except RuntimeError as fault:  # zipfile's word for a member that wants a password
            failures.append(f"{name} could not be unpacked ({fault}).")
    return ""


def _chunks(opened: Callable[[], IO[bytes]]) -> Iterator[bytes]:
    with opened() as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _decoded(name: object) -> str:
    if isinstance(name, bytes):
        try:
            return name.decode("utf-8")
        except UnicodeDecodeError:
            return name.decode("cp1252", "replace")
    return str(name or "unnamed")


def _refuse_sealed(message: str, unpacking: Unpacking) -> None:
    if any(word in message.lower() for word in ("encrypt", "passphrase", "password")) and not unpacking.children:
        raise ExtractionError(
            "The archive is encrypted. Ask for the password or an open copy.", state=ExtractionState.ENCRYPTED
        )


def _result(
    extractor: Extractor,
    media_type: str,
    unpacking: Unpacking,
    *,
    stop: str,
    failures: list[str],
    sealed: int,
    found: int,
) -> Extraction:
    """Say how taking the members went."""
    children = unpacking.children
    if not children and not stop and failures:
        if sealed:
            raise ExtractionError(_SEALED.format(sealed, found), state=ExtractionState.ENCRYPTED)
        raise ExtractionError(failures[0])
    names = "\n".join(child.name for child in children)
    metadata = Metadata(raw={"members": found, "unpacked_bytes": unpacking.unpacked})
    extraction = replace(
        from_text(extractor, media_type, names, metadata=metadata, warnings=failures), children=tuple(children)
    )
    if stop:
        return replace(extraction, state=ExtractionState.TOO_LARGE, message=stop)
    if failures:
        message = (
            _SEALED.format(sealed, found) if sealed else f"{len(failures)} of {found} members failed: {failures[0]}"
        )
        return replace(extraction, state=ExtractionState.PARTIAL, message=message)
    return extraction if children else replace(extraction, message="The archive holds no files.")


def _missing_libarchive() -> tuple[str, ...]:
    try:
        import libarchive  # noqa: F401 - loading it is the test: the C library comes from the system
    except (ImportError, OSError):
        return ("libarchive is not installed; apt install libarchive13.",)
    return ()
