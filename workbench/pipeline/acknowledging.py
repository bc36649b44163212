"""Last station: a source is told what was taken from it, once that is committed.

What that does outside is intended with the arrivals themselves, so that a run
that is killed knows what is left to do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbench.catalog import taking
from workbench.database import Transaction
from workbench.journal import effects
from workbench.journal.effects import Target
from workbench.pipeline.job import Job
from workbench.records import Arrival, Stage
from workbench.sources import Source


def intend(job: Job, tx: Transaction, source: Source, arrivals: Sequence[Arrival]) -> None:
    """Note what acknowledging these arrivals will do; of what is not in the catalogue, nothing."""
    planned = [effect for arrival in arrivals if (effect := source.plan(arrival)) is not None]
    if not planned:
        return
    present = taking.present(tx, source.name, [effect.key for effect in planned])
    wanted = [replace(effect, run_id=job.run_id) for effect in planned if effect.key in present]
    effects.intend(tx, job.run_id, wanted)


def acknowledge(job: Job, targets: Mapping[str, Target]) -> None:
    """Do what the run intends outside; what failed before it was interrupted is tried again."""
    with job.timed(Stage.EFFECT):
        with job.database.transaction() as tx:
            effects.ask_again(tx, job.run_id)
        effects.settle(job.database, job.run_id, targets, job.progress)
