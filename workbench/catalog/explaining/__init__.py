"""Why is this document what it is, and where has it been?

Takes a document, or what is left of one in the journal, and gives its life as
an `Explanation`. Reads only.
"""

from workbench.catalog.explaining import gathering, verdict
from workbench.catalog.explaining.explanation import Chapter, Doing, Event, Explanation
from workbench.catalog.explaining.gathering import Facts, Gone, gone
from workbench.catalog.explaining.telling import events
from workbench.database import Transaction
from workbench.records import Document

__all__ = ["Chapter", "Doing", "Event", "Explanation", "Gone", "explain", "gone"]


def explain(tx: Transaction, document: Document | Gone) -> Explanation:
    """The life of a document, oldest first."""
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
