"""Why is this document what it is, and where has it been?

Takes a document, or what is left of one in the journal, and gives its life as
an `Explanation`. Reads only.
"""

from collections.abc import Sequence

from workbench.catalog import browsing
from workbench.catalog.explaining import gathering, verdict
from workbench.catalog.explaining.explanation import Chapter, Doing, Event, Explanation
from workbench.catalog.explaining.gathering import Facts, Gone, gone
from workbench.catalog.explaining.telling import events
from workbench.database import Transaction
from workbench.errors import NotFound
from workbench.records import Document

__all__ = ["Chapter", "Doing", "Event", "Explanation", "explain", "gone"]


def explain(tx: Transaction, key: int | str) -> Explanation:
    """The life of a document, oldest first; by number, name, place or the beginning of its digest.

    Raises
    ------
    NotFound
        Neither the catalogue nor what is left of the journal knows it, or more than one is called so.
    """
    document = _found(tx, key)
    facts = gathering.gather(tx, document.digest)
    chapters = [Chapter(run=facts.runs[run], events=told) for run, told in _by_run(facts)]
    return Explanation(
        document_id=document.id,
        digest=document.digest,
        name=document.name,
        locator=document.locator,
        is_there=isinstance(document, Document),
        verdict=verdict.now(facts),
        chapters=tuple(sorted(chapters, key=lambda chapter: (chapter.events[0].at, chapter.run.id))),
        changes=facts.changes,
        forgotten=_forgotten(facts),
    )


def _found(tx: Transaction, key: int | str) -> Document | Gone:
    found: Sequence[Document | Gone] = browsing.known(tx, key) or gone(tx, key)
    if not found and (pruning := gathering.pruning(tx)):
        raise NotFound(
            f"no document {key!r} in the catalogue, nor in what is left of the journal: run {pruning.run_id} pruned it "
            f"up to entry {pruning.up_to} on {pruning.pruned_at.astimezone():%Y-%m-%d}"
        )
    return browsing.only(found, key)


def _by_run(facts: Facts) -> list[tuple[int, tuple[Event, ...]]]:
    told = [(run, events(facts, facts.runs[run], touched)) for run, touched in facts.by_run().items()]
    return [(run, happened) for run, happened in told if happened]


def _forgotten(facts: Facts) -> str:
    if facts.pruning is None or all(change.id for change in facts.changes):
        return ""
    return (
        f"The journal was pruned by run {facts.pruning.run_id} on {facts.pruning.pruned_at.astimezone():%Y-%m-%d}: "
        f"what happened up to its entry {facts.pruning.up_to} is known only as far as the catalogue still shows it."
    )
