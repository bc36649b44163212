"""What a run did, put together from its record and from the rows it wrote."""

import os

from workbench import runs
from workbench.catalog import outcomes
from workbench.database import Database
from workbench.journal import effects
from workbench.report import Report


def report(database: Database, run_id: int, *, rehearsal: bool) -> Report:
    """Return a report on a run; in a rehearsal it says so of the runs that are rehearsed."""
    run = runs.get(database, run_id)
    with database.transaction() as tx:
        return Report(
            run=run,
            counts={
                **outcomes.counts(tx, run_id, kind=run.kind),
                "held": run.counts.get("held", 0),
                "effects": effects.done(tx, run_id),
            },
            categories=outcomes.categories(tx, run_id),
            problems=outcomes.problems(tx, run_id),
            rehearsal=rehearsal and run.pid == os.getpid(),
            moves=outcomes.moves(tx, run_id) if run.kind == "reprocess" else (),
        )
