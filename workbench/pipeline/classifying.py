"""Fifth station: the cascade gives its opinions, and the document its category or a place in review."""

from collections.abc import Sequence

from workbench.catalog import deciding
from workbench.catalog.deciding import Decided
from workbench.classification.cascade import Cascade
from workbench.pipeline.job import Job
from workbench.records import Opinion, Stage
from workbench.runs.items import Done

BATCH = 200


def classify(job: Job, cascade: Cascade) -> None:
    """Classify every document that waits for it; all opinions are kept."""
    with job.timed(Stage.CLASSIFY):
        for batch in job.items.batches(Stage.CLASSIFY, most=BATCH):
            with job.database.transaction() as tx:
                documents = deciding.texts(tx, [item.key for item in batch])
            answers = cascade.classify([text for _, text in documents])
            decided = [
                _decided(cascade, document_id, opinions)
                for (document_id, _), opinions in zip(documents, answers, strict=True)
            ]
            with job.database.transaction(run=job.run_id) as tx:
                deciding.keep(tx, decided)
                job.items.complete(tx, [Done(id=item.id) for item in batch])
            job.show(Stage.CLASSIFY)


def _decided(cascade: Cascade, document_id: int, opinions: Sequence[Opinion]) -> Decided:
    verdict = cascade.decide(opinions)
    return Decided(
        document_id=document_id,
        opinions=opinions,
        decision=verdict.decision,
        category=verdict.category,
        confidence=verdict.confidence,
        decided_by=verdict.decided_by,
        reason=verdict.reason,
    )
