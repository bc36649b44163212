"""Which runs are in force: what a rollback takes back is not, until the rollback is taken back itself, and so on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.database import Queries, Transaction

SQL = Queries("rollback")


@dataclass(frozen=True, kw_only=True)
class Rollback:
    """A run that took others back, or that was taken back."""

    id: int
    rolled_back_by: int | None
    taken_back: Sequence[int]


@dataclass(kw_only=True)
class Standing:
    """What changes when runs are taken back.

    Parameters
    ----------
    off : runs that are not in force any more, and by which run
    on : runs that are in force again
    """

    off: dict[int, int] = field(default_factory=dict)
    on: set[int] = field(default_factory=set)


def after(tx: Transaction, scope: Iterable[int], *, by: int) -> Standing:
    """Return what changes when `by` takes back the runs in `scope`."""
    known = {run.id: run for run in tx.all(SQL.rollbacks, into=Rollback)}
    return changed(known, scope, by=by)


def changed(known: Mapping[int, Rollback], scope: Iterable[int], *, by: int) -> Standing:
    """The same for what is known of rollbacks."""
    standing = Standing(off=dict.fromkeys(scope, by))
    for run in tuple(standing.off):
        _turn_off(known, run, standing)
    return standing


def _turn_off(known: Mapping[int, Rollback], run: int, standing: Standing) -> None:
    for other in _taken_back(known, run):
        is_held = other in known and known[other].rolled_back_by == run
        if is_held and other not in standing.off and other not in standing.on:
            standing.on.add(other)
            _turn_on(known, other, standing)


def _turn_on(known: Mapping[int, Rollback], run: int, standing: Standing) -> None:
    for other in _taken_back(known, run):
        is_in_force = other not in known or known[other].rolled_back_by is None
        if is_in_force and other not in standing.off:
            standing.off[other] = run
            _turn_off(known, other, standing)


def _taken_back(known: Mapping[int, Rollback], run: int) -> Sequence[int]:
    return known[run].taken_back if run in known else ()
