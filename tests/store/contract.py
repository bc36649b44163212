"""What every store promises, whatever it keeps blobs in.

A store joins by a class of its own that gives the fixture `store` and says how
its bytes are damaged behind its back::

    class TestMinioStore(StoreContract):
        @pytest.fixture
        def store(self, bucket): ...
"""

import hashlib
import io
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import repeat

import pytest

from workbench.errors import BlobAltered, BlobMissing
from workbench.records import Digest
from workbench.store import Store

TEXT = "Größe: Ärger über Übermaß\n".encode() * 100
ABSENT = Digest("0" * 64)


class Endless(io.RawIOBase):
    """So many bytes, made as they are read."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        count = min(self.left, 65536 if size < 0 else size)
        self.left -= count
        return bytes(count)


class Failing(io.BytesIO):
    """A share that drops its mount in the middle of a file."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().read(1)


def digest_of(content: bytes) -> Digest:
    return Digest(hashlib.sha256(content).hexdigest())


def put(store: Store, content: bytes) -> Digest:
    return store.put(io.BytesIO(content)).digest


class StoreContract:
    """Tests that a store passes or is none."""

    def damage(self, store: Store, digest: Digest) -> None:
        """Flip a bit of a blob where it lies."""
        raise NotImplementedError

    def leftovers(self, store: Store) -> int:
        """How much lies about that is no blob."""
        raise NotImplementedError

    def test_what_is_put_comes_back(self, store: Store) -> None:
        blob = store.put(io.BytesIO(TEXT))
        assert (blob.digest, blob.size, blob.stored_digest, blob.key_id) == (
            digest_of(TEXT),
            len(TEXT),
            digest_of(TEXT),
            None,
        )
        with store.open(blob.digest) as stream:
            assert stream.read() == TEXT

    def test_a_blob_can_be_read_piece_by_piece(self, store: Store) -> None:
        digest = put(store, TEXT)
        with store.open(digest) as stream:
            pieces = list(iter(lambda: stream.read(7), b""))
        assert b"".join(pieces) == TEXT

    def test_a_blob_can_be_handed_out_as_a_file(self, store: Store) -> None:
        digest = put(store, TEXT)
        with store.file(digest) as path:
            assert path.read_bytes() == TEXT

    def test_the_size_is_known_without_reading(self, store: Store) -> None:
        assert (store.size(put(store, TEXT)), store.size(put(store, b""))) == (len(TEXT), 0)
        with pytest.raises(BlobMissing):
            store.size(ABSENT)

    def test_an_empty_blob_is_a_blob(self, store: Store) -> None:
        blob = store.put(io.BytesIO(b""))
        assert (blob.digest, blob.size) == (digest_of(b""), 0)
        with store.open(blob.digest) as stream:
            assert stream.read() == b""
        with store.file(blob.digest) as path:
            assert path.read_bytes() == b""

    def test_the_same_bytes_are_kept_once(self, store: Store) -> None:
        assert put(store, TEXT) == put(store, TEXT)
        assert list(store.digests()) == [digest_of(TEXT)]

    def test_all_digests_are_listed_in_order(self, store: Store) -> None:
        given = {put(store, bytes([number])) for number in range(64)}
        assert list(store.digests()) == sorted(given)

    def test_a_new_store_holds_nothing(self, store: Store) -> None:
        assert list(store.digests()) == []

    def test_a_missing_blob_is_named_with_what_to_do(self, store: Store) -> None:
        with pytest.raises(BlobMissing, match=r"0000.* is not in the store; restore it"):
            store.open(ABSENT)
        with pytest.raises(BlobMissing), store.file(ABSENT):
            pass

    def test_when_a_blob_was_stored_is_known_and_meeting_it_again_changes_nothing(self, store: Store) -> None:
        stored_at = store.stored_at(put(store, TEXT))
        assert abs(datetime.now(UTC) - stored_at) < timedelta(minutes=1)
        assert store.stored_at(put(store, TEXT)) == stored_at
        with pytest.raises(BlobMissing):
            store.stored_at(ABSENT)

    def test_a_removed_blob_is_gone_and_can_be_put_again(self, store: Store) -> None:
        digest = put(store, TEXT)
        store.remove(digest)
        assert list(store.digests()) == []
        with pytest.raises(BlobMissing):
            store.open(digest)
        assert put(store, TEXT) == digest

    def test_removing_what_is_not_there_is_no_error(self, store: Store) -> None:
        kept = put(store, TEXT)
        store.remove(ABSENT)
        assert list(store.digests()) == [kept]

    def test_a_flipped_bit_is_noticed_when_the_blob_is_read(self, store: Store) -> None:
        digest = put(store, TEXT)
        self.damage(store, digest)
        with pytest.raises(BlobAltered, match="does not have its digest any more; restore it"), store.open(digest) as s:
            s.read()
        with pytest.raises(BlobAltered), store.file(digest):
            pytest.fail("an altered file was handed out")

    def test_a_flipped_bit_is_noticed_at_the_end_of_reading_in_pieces(self, store: Store) -> None:
        digest = put(store, TEXT)
        self.damage(store, digest)
        with pytest.raises(BlobAltered), store.open(digest) as stream:
            list(iter(lambda: stream.read(100), b""))

    def test_putting_does_not_overwrite_what_is_there(self, store: Store) -> None:
        digest = put(store, TEXT)
        self.damage(store, digest)
        put(store, TEXT)
        with pytest.raises(BlobAltered), store.open(digest) as stream:
            stream.read()

    def test_a_large_stream_goes_through_in_little_memory(self, store: Store) -> None:
        size = 64 * 1024 * 1024
        tracemalloc.start()
        try:
            blob = store.put(Endless(size))  # type: ignore[arg-type]
            with store.open(blob.digest) as stream:
                count = sum(len(chunk) for chunk in iter(lambda: stream.read(1 << 20), b""))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert count == blob.size == size
        assert peak < 8 * 1024 * 1024

    def test_many_threads_may_put_equal_content_at_once(self, store: Store) -> None:
        with ThreadPoolExecutor(16) as threads:
            found = set(threads.map(put, repeat(store, 64), repeat(TEXT)))
        assert found == {digest_of(TEXT)}
        assert list(store.digests()) == [digest_of(TEXT)]
        with store.open(digest_of(TEXT)) as stream:
            assert stream.read() == TEXT

    def test_many_threads_may_put_different_content_at_once(self, store: Store) -> None:
        contents = [str(number).encode() * 5000 for number in range(200)]
        with ThreadPoolExecutor(16) as threads:
            found = list(threads.map(lambda content: put(store, content), contents))
        assert found == [digest_of(content) for content in contents]
        assert list(store.digests()) == sorted(found)

    def test_a_source_that_fails_is_not_taken_for_a_store_that_fails(self, store: Store) -> None:
        # The share dropped: that is a Problem with one file, not the end of the run.
        with pytest.raises(OSError, match="Input/output error"):
            store.put(Failing(TEXT))
        assert list(store.digests()) == []
        assert self.leftovers(store) == 0
