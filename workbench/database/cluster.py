"""One PostgreSQL cluster: made, started, stopped.

Where its files lie is told by `place`, whether its server lives by
`liveness`; what callers need of both is to be had from here. Callers of
`settle`, `initialise`, `start` and `stop` hold the lock.
"""

import logging
import os
import re
import shlex
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

from workbench.database import accounts
from workbench.database.liveness import (
    PORT,
    has_lost_its_socket,
    is_listening,
    postmaster,
    processes,
    socket_folder,
)
from workbench.database.place import Cluster, locate, make_home, settle, write_private
from workbench.errors import DatabaseError

__all__ = [
    "ADMIN",
    "MAJOR",
    "PORT",
    "Cluster",
    "check_version",
    "has_lost_its_socket",
    "initialise",
    "is_listening",
    "locate",
    "make_home",
    "postmaster",
    "settle",
    "socket_folder",
    "start",
    "stop",
    "write_private",
]

log = logging.getLogger(__name__)

MAJOR = "18"
ADMIN = "workbench_admin"

_START_S = 300
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "pglz",
    "jit": "off",
    "idle_in_transaction_session_timeout": "15min",
    "log_min_duration_statement": "2000",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_ADVICE = {
    "No space left on device": "free some space on the disk of {place} and try again",
    "Disk quota exceeded": "free some space in the quota of {place} and try again",
    "Cannot allocate memory": "free some memory, or lower shared_buffers in {place}/data/postgresql.conf",
    "configuration file": "correct {place}/data/postgresql.conf; the log names the line",
    "invalid permissions": "set the permissions of {place}/data to 0700",
    "wrong ownership": "give {place}/data back to the user who made it",
    "could not locate a valid checkpoint record": "restore a backup: the data folder is damaged",
    "pre-existing shared memory block": "end the old server's processes, or restart the machine",
    "could not look up effective user ID": "run as a user that has an entry in /etc/passwd",
}
_FATAL = re.compile(r"^.*?(FATAL|PANIC): +")
# What passes by itself: processes of a killed server that have not gone yet, or a start that is under way.
_PASSING = re.compile(r'pre-existing shared memory block|lock file ".*" already exists')


def initialise(cluster: Cluster, password: str) -> None:
    """Make the data folder if there is none: aside first, so that half a one never stands in its place."""
    _remove_left_overs(cluster)
    if cluster.is_initialised:
        return
    if cluster.data.exists() and any(cluster.data.iterdir()):
        raise DatabaseError(f"{cluster.data} is no data folder of PostgreSQL any more; restore a backup, or remove it")
    scratch = Path(tempfile.mkdtemp(dir=cluster.place, prefix=".init-"))
    try:
        cluster.account.give(scratch)
        write_private(scratch / "password", password, cluster.account)
        # Relative paths: initdb hands its own to a shell, which would read a `$` in them.
        settings = [word for name, value in _SETTINGS.items() for word in ("--set", f"{name}={value}")]
        command: list[str | Path] = [accounts.programs(cluster.account) / "initdb", "-D", f"{scratch.name}/data"]
        command += ["-U", ADMIN, "--pwfile", f"{scratch.name}/password", "--auth", "scram-sha-256", *_locale()]
        command += ["--text-search-config", "simple", "--no-instructions", *settings]
        done = cluster.account.run(command, cwd=cluster.place, timeout_s=_START_S)
        if done.returncode:
            raise _failure(cluster, "make a database in", done.stderr.decode(errors="replace"))
        (scratch / "data").rename(cluster.data)
        _sync_folder(cluster.place)
        log.info("made a database in %s", cluster.place)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _locale() -> list[str]:
    # The full-text parser asks lc_ctype what a letter is: under "C" every dash and quotation mark would be one.
    ctype = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
    builtin = ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    return ["--encoding", "UTF8", "--locale", "C", "--lc-ctype", ctype, *builtin]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_left_overs(cluster: Cluster) -> None:
    """Remove what killed processes left: their folders, and an initdb that outlived its parent."""
    for folder in cluster.place.glob(".init-*"):
        for process in processes(cluster):
            with suppress(psutil.Error):
                if any(folder.name in word for word in [*process.cmdline(), process.cwd()]):
                    process.kill()
        for _ in range(50):  # they may write a last file into it
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break
            time.sleep(0.02)
    for pattern in (".*.password.*", ".cluster.place.*"):
        for file in cluster.home.glob(pattern):
            file.unlink(missing_ok=True)


def check_version(cluster: Cluster) -> None:
    """Refuse the data of another major version of PostgreSQL."""
    found = (cluster.data / "PG_VERSION").read_text().strip()
    if found != MAJOR:
        raise DatabaseError(
            f"{cluster.data} was made by PostgreSQL {found}, and this workbench brings {MAJOR};"
            f" dump it with the workbench that made it, and restore the dump into a new folder"
        )


def start(cluster: Cluster) -> None:
    """Start the server and wait until it accepts connections.

    Raises
    ------
    DatabaseError
        It did not start: with the last fatal line of its log and what to do.
    """
    check_version(cluster)
    folder = _fresh_socket_folder(cluster)
    _rotate_log(cluster)
    command: list[str | Path] = [accounts.programs(cluster.account) / "pg_ctl", "start", "--wait", "--silent"]
    # Relative paths here as well, for pg_ctl's shell.
    command += ["-t", str(_START_S), "-D", "data", "-l", cluster.log.name, "-o", _server_options(folder)]
    message = ""
    for pause_s in (0.2, 0.4, 0.8, 1.6, 3, 5, 5, 5):
        offset = cluster.log.stat().st_size if cluster.log.exists() else 0
        done = cluster.account.run(command, cwd=cluster.place, timeout_s=_START_S + 30)
        if done.returncode == 0:
            log.info("started the database in %s", cluster.place)
            return
        message = _last_fatal(cluster.log, offset) or done.stderr.decode(errors="replace")
        if not _PASSING.search(message):
            break
        _end_orphans(cluster)
        time.sleep(pause_s)
        if is_listening(folder):
            return
    raise _failure(cluster, "start the database in", message)


def _server_options(folder: Path) -> str:
    options = [f"unix_socket_directories={folder}"]
    if _lacks_shared_memory():
        options.append("dynamic_shared_memory_type=mmap")
    return " ".join(f"-c {shlex.quote(option)}" for option in options)


def _lacks_shared_memory() -> bool:
    """A container's /dev/shm of 64 MB is too small for parallel queries."""
    try:
        return sys.platform == "linux" and shutil.disk_usage("/dev/shm").total < 128 * 2**20
    except OSError:
        return True


def _fresh_socket_folder(cluster: Cluster) -> Path:
    """Make the socket's folder, and remove the lock files of a dead server.

    The server would do so itself, but it takes every living process of its
    own user for a postmaster, a zombie too. Without the pid file, the socket
    folder it named (before a move, in a temporary folder that is gone) is
    forgotten as well.
    """
    if postmaster(cluster) is None:
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    folder = socket_folder(cluster)
    accounts.make_private(folder, cluster.account)
    if postmaster(cluster) is None:
        (folder / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
    return folder


def _rotate_log(cluster: Cluster) -> None:
    with suppress(FileNotFoundError):
        if cluster.log.stat().st_size > 10 * 2**20:
            cluster.log.rename(cluster.log.with_suffix(".log.1"))


def _last_fatal(path: Path, offset: int) -> str:
    with suppress(FileNotFoundError), path.open(errors="replace") as file:
        file.seek(offset)
        # "the database system is starting up" is what impatient clients were told.
        fatal = [line for line in file if _FATAL.search(line) and "the database system is" not in line]
        return fatal[-1] if fatal else ""
    return ""


def _failure(cluster: Cluster, what: str, message: str) -> DatabaseError:
    lines = [_FATAL.sub("", line).strip() for line in message.splitlines() if line.strip()]
    known = [line for line in lines if any(words in line for words in _ADVICE)]
    told = (known or lines[-1:] or ["it gives no reason"])[0]
    advice = next((text for words, text in _ADVICE.items() if words in told), f"see {cluster.log}")
    return DatabaseError(f"cannot {what} {cluster.place}: {told}; {advice.format(place=cluster.place)}")


def _end_orphans(cluster: Cluster) -> None:
    """Ask the processes that outlived a killed server to go: one in a long query would not notice by itself."""
    if postmaster(cluster) is not None:
        return
    for process in processes(cluster):
        with suppress(psutil.Error):
            if Path(process.cwd()) == cluster.data:
                log.warning("ending process %d of a server that was killed", process.pid)
                process.terminate()


def stop(cluster: Cluster, *, timeout_s: float = 60) -> bool:
    """End the server, rolling back what is open. False if it was not running."""
    pid = postmaster(cluster)
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)  # "fast": clients are disconnected, a checkpoint is written
    deadline = time.monotonic() + timeout_s
    while postmaster(cluster) == pid:
        if time.monotonic() > deadline:
            raise DatabaseError(f"the database in {cluster.place} (process {pid}) did not end within {timeout_s:.0f} s")
        time.sleep(0.02)
    return True
