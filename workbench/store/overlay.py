"""A store to rehearse on: what is put lies in a folder of its own, all else is read from the real one.

The real store is never written to; what is removed from it is only not seen
here any more.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from heapq import merge
from pathlib import Path
from typing import BinaryIO

from workbench.records import Blob, Digest
from workbench.store.local import LocalStore
from workbench.store.protocol import Store


class OverlayStore:
    """One store laid over another.

    Parameters
    ----------
    beneath : the real one
    folder : for what is put; whoever made it removes it
    """

    def __init__(self, beneath: Store, folder: Path) -> None:
        self.name = beneath.name
        self._beneath = beneath
        self._above = LocalStore(folder)
        # What is read from above: also what was removed, which is not there.
        self._above_all: set[Digest] = set()

    def put(self, stream: BinaryIO) -> Blob:
        blob = self._above.put(stream)
        self._above_all.add(blob.digest)
        return blob

    def open(self, digest: Digest) -> BinaryIO:
        return self._holding(digest).open(digest)

    def file(self, digest: Digest) -> AbstractContextManager[Path]:
        return self._holding(digest).file(digest)

    def size(self, digest: Digest) -> int:
        return self._holding(digest).size(digest)

    def digests(self) -> Iterator[Digest]:
        beneath = (digest for digest in self._beneath.digests() if digest not in self._above_all)
        return merge(self._above.digests(), beneath)

    def stored_at(self, digest: Digest) -> datetime:
        return self._holding(digest).stored_at(digest)

    def remove(self, digest: Digest) -> None:
        self._above.remove(digest)
        self._above_all.add(digest)

    def free_bytes(self) -> int:
        """What the disk still takes."""
        return self._above.free_bytes()

    def _holding(self, digest: Digest) -> Store:
        return self._above if digest in self._above_all else self._beneath
