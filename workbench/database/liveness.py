"""Does a cluster's server live, and where does it listen?

Answered from the server's own pid file, the processes of its account and its
socket; `place` says where the files lie. Nothing here changes anything, and
no lock is needed.
"""

import hashlib
import os
import re
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from workbench.database.place import Cluster

PORT = 5432

# A socket's address holds 107 bytes, of which "/.s.PGSQL.5432.lock" takes 19.
_SOCKET_PATH_BYTES = 85


def postmaster(cluster: Cluster) -> int | None:
    """The process id of the living server, whether it answers or not."""
    lines = _pid_file(cluster)
    try:
        process = psutil.Process(int(lines[0]))
        is_ours = process.uids().effective == cluster.account.uid and process.name().startswith("postgres")
        if not is_ours or process.status() == psutil.STATUS_ZOMBIE:
            return None
        with suppress(psutil.AccessDenied):  # root without CAP_SYS_PTRACE, as in a container
            if Path(process.cwd()) != cluster.data:
                return None
        return int(process.pid)
    except (IndexError, ValueError, psutil.Error):
        return None


def _pid_file(cluster: Cluster) -> list[str]:
    """Process id, data folder, start time, port, socket folder, …; short while the server starts."""
    try:
        return (cluster.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def socket_folder(cluster: Cluster) -> Path:
    """Where the running server has its socket, or where the next one will have it.

    A running one says it itself: the temporary folder, for one, depends on
    the environment of the process that started it.
    """
    lines = _pid_file(cluster)
    if len(lines) > 4 and lines[4]:
        return Path(lines[4])
    folder = cluster.place / "socket"
    if _suits_a_socket(folder):
        return folder
    name = f"workbench-{cluster.account.uid}-{hashlib.sha256(os.fsencode(cluster.place)).hexdigest()[:8]}"
    temporary = Path(tempfile.gettempdir()).resolve() / name
    return temporary if _suits_a_socket(temporary) else Path("/tmp") / name


def _suits_a_socket(folder: Path) -> bool:
    # libpq and the server both split their lists of folders at commas.
    return len(os.fsencode(folder)) <= _SOCKET_PATH_BYTES and re.search(r"[,\"'\\@\x00-\x1f]", str(folder)) is None


def is_listening(folder: Path) -> bool:
    """Does a server accept connections on the socket in `folder`?"""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(folder / f".s.PGSQL.{PORT}"))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True


def has_lost_its_socket(cluster: Cluster) -> bool:
    """Was the socket of the living server removed, or its folder moved? It is named only once it exists."""
    lines = _pid_file(cluster)
    return len(lines) > 4 and lines[4] != "" and not (Path(lines[4]) / f".s.PGSQL.{PORT}").exists()


def processes(cluster: Cluster) -> Iterator[psutil.Process]:
    """All processes of PostgreSQL that run as the cluster's account, whichever data folder they work on."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.uids().effective == cluster.account.uid and process.name() in {"postgres", "initdb"}:
                yield process
