"""The way of a document: scan, take, read, relate, classify; then its source is told.

`ingest` takes a source through all of them as one run. Each station works off
the run's items, batch by batch, and records a batch in one transaction; a run
that is killed goes on from the last of them. What is taken is read at once;
relating and classifying wait until everything is read, so that originals and
categories do not depend on which worker was faster. `rework` does the stages
again for documents that are held, and `work_off` what another run left to do.
"""

from workbench.pipeline.acknowledging import acknowledge
from workbench.pipeline.job import Job, Pool
from workbench.pipeline.reworking import rework
from workbench.pipeline.running import carry_out, keep_rules, through_stations, work_off
from workbench.pipeline.scanning import scan
from workbench.pipeline.setting import Rules, Setting
from workbench.pipeline.taking import take, take_on
from workbench.progress import Progress, silent
from workbench.records import Run
from workbench.runs import Order
from workbench.sources import Source

__all__ = ["Pool", "Rules", "Setting", "ingest", "keep_rules", "rework", "work_off"]


def ingest(
    setting: Setting,
    source: Source,
    order: Order,
    *,
    progress: Progress = silent,
    allow_empty: bool = False,
) -> Run:
    """Take everything a source has to a decision, as one run that can be resumed.

    Returns
    -------
    the finished run, with its counts

    Raises
    ------
    RunHeld
        Another process is at work on the same job.
    SourceError, StoreError, DatabaseError
        The run stays interrupted; the same call goes on with it.
    """

    def work(job: Job) -> None:
        scan(job, source, allow_empty=allow_empty)
        take_on(job, source)
        through_stations(job, setting, incoming=take(job, source))
        acknowledge(job, setting.targets)

    return carry_out(setting, order, work, progress=progress)
