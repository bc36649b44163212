"""Executions, and what hangs off them: items, changes, effects, snapshots."""

from dataclasses import dataclass, field
from datetime import datetime

from workbench.records.states import RunState, Stage
from workbench.records.values import Digest, Json


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution and the unit of rollback.

    Parameters
    ----------
    job : what no two runs do at once, a line for each thing
    rule_set : digest of the rules it decides by
    changes : entries of the journal that it left; None while it is at work
    ended_as : its state before it was taken back
    rolled_back_by : the run that took it back
    attempts : how many processes have worked on it, one after the other
    pruned_by : the run that forgot its entries of the journal, so that it can no longer be taken back
    """

    id: int
    kind: str
    job: str
    state: RunState
    parameters: Json
    config_digest: str
    code_version: str
    host: str
    actor: str
    pid: int | None = None
    rule_set: str | None = None
    reason: str = ""
    started_at: datetime | None = None
    heartbeat_at: datetime | None = None
    finished_at: datetime | None = None
    counts: Json = field(default_factory=dict)
    seconds: Json = field(default_factory=dict)
    notebook: str | None = None
    message: str = ""
    changes: int | None = None
    ended_as: RunState | None = None
    rolled_back_by: int | None = None
    attempts: int = 1
    pruned_by: int | None = None


@dataclass(frozen=True, kw_only=True)
class Item:
    """A piece of a run's work, claimed under a lease.

    Parameters
    ----------
    strikes : how often it ended or outlasted its worker
    kills : how often its worker was killed, which may be no fault of the item
    """

    id: int
    run_id: int
    stage: Stage
    wave: int
    key: str
    payload: Json
    strikes: int
    lease: str
    kills: int = 0


@dataclass(frozen=True, kw_only=True)
class Change:
    """What the database itself journaled: one row that a run touched."""

    id: int
    run_id: int
    relation: str
    operation: str
    key: Json
    before: Json | None
    actor: str
    changed_at: datetime
    after: Json | None = None


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Something to be done outside the catalogue: intended, performed, done.

    Parameters
    ----------
    target : who does it: a source's name, or "store"
    key : what it is done to, as the target knows it
    inverse : what undoes it
    digest : the document it is about; where that is kept, so is the effect
    """

    run_id: int
    target: str
    operation: str
    key: str
    payload: Json = field(default_factory=dict)
    inverse: Json = field(default_factory=dict)
    digest: Digest | None = None
    id: int | None = None
    state: str = "intended"
    attempts: int = 0
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A named point of the journal to return to."""

    name: str
    change_id: int
    reason: str
    actor: str
    created_at: datetime
    run_id: int | None = None
    is_automatic: bool = False
