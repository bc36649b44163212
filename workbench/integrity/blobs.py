"""Do catalogue and store name the same bytes, and are they still what they were?

Everything goes by pages: what the catalogue names is looked for in the store,
what the store holds is looked for in the catalogue. What seems wrong is asked
for once more in a transaction of its own, since runs may be at work.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from threading import Event

from workbench.database import Database, Queries
from workbench.errors import BlobAltered, BlobMissing, StoreError
from workbench.integrity import advice
from workbench.integrity.findings import Finding, FindingKind, Findings
from workbench.journal import store_target
from workbench.progress import Progress
from workbench.records import Digest
from workbench.store import Store

SQL = Queries("integrity")

PAGE = 1000
# Reading waits for the disk, and hashing leaves the interpreter alone.
THREADS = 4
CHUNK = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Named:
    """A blob that the catalogue or the journal names.

    Parameters
    ----------
    place : where the next page goes on
    size : None where what lies in the store has another size than its content
    is_recalled : whether the journal names it, for taking back
    is_wanted : False for what the journal names and the catalogue as well
    """

    place: str
    digest: Digest
    size: int | None
    is_recalled: bool
    is_wanted: bool


@dataclass(frozen=True, kw_only=True)
class Looked:
    """How many blobs a page had, and how many of them were read."""

    blobs: int
    read: int


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What is wrong with a blob, in words."""

    kind: FindingKind
    message: str


def compare(
    database: Database, store: Store, is_due: Callable[[Digest], bool], findings: Findings, progress: Progress
) -> Iterator[Looked]:
    """Look for everything that is named in the store, and read what is due; a page at a time."""
    with database.transaction() as tx:
        total = int(tx.value(SQL.count_blobs))
    stop = Event()
    done = 0
    with ThreadPoolExecutor(THREADS, thread_name_prefix="check") as threads:
        try:
            for page in _pages(database):
                due = [is_due(named.digest) for named in page]
                troubles = threads.map(lambda named, reads: examine(store, named, stop, reads=reads), page, due)
                _report(database, list(zip(page, troubles, strict=True)), findings)
                done += len(page)
                progress("blobs", done, max(total, done))
                yield Looked(blobs=len(page), read=sum(due))
        finally:
            stop.set()


def examine(store: Store, named: Named, stop: Event, *, reads: bool) -> Trouble | None:
    """Compare one blob with what is known of it."""
    try:
        size = store.size(named.digest)
        if named.size is not None and size != named.size:
            return Trouble(kind=FindingKind.ALTERED, message=f"It has {size:,} bytes instead of {named.size:,}.")
        if reads:
            _read(store, named.digest, stop)
    except BlobMissing:
        return Trouble(kind=FindingKind.MISSING, message="It is not in the store.")
    except BlobAltered:
        return Trouble(kind=FindingKind.ALTERED, message="Its bytes are not those it was stored with.")
    except StoreError as error:
        return Trouble(kind=FindingKind.UNREADABLE, message=f"The store cannot read it: {error}.")
    return None


def unnamed(database: Database, store: Store, progress: Progress) -> Iterator[list[Digest]]:
    """What the store holds and nothing names, a page of the store at a time."""
    with database.transaction() as tx:
        total = int(tx.value(SQL.count_blobs))
    done = 0
    held = store.digests()
    while page := list(islice(held, PAGE)):
        yield confirmed(database, page)
        done += len(page)
        progress("store", done, max(total, done))


def confirmed(database: Database, digests: Sequence[Digest]) -> list[Digest]:
    """Of these blobs the ones that nothing names at this moment."""
    found: list[Digest] = []
    for start in range(0, len(digests), PAGE):
        with database.transaction() as tx:
            found += store_target.unnamed(tx, digests[start : start + PAGE])
    return found


def unfinished_runs(database: Database) -> list[int]:
    """Runs that may have stored what they have not recorded yet."""
    with database.transaction() as tx:
        return [row[0] for row in tx.tuples(SQL.unfinished_runs)]


def _pages(database: Database) -> Iterator[list[Named]]:
    for query in (SQL.blobs_after, SQL.recalled_after):
        after = "0"
        while page := _page(database, query, after):
            yield [named for named in page if named.is_wanted]
            after = page[-1].place


def _page(database: Database, query: str, after: str) -> list[Named]:
    with database.transaction() as tx:
        return tx.all(query, {"after": after, "most": PAGE}, into=Named)


def _read(store: Store, digest: Digest, stop: Event) -> None:
    with store.open(digest) as stream:
        while not stop.is_set() and stream.read(CHUNK):
            pass


def _report(database: Database, looked: Iterable[tuple[Named, Trouble | None]], findings: Findings) -> None:
    wrong = [(named, trouble) for named, trouble in looked if trouble]
    if not wrong:
        return
    # What was taken back or pruned meanwhile is rightly gone.
    gone = set(confirmed(database, [named.digest for named, _ in wrong]))
    wrong = [(named, trouble) for named, trouble in wrong if named.digest not in gone]
    listed = [(named, trouble) for named, trouble in wrong if findings.room(trouble.kind)]
    for _, trouble in wrong:
        if not findings.room(trouble.kind):
            findings.count_only(trouble.kind, 1)
    belongs = _belonging(database, [named.digest for named, _ in listed])
    for named, trouble in listed:
        documents, places, runs = belongs[named.digest]
        findings.add(
            Finding(
                kind=trouble.kind,
                what=named.digest,
                message=trouble.message,
                advice=advice.for_recalled(runs) if named.is_recalled else advice.for_held(trouble.kind, places),
                documents=documents,
                places=tuple(place.partition(" ")[2] for place in places),
            )
        )


def _belonging(
    database: Database, digests: Sequence[Digest]
) -> dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...]]]:
    with database.transaction() as tx:
        rows = tx.tuples(SQL.belonging, {"digests": list(digests)})
    return {row[0]: (tuple(row[1]), tuple(row[2]), tuple(row[3])) for row in rows}
