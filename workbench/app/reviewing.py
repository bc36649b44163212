"""A person's labelling session: a run of kind "review" that holds all labels given within it.

Each label is committed by itself, so that a session that is killed loses
nothing. It then shows as interrupted, and the next session of that person
closes it; it does not go on with it, since the two may have different reasons.
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from workbench import runs
from workbench.catalog import browsing, deciding
from workbench.catalog.deciding import Category
from workbench.database import Database
from workbench.records import Label, RunState
from workbench.runs import Order
from workbench.runs.items import Items
from workbench.runs.origin import code_version

KIND = "review"

_sessions: ContextVar[tuple["Session", ...]] = ContextVar("sessions", default=())


@dataclass
class Session:
    """Labels that are given together.

    Parameters
    ----------
    run_id : the run that they belong to
    labels : how many were given so far
    """

    database: Database
    run_id: int
    labels: int = 0

    def label(self, given: Label, declared: Sequence[Category] = ()) -> None:
        """Record what a person decided, and the category where nothing was of it yet: who may see it hangs on that."""
        with self.database.transaction(run=self.run_id) as tx:
            known = set(browsing.categories(tx))
            deciding.keep_categories(tx, [c for c in declared if c.id == given.category and c.id not in known])
            deciding.label(tx, given)
        self.labels += 1


@contextmanager
def session(database: Database, *, reason: str = "") -> Iterator[Session]:
    """Hold all labels given within the block as one run."""
    runs.close_abandoned(database, KIND, message="the session ended without saying so; its labels stand")
    # No two sessions are the same job: one person may look at two pages at once.
    order = Order(kind=KIND, job=f"{database.actor} {uuid.uuid4()}", code_version=code_version(), reason=reason)
    with runs.begin(database, order) as (run, _):
        opened = Session(database, run.id)
        token = _sessions.set((*_sessions.get(), opened))
        try:
            # People think for longer than a run may be silent.
            with Items(database, run.id).heartbeat({}):
                yield opened
        finally:
            _sessions.reset(token)
            runs.finish(database, run.id, RunState.FINISHED, counts={"labels": opened.labels}, seconds={})


def label(database: Database, given: Label, declared: Sequence[Category] = ()) -> None:
    """Record what a person decided, in the session that is open, or in one of its own.

    Parameters
    ----------
    declared : the categories that there are
    """
    opened = next((one for one in reversed(_sessions.get()) if one.database is database), None)
    if opened:
        opened.label(given, declared)
        return
    with session(database) as own:
        own.label(given, declared)
