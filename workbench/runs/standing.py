"""How a run stands, in words: who is at work, how to go on, what took it back."""

from workbench.records import Run, RunState

_RESUMED = ("ingest", "reprocess", "rollback", "restore")
"""Kinds that 'workbench runs resume' goes on with."""


def standing(run: Run) -> str:
    """How a run stands, and what to do where something is to be done."""
    if run.state == RunState.RUNNING:
        return f"at work: {run.actor} on {run.host}, process {run.pid}"
    if run.state == RunState.INTERRUPTED:
        told = "interrupted" + (f": {run.message}" if run.message else "")
        return f"{told}; {_how_to_go_on(run)}"
    if run.state == RunState.ROLLED_BACK:
        ended = f"; it had {_ended(run.ended_as)}" if run.ended_as else ""
        return f"taken back by run {run.rolled_back_by}{ended}"
    if run.state == RunState.QUEUED:
        return "waits for its turn"
    told = _ended(run.state) + (f": {run.message}" if run.message else "")
    return told + (f"; its journal was pruned by run {run.pruned_by}" if run.pruned_by else "")


def _ended(state: RunState) -> str:
    return state.replace("_", " ")


def _how_to_go_on(run: Run) -> str:
    if run.kind in _RESUMED:
        return f"'workbench runs resume {run.id}' goes on with it"
    if run.kind == "review":
        return "the labels given stand"
    return f"start the {run.kind} again"
