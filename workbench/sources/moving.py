"""Files that were taken are moved out of an inbox, and back again when that is taken back.

An effect says all that is needed: from where, to where, and how the file is
known. Moving may be cut short at any moment and done again. Nothing is ever
overwritten: where another file has the name, the moved one gets a name of its
own, always the same one. A file that somebody edited since it was taken is left
where it is, and so is a symbolic link; what that leads to is moved by itself.
"""

import errno
import filecmp
import hashlib
import os
import shutil
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import SourceError
from workbench.records import Arrival, Effect

MOVE = "move"

# File systems of removable disks keep times to two seconds.
COARSEST_TIME_NS = 2_000_000_000
_LONGEST_NAME = 255
# What a file system answers that knows no hard links, or has enough of them.
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES}


@dataclass(frozen=True, kw_only=True)
class _Move:
    """A file on its way: where it lay, where it goes, and how it is known.

    Parameters
    ----------
    root, base : the folders that must be there, or a share has dropped its mount
    """

    key: str
    source: Path
    place: Path
    root: Path
    base: Path
    size: int
    mtime_ns: int

    @property
    def places(self) -> tuple[Path, Path]:
        """Where it goes, and where it goes when another file lies there."""
        return self.place, _other_name(self.place, self.key)

    def is_at(self, path: Path) -> bool:
        """Does this very file lie there, unchanged?"""
        try:
            found = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        is_same = found.st_size == self.size and abs(found.st_mtime_ns - self.mtime_ns) <= COARSEST_TIME_NS
        return stat.S_ISREG(found.st_mode) and is_same


def check(move_to: Path, *, roots: Sequence[Path], without: Sequence[Path]) -> None:
    """Raise `SourceError` for a folder that files cannot be moved to."""
    if not move_to.is_dir():
        raise SourceError(f"there is no folder {move_to} to move files to; make it first (is the share mounted?)")
    real = Path(os.path.realpath(move_to))
    if any(real.is_relative_to(own) for own in without):
        raise SourceError(f"{move_to} belongs to the workbench itself; name another folder to move files to")
    for root in roots:
        inbox = Path(os.path.realpath(root))
        if real.is_relative_to(inbox) or inbox.is_relative_to(real):
            # Excluded from this scan, it would be taken again by the next ingest without the option.
            raise SourceError(
                f"{move_to} and {root} lie one inside the other; name a folder beside it, so that what was moved "
                "is not taken again"
            )


def plan(arrival: Arrival, *, roots: Sequence[Path], move_to: Path) -> Effect:
    """Say what moving a file would do; looks at nothing."""
    source = Path(arrival.locator)
    root = next(root for root in roots if source.is_relative_to(root))
    inside = source.relative_to(root) if source != root else Path(source.name)
    _, size, mtime_ns = arrival.external_id.rsplit("|", 2)
    place = {"from": str(source), "to": str(move_to / inside)}
    folders = {"root": str(root if source != root else root.parent), "base": str(move_to)}
    known_by = {"size": int(size), "mtime_ns": int(mtime_ns)}
    return Effect(
        run_id=0,
        target=arrival.source,
        operation=MOVE,
        key=arrival.external_id,
        payload={**place, **folders, **known_by},
        inverse={"from": place["to"], "to": place["from"]},
    )


def perform(effect: Effect) -> str:
    """Move a file out of the inbox."""
    move = _move(effect)
    try:
        if move.source.is_symlink():
            return f"{move.source} is a link and stays; what it leads to is moved by itself"
        if not move.source.exists():
            return _is_there_already(move)
        if not move.is_at(move.source):
            return f"{move.source} was edited since it was taken, and stays"
        place = _free_place(move)
        _carry(move, move.source, place, folder=move.base)
    except OSError as error:
        raise SourceError(_sentence(move.source, error)) from error
    return "" if place == move.place else f"{place} is its name, as another file lies at {move.place}"


def undo(effect: Effect) -> str:
    """Move a file back to where it lay."""
    move = _move(effect)
    try:
        held = [place for place in move.places if move.is_at(place)]
        if move.is_at(move.source):
            # A copy that a killed process left beside it is the same file.
            for place in held:
                if _is_same(place, move.source):
                    place.unlink()
            return ""
        if not held:
            return _nothing_to_undo(move)
        if os.path.lexists(move.source):
            raise SourceError(f"{held[0]} cannot be moved back: another file lies at {move.source}; move that away")
        _carry(move, held[0], move.source, folder=move.root)
    except OSError as error:
        raise SourceError(_sentence(move.place, error)) from error
    return ""


def _move(effect: Effect) -> _Move:
    if effect.operation != MOVE:
        raise SourceError(f"a folder only moves files; '{effect.operation}' is not its own")
    p = effect.payload
    return _Move(
        key=effect.key,
        source=Path(p["from"]),
        place=Path(p["to"]),
        root=Path(p["root"]),
        base=Path(p["base"]),
        size=p["size"],
        mtime_ns=p["mtime_ns"],
    )


def _is_there_already(move: _Move) -> str:
    if any(move.is_at(place) for place in move.places):
        return ""
    if not move.root.is_dir() or not move.base.is_dir():
        raise SourceError(f"{move.source} cannot be moved: {_missing(move)} is not there; is the share mounted?")
    return f"{move.source} was gone already"


def _nothing_to_undo(move: _Move) -> str:
    if os.path.lexists(move.source):
        return f"{move.source} was edited since it was taken, and had stayed"
    if not move.root.is_dir() or not move.base.is_dir():
        raise SourceError(f"{move.source} cannot be moved back: {_missing(move)} is not there; is the share mounted?")
    raise SourceError(
        f"{move.place.name} is neither at {move.place} nor at {move.source}; if you know where it is, move it back "
        "yourself, its bytes are in the store as well"
    )


def _missing(move: _Move) -> Path:
    return move.base if move.root.is_dir() else move.root


def _free_place(move: _Move) -> Path:
    for place in move.places:
        if not os.path.lexists(place):
            return place
        if move.is_at(place) and _is_same(move.source, place):
            return place  # a killed process had it copied, or somebody put the same file there
    raise SourceError(f"{move.source} cannot be moved: other files lie at {' and '.join(map(str, move.places))}")


def _carry(move: _Move, start: Path, end: Path, *, folder: Path) -> None:
    if not folder.is_dir():
        raise SourceError(f"{start} cannot be moved: {folder} is not there; is the share mounted?")
    end.parent.mkdir(parents=True, exist_ok=True)
    if not os.path.lexists(end):
        _give_name(move, start, end)
    _drop_copy(start, of=end)


def _give_name(move: _Move, start: Path, end: Path) -> None:
    try:
        os.link(start, end, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno == errno.EXDEV:
            _copy(move, start, end)
        elif error.errno in _NO_LINKS:
            _rename(start, end)
        else:
            raise


def _copy(move: _Move, start: Path, end: Path) -> None:
    """Bring a file to another file system: whole and on the disk before it has its name."""
    part = end.with_name(f".{_tag(move.key, 16)}.part")
    try:
        with start.open("rb") as source, part.open("wb") as target:
            shutil.copyfileobj(source, target, 1024 * 1024)
            target.flush()
            os.fsync(target.fileno())
        with suppress(PermissionError):  # the bytes and the time matter; a share may keep rights of its own
            shutil.copymode(start, part)
        if not move.is_at(start):
            raise SourceError(f"{start} was changed while it was moved, and stays")
        os.utime(part, ns=(move.mtime_ns, move.mtime_ns))
        try:
            os.link(part, end)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            _rename(part, end)
        _sync(end.parent)
    finally:
        part.unlink(missing_ok=True)


def _rename(start: Path, end: Path) -> None:
    if os.path.lexists(end):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(end))
    start.rename(end)


def _drop_copy(copy: Path, *, of: Path) -> None:
    """Remove one of two names of a file, or of two equal ones."""
    if not os.path.lexists(copy):
        return
    if not _is_same(copy, of):
        raise SourceError(f"{copy} was changed while it was moved; it stays, and {of} is a copy of what was taken")
    copy.unlink()


def _is_same(a: Path, b: Path) -> bool:
    return a.samefile(b) or filecmp.cmp(a, b, shallow=False)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Some network file systems cannot, and need not.
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _other_name(place: Path, key: str) -> Path:
    ending = f" ({_tag(key, 8)}){place.suffix}"
    stem = place.stem
    while len((stem + ending).encode()) > _LONGEST_NAME and stem:
        stem = stem[:-1]
    return place.with_name(stem + ending)


def _tag(key: str, length: int) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:length]


def _sentence(path: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{path} cannot be moved: {reason[:1].lower()}{reason[1:]}"
