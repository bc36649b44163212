"""What a store is: bytes in, digest out; the same bytes are kept once."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from workbench.records import Blob, Digest


class Store(Protocol):
    """Blobs by the digest of their plain content."""

    @property
    def name(self) -> str: ...

    def put(self, stream: BinaryIO) -> Blob:
        """Keep what the stream holds, durably before this returns; bytes already held are not written again.

        An OSError of the stream itself passes through: it is no fault of the store.
        """

    def open(self, digest: Digest) -> BinaryIO:
        """Read a blob; reading to the end raises `BlobAltered` if the bytes do not have this digest."""

    def file(self, digest: Digest) -> AbstractContextManager[Path]:
        """A verified file to read from, for as long as the block runs; never written to."""

    def size(self, digest: Digest) -> int:
        """How many bytes lie in the store, without reading them; raises `BlobMissing`."""

    def digests(self) -> Iterator[Digest]:
        """Every blob held, in order."""

    def stored_at(self, digest: Digest) -> datetime:
        """When a blob was written; raises `BlobMissing`."""

    def remove(self, digest: Digest) -> None:
        """Forget a blob; one that is not there is no error."""
