"""A store to rehearse on keeps every promise of a store, and leaves the one beneath as it is."""

import io
from pathlib import Path

import pytest

from tests.store.contract import TEXT, StoreContract, digest_of, put
from workbench.errors import BlobMissing, StoreError
from workbench.records import Digest
from workbench.store import LocalStore, OverlayStore, Store


def looked_at(folder: Path) -> list[tuple[str, int, int]]:
    """Everything below a folder, with sizes and times."""
    return [(str(p), p.lstat().st_size, p.lstat().st_mtime_ns) for p in sorted(folder.rglob("*"))]


@pytest.fixture
def real(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "real")


@pytest.fixture
def store(real: LocalStore, tmp_path: Path) -> OverlayStore:
    return OverlayStore(LocalStore(real.folder, read_only=True), tmp_path / "above")


class TestOverlayStore(StoreContract):
    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.above = tmp_path / "above"

    def damage(self, store: Store, digest: Digest) -> None:
        with store.file(digest) as path:
            path.chmod(0o600)
            content = bytearray(path.read_bytes())
            content[0] ^= 1
            path.write_bytes(content)

    def leftovers(self, store: Store) -> int:
        return len(list((self.above / "incoming").iterdir()))


def test_what_lies_beneath_is_read(real: LocalStore, store: OverlayStore) -> None:
    digest = put(real, TEXT)
    with store.open(digest) as stream:
        assert stream.read() == TEXT
    with store.file(digest) as path:
        assert path.is_relative_to(real.folder)
    assert store.stored_at(digest) == real.stored_at(digest)


def test_nothing_that_is_done_reaches_what_lies_beneath(real: LocalStore, store: OverlayStore) -> None:
    kept, removed = put(real, b"kept"), put(real, b"removed")
    before = looked_at(real.folder)
    new = put(store, b"new")
    put(store, b"kept")
    store.remove(removed)
    assert list(store.digests()) == sorted([kept, new])
    with pytest.raises(BlobMissing):
        store.open(removed)
    assert looked_at(real.folder) == before


def test_what_was_removed_can_be_put_again(real: LocalStore, store: OverlayStore) -> None:
    digest = put(real, TEXT)
    store.remove(digest)
    assert store.put(io.BytesIO(TEXT)).digest == digest
    assert list(store.digests()) == [digest_of(TEXT)]


def test_a_store_opened_for_reading_makes_nothing_and_refuses_to_write(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "absent", read_only=True)
    assert list(store.digests()) == []
    for write in (lambda: put(store, TEXT), lambda: store.remove(digest_of(TEXT))):
        with pytest.raises(StoreError, match="for reading alone"):
            write()
    assert list(tmp_path.iterdir()) == []
