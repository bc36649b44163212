"""What a source is. Others come by the entry point group ``workbench.sources``."""

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from workbench.records import Arrival, Effect


class Source(Protocol):
    """Hands over arrivals; acknowledges them only after the commit, by effects.

    `arrivals` may be called again after a crash and then hands over the same
    ones; `perform` and `undo` are idempotent.
    """

    @property
    def name(self) -> str: ...

    def arrivals(self) -> Iterator[Arrival]:
        """Everything there is now, known or not; raises `SourceError` when the source cannot be read."""

    @property
    def places(self) -> tuple[str, ...]:
        """Below these, `arrivals` hands over all there is: what was there and is not handed over may be gone."""

    def is_gone(self, locator: str) -> bool:
        """Whether something that was not handed over is really not there any more."""

    def is_unchanged(self, arrival: Arrival) -> bool:
        """Whether it is still what was seen; a file that grows is taken the next time."""

    def check(self) -> None:
        """Raise `SourceError` when the source as a whole is out of reach, so that this is not laid to each arrival."""

    def open(self, arrival: Arrival) -> BinaryIO:
        """The bytes; raises `SourceError` when they are gone or changed since."""

    def plan(self, arrival: Arrival) -> Effect | None:
        """What acknowledging this arrival would do outside; pure."""

    def perform(self, effect: Effect) -> str:
        """Do what was planned, once; returns a remark where something is worth noting, else ""."""

    def undo(self, effect: Effect) -> str:
        """Take it back, once; returns as `perform` does."""
