"""Executions, and what hangs off them: items, changes, effects, snapshots."""

from dataclasses import dataclass, field
from datetime import datetime

from workbench.records.states import RunState, Stage
from workbench.records.values import Json


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution and the unit of rollback."""

    id: int
    kind: str
    state: RunState
    parameters: Json
    config_digest: str
    code_version: str
    host: str
    actor: str
    reason: str = ""
    started_at: datetime | None = None
    heartbeat_at: datetime | None = None
    finished_at: datetime | None = None
    counts: Json = field(default_factory=dict)
    seconds: Json = field(default_factory=dict)
    notebook: str | None = None
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A piece of a run's work, claimed under a lease."""

    id: int
    run_id: int
    stage: Stage
    wave: int
    key: str
    payload: Json
    strikes: int
    lease: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """What the database itself journaled: one row that a run touched."""

    id: int
    run_id: int
    relation: str
    operation: str
    key: Json
    before: Json | None
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Something to be done outside the catalogue: intended, performed, done.

    `inverse` holds what undoes it. The state is kept by the journal.
    """

    run_id: int
    target: str
    operation: str
    key: str
    payload: Json = field(default_factory=dict)
    inverse: Json = field(default_factory=dict)
    id: int | None = None
    state: str = "intended"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A named point of the journal to return to."""

    name: str
    change_id: int
    reason: str
    created_at: datetime
