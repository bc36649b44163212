"""Files in folders and on NAS shares.

Takes files and folders, gives one arrival per file, in a fixed order. An
arrival is known by path, size and modification time. Symbolic links are
followed only to files inside the folders given, so that a link never hands
over what nobody asked for. What cannot be read becomes a Problem in
`FolderSource.problems`; a folder that is gone altogether is a `SourceError`,
for a share that dropped its mount must not look like a thousand deletions. An
inbox is emptied as its files are taken: `moving` says how.
"""

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO

from workbench.errors import SourceError
from workbench.records import Arrival, Effect, Problem, Stage
from workbench.sources import moving

# What systems and editors leave behind; nobody means these when saying "this folder".
IGNORED = (".*", "~$*", "Thumbs.db", "desktop.ini", "*.part", "*.crdownload", "lost+found", "@eaDir", "#recycle")

# Of a longer path the digest is part of the external id: an index of PostgreSQL takes 2,704 bytes,
# a path may have 4,095.
LONGEST_KEY = 1500

_NOT_UTF8 = "its name is not valid UTF-8; rename it"


class FolderSource:
    """All files below some paths.

    Parameters
    ----------
    roots : files and folders; one inside another is read once
    include : glob patterns of file names, e.g. ("*.pdf",); empty for all
    exclude : glob patterns of file or folder names to pass over, besides `IGNORED`
    without : folders never entered, whatever name or link leads there: the workbench's own home
    move_to : where files are moved to when they are taken; None to leave them where they lie

    Patterns match whatever the case. Raises `SourceError` for a root whose name is not valid UTF-8, and for a
    folder that files cannot be moved to.
    """

    name = "folder"

    def __init__(
        self,
        roots: Sequence[Path],
        *,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        without: Sequence[Path] = (),
        move_to: Path | None = None,
    ) -> None:
        self.roots = _outermost(roots)
        self._without = tuple(Path(os.path.realpath(folder)) for folder in without)
        self._move_to = _place(move_to) if move_to else None
        if self._move_to:
            moving.check(self._move_to, roots=self.roots, without=self._without)
        self._include = tuple(include)
        self._exclude = (*IGNORED, *exclude)
        self.problems: list[Problem] = []

    def arrivals(self) -> Iterator[Arrival]:
        self.problems.clear()
        for root in self.roots:
            if self._is_own(root):
                raise SourceError(f"{root} belongs to the workbench itself; name the folders with your documents")
            mode = _mode(root)
            if stat.S_ISREG(mode):
                yield from self._file(root)
            elif stat.S_ISDIR(mode):
                yield from self._folder(root)
            else:
                raise SourceError(f"{root} is neither a file nor a folder")

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

    def check(self) -> None:
        for root in self.roots:
            try:
                is_away = not root.exists() or (root.is_dir() and not any(root.iterdir()))
            except OSError as error:
                raise SourceError(_sentence(root, error)) from error
            if is_away:
                raise SourceError(
                    f"{root} went away while it was read; is the share still mounted? "
                    "The same command goes on when it is back"
                )

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
        if self._move_to is None:
            return None
        return moving.plan(arrival, roots=self.roots, move_to=self._move_to)

    def perform(self, effect: Effect) -> str:
        return moving.perform(effect)

    def undo(self, effect: Effect) -> str:
        return moving.undo(effect)

    def _folder(self, root: Path) -> Iterator[Arrival]:
        # A stack instead of recursion: folders may be nested deeper than Python's calls.
        levels = [iter(self._entries(root))]
        while levels:
            entry = next(levels[-1], None)
            if entry is None:
                levels.pop()
            elif entry.is_dir(follow_symlinks=False):
                levels.append(iter(self._entries(Path(entry.path))))
            elif self._wanted(entry.name) and self._inside(entry):
                yield from self._file(Path(entry.path))

    def _entries(self, folder: Path) -> list["os.DirEntry[str]"]:
        if not _is_utf8(folder):
            self._problem(folder, OSError(0, _NOT_UTF8))
            return []
        if self._is_own(folder):
            return []
        try:
            with os.scandir(folder) as entries:
                return sorted((e for e in entries if not _matches(e.name, self._exclude)), key=lambda e: e.name)
        except OSError as error:
            if folder in self.roots:
                raise SourceError(_sentence(folder, error)) from error
            self._problem(folder, error)
            return []

    def _is_own(self, folder: Path) -> bool:
        return bool(self._without) and any(Path(os.path.realpath(folder)).is_relative_to(own) for own in self._without)

    def _wanted(self, name: str) -> bool:
        return not self._include or _matches(name, self._include)

    def _inside(self, entry: "os.DirEntry[str]") -> bool:
        if not entry.is_symlink():
            return entry.is_file(follow_symlinks=False)
        target = Path(os.path.realpath(entry.path))
        # Path's own questions raise where there is no right to look.
        is_file, is_folder = os.path.isfile(target), os.path.isdir(target)  # noqa: PTH112, PTH113
        if any(target.is_relative_to(os.path.realpath(root)) for root in self.roots):
            return is_file  # a folder inside is read where it lies
        if is_file or (is_folder and not self._is_own(target)):
            kind = "file" if is_file else "folder"
            self._problem(Path(entry.path), OSError(0, f"it is a link to a {kind} outside of the folders given"))
        return False

    def _file(self, path: Path) -> Iterator[Arrival]:
        if not _is_utf8(path):
            self._problem(path, OSError(0, _NOT_UTF8))
            return
        try:
            found = path.stat()
        except OSError as error:
            self._problem(path, error)
            return
        yield Arrival(
            source=self.name,
            external_id=_external_id(path, found),
            locator=str(path),
            name=unicodedata.normalize("NFC", path.name),
            size=found.st_size,
            modified_at=_time(found.st_mtime),
        )

    def _problem(self, path: Path, error: OSError) -> None:
        shown = _shown(path)
        self.problems.append(
            Problem(
                stage=Stage.SCAN,
                kind="not readable",
                message=_sentence(Path(shown), error),
                advice="Give the workbench the right to read it, name where it lies as well, or exclude it.",
                locator=shown,
            )
        )


def _external_id(path: Path, found: os.stat_result) -> str:
    key = str(path)
    if len(os.fsencode(key)) > LONGEST_KEY:
        key = f"sha256:{hashlib.sha256(os.fsencode(key)).hexdigest()}"
    return f"{key}|{found.st_size}|{found.st_mtime_ns}"


def _time(seconds: float) -> datetime | None:
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(seconds, UTC)
    return None  # beyond the calendar, as broken clocks and servers leave it


def _mode(root: Path) -> int:
    try:
        return root.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise SourceError(
            f"there is no file or folder {root}; is the share mounted, and is the path written correctly?"
        ) from None
    except OSError as error:
        raise SourceError(_sentence(root, error)) from error


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(_folded(name), _folded(pattern)) for pattern in patterns)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).lower()


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _outermost(roots: Sequence[Path]) -> tuple[Path, ...]:
    places = sorted({_place(Path(root)) for root in roots})
    return tuple(p for p in places if not any(p != other and p.is_relative_to(other) for other in places))


def _place(root: Path) -> Path:
    if not _is_utf8(root.absolute()):
        raise SourceError(f"{_shown(root)} cannot be read: {_NOT_UTF8}")
    # Absolute, not resolved: a share is known by the name it is mounted under. "a/../b" is b, unless a is a link.
    place = Path(os.path.normpath(root.absolute()))
    real = os.path.realpath(root)
    return place if os.path.realpath(place) == real else Path(real)


def _shown(path: Path) -> str:
    return str(path).encode(errors="replace").decode()


def _sentence(path: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{path} cannot be read: {reason[:1].lower()}{reason[1:]}"
