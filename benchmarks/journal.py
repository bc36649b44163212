"""What the journal costs: the same rows written with its triggers and without.

An ingested catalogue is read back and written again through `catalog.taking`,
`reading` and `deciding`, in batches as the pipeline writes them, into fresh
catalogues by turns. Only the time of these calls counts. What a container
held is not among the rows.
"""

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from psycopg import sql

from benchmarks import documents, homes, server
from benchmarks.rows import Options, Row, compared
from workbench import Workbench
from workbench.catalog import canonical, deciding, reading, taking
from workbench.catalog.deciding import Decided
from workbench.catalog.reading import Reading, Signature
from workbench.catalog.taking import Taken
from workbench.database import Database, Transaction
from workbench.database.embedded import Server
from workbench.pipeline import classifying
from workbench.pipeline import reading as reading_station
from workbench.pipeline import taking as taking_station
from workbench.records import Arrival, Blob, Decision, Evidence, Extraction, ExtractionState, Metadata, Opinion

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Written:
    """Everything that is written again."""

    taken: Sequence[Taken]
    readings: Sequence[Reading]
    decided: Sequence[Decided]


def measure(options: Options) -> Iterator[Row]:
    """Seconds with and without the journal, and how many changes it kept."""
    folder = documents.generated(options.scratch, count=options.count, seed=options.seed)
    with homes.fresh(options.scratch, "journal") as home:
        home.run("ingest", "-q", str(folder))
        with Workbench(settings=home.settings) as wb, wb.database.transaction() as tx:
            written = _read_back(tx)
    seconds: dict[bool, list[float]] = {True: [], False: []}
    with server.running(options.scratch) as running:
        for _ in range(options.repeat):
            for is_journaled in (False, True):
                with server.catalogue(running, "journal") as name:
                    spent, changes = _replay(running, name, written, is_journaled=is_journaled)
                    seconds[is_journaled].append(spent)
    without = Row(what="written without the journal", value=statistics.median(seconds[False]), unit="s")
    with_it = Row(what="written with the journal", value=statistics.median(seconds[True]), unit="s")
    yield without
    yield compared(with_it, without)
    yield Row(
        what="the journal's share", value=100 * (with_it.value / without.value - 1), unit="%", note="wanted: under 25"
    )
    yield Row(what="changes journaled", value=changes, unit="", note=f"{len(written.readings)} documents")


def _replay(running: Server, name: str, written: Written, *, is_journaled: bool) -> tuple[float, int]:
    """Seconds to write everything, and the number of changes."""
    if not is_journaled:
        _switch_off(running, name)
    with Database(running.conninfo(role="service", database=name), actor="benchmarks") as database:
        with database.transaction() as tx:
            run = int(tx.value("INSERT INTO runs (kind, job, actor) VALUES ('ingest', 'again', 'x') RETURNING id"))
        start = time.perf_counter()
        for taken in _batches(written.taken, taking_station.BATCH):
            with database.transaction(run=run) as tx:
                taking.take(tx, run=run, wave=0, taken=taken)
        for readings in _batches(written.readings, reading_station.COMMIT_AFTER):
            with database.transaction(run=run) as tx:
                reading.keep(tx, readings)
        for decided in _batches(written.decided, classifying.BATCH):
            with database.transaction(run=run) as tx:
                deciding.keep(tx, decided)
        seconds = time.perf_counter() - start
        with database.transaction() as tx:
            return seconds, int(tx.value("SELECT count(*) FROM changes"))


def _switch_off(running: Server, name: str) -> None:
    with server.admin(running, name) as connection:
        for relation in canonical.RELATIONS:
            for operation in ("insert", "update", "delete"):
                statement = sql.SQL("ALTER TABLE {} DISABLE TRIGGER {}")
                connection.execute(statement.format(sql.Identifier(relation), sql.Identifier(f"journal_{operation}")))


def _batches(rows: Sequence[T], size: int) -> Iterator[list[T]]:
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch


def _read_back(tx: Transaction) -> Written:
    return Written(
        taken=[_taken(row) for row in tx.dicts(_TAKEN)],
        readings=[_reading(row) for row in tx.dicts(_READ)],
        decided=[_decided(row) for row in tx.dicts(_DECIDED)],
    )


_TAKEN = """
    SELECT a.source, a.external_id, a.locator, a.name, a.size, a.modified_at, b.digest, b.size AS bytes,
           b.stored_digest, d.media_type
      FROM arrivals AS a
      JOIN blobs AS b USING (digest)
      JOIN documents AS d USING (digest)
     WHERE a.depth = 0
     ORDER BY a.id
"""
_READ = """
    SELECT e.digest, e.extractor, e.version, e.options_digest, e.media_type, e.state, e.message, e.page_starts,
           e.from_ocr, e.metadata, e.warnings, e.seconds, t.body, s.method, s.signature,
           ARRAY(SELECT b.hash FROM text_bands AS b WHERE b.text_digest = e.text_digest ORDER BY b.band) AS bands
      FROM extractions AS e
      JOIN arrivals AS a ON a.digest = e.digest AND a.depth = 0
      LEFT JOIN texts AS t ON t.digest = e.text_digest
      LEFT JOIN text_signatures AS s USING (text_digest)
     ORDER BY e.id
"""
_DECIDED = """
    SELECT d.id, d.decision, d.category, d.confidence, d.decided_by, d.reason,
           o.classifier, o.version, o.inputs, o.category AS said, o.confidence AS sure, o.reason AS because,
           o.evidence, o.scores
      FROM documents AS d
      JOIN opinions AS o ON o.document_id = d.id
     ORDER BY o.id
"""


def _taken(row: dict[str, Any]) -> Taken:  # Any: columns of several types, here and below
    blob = Blob(digest=row["digest"], size=row["bytes"], stored_digest=row["stored_digest"])
    arrival = {key: row[key] for key in ("source", "external_id", "locator", "name", "size", "modified_at")}
    return Taken(arrival=Arrival(**arrival), blob=blob, media_type=row["media_type"])


def _reading(row: dict[str, Any]) -> Reading:
    signed = None
    if row["signature"]:
        signed = Signature(method=row["method"], signature=row["signature"], bands=tuple(row["bands"]))
    extraction = Extraction(
        extractor=row["extractor"],
        version=row["version"],
        media_type=row["media_type"],
        state=ExtractionState(row["state"]),
        text=row["body"] or "",
        message=row["message"],
        metadata=_metadata(row["metadata"]),
        page_starts=tuple(row["page_starts"]),
        warnings=tuple(row["warnings"]),
        from_ocr=row["from_ocr"],
        seconds=row["seconds"],
    )
    return Reading(
        digest=row["digest"], options_digest=row["options_digest"], extraction=extraction, text_signature=signed
    )


def _metadata(kept: dict[str, Any]) -> Metadata:
    times: dict[str, Any] = {
        key: datetime.fromisoformat(kept[key]) for key in ("created_at", "modified_at") if key in kept
    }
    return Metadata(**{**kept, **times, "recipients": tuple(kept.get("recipients", ()))})


def _decided(row: dict[str, Any]) -> Decided:
    opinion = Opinion(
        classifier=row["classifier"],
        version=row["version"],
        inputs=row["inputs"],
        category=row["said"],
        confidence=row["sure"],
        reason=row["because"],
        evidence=tuple(Evidence(**item) for item in row["evidence"]),
        scores=row["scores"],
    )
    return Decided(
        document_id=row["id"],
        opinions=(opinion,),
        decision=Decision(row["decision"]),
        category=row["category"],
        confidence=row["confidence"] or 0.0,
        decided_by=row["decided_by"],
        reason=row["reason"],
    )
