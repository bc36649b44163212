"""Effects: what is done outside the catalogue, after the commit, and how it is taken back.

An effect is intended in the transaction that records what it is about. `settle`
then performs what is intended and undoes what is to be undone, each through the
target that it names. A process may die at any moment: targets first ask the
outside whether it has happened, so that doing it again does nothing twice. One
that fails is a Problem, and the others go on.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from workbench.database import Database, Queries, Transaction
from workbench.errors import WorkbenchError
from workbench.progress import Progress, silent
from workbench.records import Effect, Stage

SQL = Queries("journal")

# So few are marked at once that a killed process has little to ask the outside about again.
HANDFUL = 20

DONE, UNDOING, UNDONE, FAILED = "done", "undoing", "undone", "failed"


class Target(Protocol):
    """Something outside the catalogue that is changed: a folder, a mailbox.

    Both ways are idempotent: each first asks the outside whether it has
    happened. Each returns a remark where something is worth noting, else "",
    and raises a `WorkbenchError` where it cannot be done.
    """

    def perform(self, effect: Effect) -> str: ...
    def undo(self, effect: Effect) -> str: ...


class _Pretending:
    """What a rehearsal asks instead of a target: nothing is done, and all goes well."""

    def perform(self, effect: Effect) -> str:
        return ""

    def undo(self, effect: Effect) -> str:
        return ""


@dataclass(frozen=True, kw_only=True)
class Settled:
    """How many effects were performed, undone, and failed."""

    performed: int = 0
    undone: int = 0
    failed: int = 0

    def __add__(self, other: "Settled") -> "Settled":
        return Settled(
            performed=self.performed + other.performed,
            undone=self.undone + other.undone,
            failed=self.failed + other.failed,
        )


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    effect: Effect
    state: str
    message: str

    @property
    def id(self) -> int | None:
        return self.effect.id


def intend(tx: Transaction, run_id: int, effects: Sequence[Effect]) -> None:
    """Note what is to be done once the transaction is committed; what the run intends already stays as it is."""
    if not effects:
        return
    params = {
        "run_id": run_id,
        "targets": [e.target for e in effects],
        "operations": [e.operation for e in effects],
        "keys": [e.key for e in effects],
        "payloads": [json.dumps(dict(e.payload)) for e in effects],
        "inverses": [json.dumps(dict(e.inverse)) for e in effects],
        "digests": [e.digest for e in effects],
    }
    tx.run(SQL.intend_effects, params)


def open_effects(tx: Transaction, run_id: int) -> list[Effect]:
    """What a run still has to do or to undo outside, in that order."""
    return tx.all(SQL.open_effects, {"run_id": run_id}, into=Effect)


def done(tx: Transaction, run_id: int) -> int:
    """How much a run did outside, and has not taken back."""
    return int(tx.value(SQL.effects_done, {"run_id": run_id}))


def ask_again(tx: Transaction, run_id: int) -> list[int]:
    """Let what failed outside be tried again by `settle`.

    Returns
    -------
    the runs whose effects these are: the run itself, and for a rollback those that it took back
    """
    return sorted({row[0] for row in tx.tuples(SQL.ask_again, {"run_id": run_id})})


def settle(
    database: Database,
    run_id: int,
    targets: Mapping[str, Target],
    progress: Progress = silent,
    *,
    under: int | None = None,
) -> Settled:
    """Perform what a run intends, and undo, newest first, what is to be undone of it; a rehearsal only says so.

    Parameters
    ----------
    under : the run in whose name failures are recorded, where that is another one: a rollback
    """
    if database.is_rehearsal:
        targets = dict.fromkeys(targets, _Pretending())
    with database.transaction() as tx:
        effects = open_effects(tx, run_id)
    settled = Settled()
    for handful in _handfuls(effects):
        outcomes = [_attempt(effect, targets) for effect in handful]
        with database.transaction(run=under or run_id) as tx:
            _record(tx, outcomes, under=under or run_id)
        settled += _counted(outcomes)
        progress(Stage.EFFECT, settled.performed + settled.undone + settled.failed, len(effects))
    return settled


def _handfuls(effects: Sequence[Effect]) -> Iterator[list[Effect]]:
    rest = iter(effects)
    while handful := list(islice(rest, HANDFUL)):
        yield handful


def _attempt(effect: Effect, targets: Mapping[str, Target]) -> _Outcome:
    target = targets.get(effect.target)
    if target is None:
        return _Outcome(effect=effect, state=FAILED, message=f"nothing here is called '{effect.target}' any more")
    act: Callable[[Effect], str]
    act, state = (target.undo, UNDONE) if effect.state == UNDOING else (target.perform, DONE)
    try:
        return _Outcome(effect=effect, state=state, message=act(effect))
    except WorkbenchError as error:
        return _Outcome(effect=effect, state=FAILED, message=str(error))


def _record(tx: Transaction, outcomes: Sequence[_Outcome], *, under: int) -> None:
    ids = [o.id for o in outcomes]
    params = {"ids": ids, "states": [o.state for o in outcomes], "messages": [o.message for o in outcomes]}
    tx.run(SQL.settle_effects, params)
    overtaken = [row[0] for row in tx.tuples(SQL.overtake_failed, {"ids": [o.id for o in outcomes if o.state == DONE]})]
    tx.run(SQL.forget_effect_problems, {"ids": [*ids, *overtaken]})
    failed = [o for o in outcomes if o.state == FAILED]
    if failed:
        advice = f"Put right what is in the way; 'workbench runs resume {under}' tries again."
        tx.run(
            SQL.keep_effect_problems,
            {
                "ids": [o.id for o in failed],
                "kinds": ["not undone" if o.effect.state == UNDOING else "not performed" for o in failed],
                "messages": [o.message for o in failed],
                "advices": [advice] * len(failed),
            },
        )


def _counted(outcomes: Sequence[_Outcome]) -> Settled:
    states = [o.state for o in outcomes]
    return Settled(performed=states.count(DONE), undone=states.count(UNDONE), failed=states.count(FAILED))
