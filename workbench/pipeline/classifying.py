"""Fifth station: the cascade gives its opinions, and the document its category or a place in review."""

from workbench.catalog import deciding
from workbench.classification.cascade import Cascade
from workbench.pipeline.job import Job
from workbench.records import Stage
from workbench.runs.items import Done

BATCH = 200


def classify(job: Job, cascade: Cascade) -> None:
    """Classify every document that waits for it; all opinions are kept."""
    with job.timed(Stage.CLASSIFY):
        for batch in job.items.batches(Stage.CLASSIFY, most=BATCH):
            with job.database.transaction() as tx:
                documents = deciding.texts(tx, [item.key for item in batch])
            answers = cascade.classify([text for _, text in documents])
            with job.database.transaction(run=job.run_id) as tx:
                for (document_id, _), opinions in zip(documents, answers, strict=True):
                    verdict = cascade.decide(opinions)
                    for opinion in opinions:
                        deciding.keep_opinion(tx, document_id, opinion)
                    deciding.keep_verdict(
                        tx,
                        document_id,
                        decision=verdict.decision,
                        category=verdict.category,
                        confidence=verdict.confidence,
                        decided_by=verdict.decided_by,
                        reason=verdict.reason,
                    )
                job.items.complete(tx, [Done(id=item.id) for item in batch])
            job.show(Stage.CLASSIFY)
