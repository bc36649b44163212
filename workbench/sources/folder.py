"""Files in folders and on NAS shares.

Takes files and folders, gives one arrival per file, in a fixed order. An
arrival is known by path, size and modification time. Symbolic links are
followed only to files inside the folders given, so that a link never hands
over what nobody asked for. What cannot be read becomes a Problem in
`FolderSource.problems`; a folder that is gone altogether is a `SourceError`,
for a share that dropped its mount must not look like a thousand deletions.
"""

import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import BinaryIO

from workbench.errors import SourceError
from workbench.records import Arrival, Effect, Problem, Stage

# What systems and editors leave behind; nobody means these when saying "this folder".
IGNORED = (".*", "~$*", "Thumbs.db", "desktop.ini", "*.part", "*.crdownload", "lost+found", "@eaDir", "#recycle")


class FolderSource:
    """All files below some paths.

    Parameters
    ----------
    roots : files and folders; one inside another is read once
    include : glob patterns of file names, e.g. ("*.pdf",); empty for all
    exclude : glob patterns of file or folder names to pass over
    """

    name = "folder"

    def __init__(self, roots: Sequence[Path], *, include: Sequence[str] = (), exclude: Sequence[str] = IGNORED) -> None:
        self.roots = _outermost(roots)
        self._include = tuple(include)
        self._exclude = tuple(exclude)
        self.problems: list[Problem] = []

    def arrivals(self) -> Iterator[Arrival]:
        self.problems.clear()
        for root in self.roots:
            if root.is_file():
                yield from self._file(root)
            elif root.is_dir():
                yield from self._folder(root)
            else:
                raise SourceError(
                    f"there is no file or folder {root}; is the share mounted, and is the path written correctly?"
                )

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(str(root) for root in self.roots)

    def is_gone(self, locator: str) -> bool:
        try:
            os.lstat(locator)
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False  # no right to look is no proof
        return False

    def open(self, arrival: Arrival) -> BinaryIO:
        path = Path(arrival.locator)
        try:
            # O_NONBLOCK: a name that became a pipe since the scan must not hang the run.
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.close(descriptor)
                raise SourceError(f"{path} is not a file any more; it is passed over")
            return os.fdopen(descriptor, "rb")
        except OSError as error:
            raise SourceError(_sentence(path, error)) from error

    def is_unchanged(self, arrival: Arrival) -> bool:
        try:
            return _external_id(Path(arrival.locator), Path(arrival.locator).stat()) == arrival.external_id
        except OSError:
            return False

    def plan(self, arrival: Arrival) -> Effect | None:
        return None

    def perform(self, effect: Effect) -> None:
        raise SourceError(f"a folder has nothing to perform; effect {effect.operation} is not its own")

    def undo(self, effect: Effect) -> None:
        raise SourceError(f"a folder has nothing to undo; effect {effect.operation} is not its own")

    def _folder(self, folder: Path) -> Iterator[Arrival]:
        try:
            entries = sorted(os.scandir(folder), key=lambda e: e.name)
        except OSError as error:
            if folder in self.roots:
                raise SourceError(_sentence(folder, error)) from error
            self._problem(folder, error)
            return
        for entry in entries:
            if any(fnmatch(entry.name, pattern) for pattern in self._exclude):
                continue
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                yield from self._folder(path)
            elif self._wanted(entry.name) and self._inside(entry):
                yield from self._file(path)

    def _wanted(self, name: str) -> bool:
        return not self._include or any(fnmatch(name.lower(), pattern.lower()) for pattern in self._include)

    def _inside(self, entry: "os.DirEntry[str]") -> bool:
        if not entry.is_symlink():
            return entry.is_file(follow_symlinks=False)
        target = Path(os.path.realpath(entry.path))
        return target.is_file() and any(target.is_relative_to(root.resolve()) for root in self.roots)

    def _file(self, path: Path) -> Iterator[Arrival]:
        try:
            found = path.stat()
            path.name.encode()
        except UnicodeEncodeError:
            self._problem(path, OSError(0, "its name is not valid UTF-8; rename it"))
            return
        except OSError as error:
            self._problem(path, error)
            return
        yield Arrival(
            source=self.name,
            external_id=_external_id(path, found),
            locator=str(path),
            name=unicodedata.normalize("NFC", path.name),
            size=found.st_size,
            modified_at=datetime.fromtimestamp(found.st_mtime, UTC),
        )

    def _problem(self, path: Path, error: OSError) -> None:
        shown = str(path).encode(errors="replace").decode()
        self.problems.append(
            Problem(
                stage=Stage.SCAN,
                kind="not readable",
                message=_sentence(Path(shown), error),
                advice="Give the workbench the right to read it, or exclude it.",
                locator=shown,
            )
        )


def _external_id(path: Path, found: os.stat_result) -> str:
    return f"{path}|{found.st_size}|{found.st_mtime_ns}"


def _outermost(roots: Sequence[Path]) -> tuple[Path, ...]:
    # absolute, not resolved: a share is known by the name it is mounted under
    places = sorted({Path(root).absolute() for root in roots})
    return tuple(p for p in places if not any(p != other and p.is_relative_to(other) for other in places))


def _sentence(path: Path, error: OSError) -> str:
    return f"{path} cannot be read: {(error.strerror or str(error)).lower()}"
