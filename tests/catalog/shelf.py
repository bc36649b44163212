"""Documents put into a catalogue by hand, for tests of what the catalogue does with them."""

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from workbench.catalog import reading, taking
from workbench.catalog.reading import Reading
from workbench.catalog.taking import Taken
from workbench.database import Database, Transaction
from workbench.records import Arrival, Blob, Digest, Extraction, ExtractionState, Metadata


def digest_of(content: str) -> Digest:
    return Digest(hashlib.sha256(content.encode()).hexdigest())


def taken(
    locator: str, content: str, *, version: int = 1, depth: int = 0, parent: str | None = None, source: str = "folder"
) -> Taken:
    """An arrival as a folder or a container would hand it over."""
    digest = digest_of(content)
    return Taken(
        arrival=Arrival(
            source=source,
            external_id=f"{locator}|{version}",
            locator=locator,
            name=PurePosixPath(locator).name,
            size=len(content),
            depth=depth,
            parent=digest_of(parent) if parent is not None else None,
        ),
        blob=Blob(digest=digest, size=len(content), stored_digest=digest),
        media_type="text/plain",
    )


@dataclass
class Shelf:
    """A catalogue, and a run to write under."""

    database: Database
    run: int
    numbers: dict[str, int] = field(default_factory=dict)

    def take(self, *arrivals: Taken) -> None:
        with self.database.transaction(run=self.run) as tx:
            taking.take(tx, run=self.run, wave=0, taken=arrivals)

    def put(
        self,
        name: str,
        text: str,
        *,
        language: str | None = "de",
        title: str | None = None,
        category: str | None = None,
    ) -> int:
        """A document that was read, and its number."""
        one = taken(f"/{name}", text)
        self.take(one)
        extraction = Extraction(
            extractor="plain",
            version="1",
            media_type="text/plain",
            state=ExtractionState.OK,
            text=text,
            metadata=replace(Metadata(), language=language, title=title),
        )
        with self.database.transaction(run=self.run) as tx:
            reading.keep(tx, [Reading(digest=one.blob.digest, options_digest="", extraction=extraction)])
            tx.run("UPDATE documents SET category = %s WHERE digest = %s", [category, one.blob.digest])
            return self.number(tx, text)

    def number(self, tx: Transaction, content: str) -> int:
        return int(tx.value("SELECT id FROM documents WHERE digest = %s", [digest_of(content)]))
