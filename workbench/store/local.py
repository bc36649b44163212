"""Blobs in a local folder, as ``ab/cd/<sha256>``.

A blob is written to a temporary file, flushed to the disk and then linked to
its name, which fails where the name is taken: nothing is ever overwritten,
and a killed process leaves at most a temporary file, swept up by the next.
"""

import errno
import fcntl
import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from workbench.errors import BlobAltered, BlobMissing, StoreError
from workbench.records import Blob, Digest

CHUNK = 1024 * 1024

_is_digest = re.compile(r"[0-9a-f]{64}").fullmatch


class LocalStore:
    """A folder of blobs; safe for many threads and processes at once.

    Parameters
    ----------
    read_only : change nothing, not even to make the folder or to sweep it; what is put or removed is refused
    """

    name = "local"

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.folder = folder
        self._incoming = folder / "incoming"
        self._read_only = read_only
        if read_only:
            return
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            for place in (folder, self._incoming):
                # Not by parents=True, which would leave the outer one open to everybody.
                place.mkdir(mode=0o700, exist_ok=True)
            self._sweep()
        except OSError as error:
            raise StoreError(f"the object folder {folder} cannot be used: {_reason(error)}") from error

    def put(self, stream: BinaryIO) -> Blob:
        self._check_writable()
        try:
            with self._new_file() as file:
                path = Path(file.name)
                try:
                    digest, size = _copy(stream, file)
                    self._adopt(file.fileno(), path, digest)
                finally:
                    path.unlink(missing_ok=True)
        except _StreamFailed as failed:
            raise failed.error from None
        except OSError as error:
            raise StoreError(_sentence(error, self.folder)) from error
        return Blob(digest=digest, size=size, stored_digest=digest)

    def open(self, digest: Digest) -> BinaryIO:
        if not _is_digest(digest):
            raise BlobMissing(_missing(digest))
        try:
            return io.BufferedReader(_Verified(self._place(digest), digest), CHUNK)
        except FileNotFoundError:
            raise BlobMissing(_missing(digest)) from None
        except OSError as error:
            raise StoreError(_unreadable(digest, error)) from error

    @contextmanager
    def file(self, digest: Digest) -> Iterator[Path]:
        with self.open(digest) as stream:
            while stream.read(CHUNK):
                pass
        yield self._place(digest)

    def size(self, digest: Digest) -> int:
        if not _is_digest(digest):
            raise BlobMissing(_missing(digest))
        try:
            return self._place(digest).stat().st_size
        except FileNotFoundError:
            raise BlobMissing(_missing(digest)) from None
        except OSError as error:
            raise StoreError(_unreadable(digest, error)) from error

    def digests(self) -> Iterator[Digest]:
        if not self.folder.exists():
            return  # opened for reading before anything was put
        for first in _folders(self.folder):
            for second in _folders(first):
                yield from (Digest(name) for name in sorted(p.name for p in second.iterdir()) if _is_digest(name))

    def stored_at(self, digest: Digest) -> datetime:
        try:
            return datetime.fromtimestamp(self._place(digest).stat().st_mtime, UTC)
        except FileNotFoundError:
            raise BlobMissing(_missing(digest)) from None
        except OSError as error:
            raise StoreError(_unreadable(digest, error)) from error

    def remove(self, digest: Digest) -> None:
        self._check_writable()
        if not _is_digest(digest):
            return
        try:
            self._place(digest).unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"blob {digest[:12]}… cannot be removed: {_reason(error)}") from error

    def free_bytes(self) -> int:
        """What the disk still takes."""
        return shutil.disk_usage(self.folder).free

    def _check_writable(self) -> None:
        if self._read_only:
            raise StoreError(f"the object folder {self.folder} was opened for reading alone")

    def _place(self, digest: Digest) -> Path:
        return self.folder / digest[:2] / digest[2:4] / digest

    def _new_file(self) -> "tempfile._TemporaryFileWrapper[bytes]":
        while True:
            file = tempfile.NamedTemporaryFile(dir=self._incoming, delete=False)  # noqa: SIM115  # closed by `put`
            # Held while the file is ours: a sweep by another process leaves it alone.
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_nlink:
                return file
            file.close()  # swept in the moment before it was locked

    def _adopt(self, descriptor: int, path: Path, digest: Digest) -> None:
        place = self._place(digest)
        if place.exists():
            return
        os.fchmod(descriptor, 0o400)
        os.fsync(descriptor)
        _make_folders(self.folder, place.parent)
        with suppress(FileExistsError):
            os.link(path, place)
        _sync_folder(place.parent)

    def _sweep(self) -> None:
        for path in self._incoming.iterdir():
            with suppress(OSError), path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)


class _StreamFailed(Exception):
    """What was to be stored could not be read: no fault of the store."""

    def __init__(self, error: OSError) -> None:
        self.error = error


class _Verified(io.RawIOBase):
    """A file that is hashed as it is read, and compared at its end."""

    def __init__(self, path: Path, digest: Digest) -> None:
        self._file = path.open("rb", buffering=0)
        self._digest = digest
        self._hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the io types want Buffer, CPython hands a memoryview
        try:
            count = self._file.readinto(buffer) or 0
        except OSError as error:
            raise StoreError(_unreadable(self._digest, error)) from error
        if count:
            self._hash.update(buffer[:count])
        elif len(buffer) and self._hash.hexdigest() != self._digest:
            raise BlobAltered(
                f"blob {self._digest[:12]}… does not have its digest any more; restore it from a backup "
                "('workbench check' lists what else is altered)"
            )
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def _copy(stream: BinaryIO, file: "tempfile._TemporaryFileWrapper[bytes]") -> tuple[Digest, int]:
    hashed = hashlib.sha256()
    size = 0
    while chunk := _read(stream):
        hashed.update(chunk)
        file.write(chunk)
        size += len(chunk)
    file.flush()
    return Digest(hashed.hexdigest()), size


def _read(stream: BinaryIO) -> bytes:
    try:
        return stream.read(CHUNK)
    except OSError as error:
        raise _StreamFailed(error) from error


def _make_folders(root: Path, folder: Path) -> None:
    for place in (folder.parent, folder):
        if not place.exists():
            place.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(place.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _folders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and len(p.name) == 2)


def _missing(digest: Digest) -> str:
    return f"blob {digest[:12]}… is not in the store; restore it from a backup ('workbench check' lists all)"


def _sentence(error: OSError, folder: Path) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"the disk below {folder} is full; free some space and start again, the run goes on where it stopped"
    return f"the object folder {folder} cannot be written: {_reason(error)}"


def _unreadable(digest: Digest, error: OSError) -> str:
    return f"blob {digest[:12]}… cannot be read: {_reason(error)}"


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
