"""Blobs in a local folder: the contract, and what only files can get wrong."""

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sources.nobody import as_nobody
from tests.store.contract import TEXT, Endless, StoreContract, digest_of, put
from workbench.errors import BlobMissing, StoreError
from workbench.records import Digest
from workbench.store import LocalStore, Store, local

# Begins to store what it is sent, and says so.
WRITER = """
import sys
from pathlib import Path
from workbench.store import LocalStore

class Told:
    def read(self, size):
        print("writing", flush=True)
        return sys.stdin.buffer.readline()

print(LocalStore(Path(sys.argv[1])).put(Told()).digest, flush=True)
"""

# Reads a blob and tells what is wrong with it.
READER = """
from workbench.errors import StoreError
from workbench.records import Digest
from workbench.store import LocalStore

def work(folder, digest):
    try:
        LocalStore(Path(folder)).open(Digest(digest))
    except StoreError as error:
        print(type(error).__name__, error)
"""


def place_of(store: Store, digest: Digest) -> Path:
    assert isinstance(store, LocalStore)
    return store.folder / digest[:2] / digest[2:4] / digest


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "objects")


@pytest.fixture
def writer(store: LocalStore) -> Iterator["subprocess.Popen[str]"]:
    """Another process in the middle of storing something."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        assert process.stdout.readline() == "writing\n"
        yield process
        process.kill()


class TestLocalStore(StoreContract):
    def damage(self, store: Store, digest: Digest) -> None:
        place = place_of(store, digest)
        content = bytearray(place.read_bytes())
        content[len(content) // 2] ^= 1
        place.chmod(0o600)
        place.write_bytes(content)

    def leftovers(self, store: Store) -> int:
        assert isinstance(store, LocalStore)
        return len(list((store.folder / "incoming").iterdir()))


def test_a_truncated_blob_is_noticed(store: LocalStore) -> None:
    digest = put(store, TEXT)
    place = place_of(store, digest)
    place.chmod(0o600)
    os.truncate(place, 10)
    with pytest.raises(StoreError, match="does not have its digest"), store.open(digest) as stream:
        stream.read()


def test_blobs_lie_two_folders_deep_under_their_digest(store: LocalStore) -> None:
    digest = put(store, TEXT)
    assert (store.folder / digest[:2] / digest[2:4] / digest).read_bytes() == TEXT


def test_nobody_else_may_look_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = LocalStore(tmp_path / "objects")
        place = place_of(store, put(store, TEXT))
    finally:
        os.umask(before)
    assert mode_of(place) == 0o400
    assert {mode_of(folder) for folder in (place.parent, place.parent.parent, store.folder / "incoming")} == {0o700}
    assert mode_of(store.folder) == 0o700


def test_what_is_being_written_is_private_too(store: LocalStore, writer: "subprocess.Popen[str]") -> None:
    (half,) = (store.folder / "incoming").iterdir()
    assert mode_of(half) == 0o600


def test_what_a_killed_writer_left_is_swept_by_the_next(store: LocalStore, writer: "subprocess.Popen[str]") -> None:
    assert len(list((store.folder / "incoming").iterdir())) == 1
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    again = LocalStore(store.folder)
    assert list((store.folder / "incoming").iterdir()) == []
    assert list(again.digests()) == []


def test_what_a_living_writer_is_writing_is_left_alone(store: LocalStore, writer: "subprocess.Popen[str]") -> None:
    LocalStore(store.folder)
    assert len(list((store.folder / "incoming").iterdir())) == 1
    out, _ = writer.communicate("Rechnung\n", timeout=30)
    assert writer.returncode == 0
    assert out.split()[-1] == digest_of(b"Rechnung\n")
    assert list(store.digests()) == [digest_of(b"Rechnung\n")]


def test_a_sweep_between_making_a_file_and_locking_it_loses_nothing(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tempfile.NamedTemporaryFile
    swept = []

    def slow(*args: object, **options: object) -> object:
        file = made(*args, **options)  # type: ignore[call-overload]
        if not swept:
            swept.append(LocalStore(store.folder))  # another process starts just now
        return file

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", slow)
    assert put(store, TEXT) == digest_of(TEXT)
    with store.open(digest_of(TEXT)) as stream:
        assert stream.read() == TEXT


def test_processes_that_start_all_the_time_do_not_disturb_writers(store: LocalStore) -> None:
    stop = threading.Event()

    def start_again_and_again() -> None:
        while not stop.is_set():
            LocalStore(store.folder)

    sweeper = threading.Thread(target=start_again_and_again)
    sweeper.start()
    try:
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(lambda number: put(store, b"%d" % number), range(300)))
    finally:
        stop.set()
        sweeper.join()
    assert sorted(found) == list(store.digests())


def test_a_full_disk_is_told_with_what_to_do(tmp_path: Path) -> None:
    with _small_disk(tmp_path) as folder:
        store = LocalStore(folder)
        kept = put(store, TEXT)
        with pytest.raises(StoreError, match=r"the disk below .* is full; free some space and start again"):
            store.put(Endless(64 * 1024 * 1024))  # type: ignore[arg-type]
        assert list((folder / "incoming").iterdir()) == []
        assert list(store.digests()) == [kept]
        assert put(store, b"there is room again") in set(store.digests())


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"folder .*file/objects cannot be used: (file exists|not a directory)"):
        LocalStore(tmp_path / "file" / "objects")


def test_a_blob_that_may_not_be_read_is_told_and_is_not_missing(open_to_all: Path) -> None:
    store = LocalStore(open_to_all / "objects")
    digest = put(store, TEXT)
    place_of(store, digest).chmod(0)
    for folder in (store.folder, *(path for path in store.folder.rglob("*") if path.is_dir())):
        folder.chmod(0o777)
    told = as_nobody(READER, store.folder, digest)
    assert told.startswith("StoreError blob 785b")
    assert "cannot be read: permission denied" in told


def test_what_is_no_digest_names_no_file_outside(store: LocalStore, tmp_path: Path) -> None:
    outside = tmp_path / "secret"
    outside.write_text("secret")
    for strange in ("", "..", "../secret", str(outside), "ab" * 31 + "zz"):
        with pytest.raises(BlobMissing):
            store.open(Digest(strange))
        store.remove(Digest(strange))
    assert outside.exists()


def test_strangers_in_the_folder_are_no_blobs(store: LocalStore) -> None:
    digest = put(store, TEXT)
    (place_of(store, digest).parent / "README").touch()
    (store.folder / ".DS_Store").touch()
    (store.folder / "lost+found").mkdir()
    assert list(store.digests()) == [digest]


def test_a_lock_of_a_living_writer_holds_for_threads_of_one_process(store: LocalStore) -> None:
    with tempfile.NamedTemporaryFile(dir=store.folder / "incoming") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        LocalStore(store.folder)
        assert Path(file.name).exists()


def test_free_space_is_what_the_disk_says(store: LocalStore) -> None:
    found = os.statvfs(store.folder)
    assert abs(store.free_bytes() - found.f_bavail * found.f_frsize) < 1 << 30


@contextmanager
def _small_disk(parent: Path) -> Iterator[Path]:
    """A file system of 4 MB where root may mount one; elsewhere a disk that is full for what never ends."""
    folder = parent / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0:
        try:
            yield folder
        finally:
            subprocess.run(["umount", str(folder)], check=True)
        return
    copied = local._copy

    def full(stream: object, file: object) -> object:
        if isinstance(stream, Endless):
            raise OSError(errno.ENOSPC, "No space left on device")
        return copied(stream, file)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "_copy", full)
        yield folder
