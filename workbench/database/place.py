"""Where a cluster's files lie: found, or chosen and made.

A cluster has a home, given by the caller (password files, the lock), and a
place, private to the account that runs it::

    place/data           the data folder
    place/socket         the socket, unless its path would be too long
    place/postgres.log

The place is `home/cluster`. Where the account cannot reach that (root's own
folders), it is a folder below `accounts.SHARED` that `home/cluster.place`
names. Callers of `settle` hold the lock. Nothing here starts a process.
"""

import hashlib
import logging
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from workbench.database import accounts
from workbench.database.accounts import Account
from workbench.errors import DatabaseError

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Cluster:
    home: Path
    place: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.place / "data"

    @property
    def log(self) -> Path:
        return self.place / "postgres.log"

    @property
    def is_initialised(self) -> bool:
        return (self.data / "PG_VERSION").exists()


def locate(home: Path) -> Cluster | None:
    """Find a cluster that was made before; never makes one."""
    place = home / "cluster"
    pointer = home / "cluster.place"
    with suppress(FileNotFoundError):
        place = _pointed_at(pointer)
        if not place.exists():
            raise DatabaseError(
                f"the catalogue of {home} was kept in {place}, which is gone;"
                f" restore a backup, or remove {pointer} to begin anew"
            )
    with suppress(FileNotFoundError):
        owner = place.stat()
        return Cluster(home=home, place=place, account=Account(uid=owner.st_uid, gid=owner.st_gid))
    return None


def _pointed_at(pointer: Path) -> Path:
    name = pointer.read_text().strip()
    if pointer.lstat().st_uid not in {0, os.geteuid()} or not re.fullmatch(r"[0-9a-f]+-[0-9a-f]+", name):
        raise DatabaseError(f"{pointer} was not written by the workbench; look at who made it and remove it")
    return accounts.SHARED / name


def make_home(home: Path) -> None:
    """Make the caller's folder. Parents that root makes can be traversed, or the server could not reach its data."""
    missing = [folder for folder in home.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
    home.mkdir(mode=0o700, exist_ok=True)


def settle(home: Path) -> Cluster:
    """Find the cluster, or choose and make the place of a new one."""
    known = locate(home)
    if known:
        return known
    account = accounts.server_account(home)
    if not account.reaches(home) and account.reaches(home.parent) and _is_unused(home):
        account.give(home)
    if account.reaches(home):
        accounts.make_private(home / "cluster", account)
        return Cluster(home=home, place=home / "cluster", account=account)
    name = f"{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}-{secrets.token_hex(4)}"
    place = accounts.shared_folder() / name
    accounts.make_private(place, account)
    # Last: a pointer without its place means that a catalogue was lost.
    write_private(home / "cluster.place", name, accounts.caller())
    log.info("the catalogue of %s is kept in %s, as user '%s' cannot enter the former", home, place, account.name)
    return Cluster(home=home, place=place, account=account)


def _is_unused(home: Path) -> bool:
    return {path.name for path in home.iterdir()} <= {".lock"}


def write_private(path: Path, text: str, owner: Account) -> None:
    """Write a file that only `owner` reads; it is there completely or not at all."""
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            owner.give(file.fileno())
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        scratch.rename(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
