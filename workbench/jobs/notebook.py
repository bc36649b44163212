"""A notebook that runs as a run of its own, tied to it and to the runs it starts."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench import notebooks, runs
from workbench.database import Database
from workbench.notebooks import Executed, Notebook
from workbench.records import RunState


def run_notebook(
    database: Database,
    notebook: Notebook,
    parameters: Mapping[str, Any],  # Any: as `notebooks.check` returned them
    *,
    folder: Path,
    environment: Mapping[str, str],
    timeout_s: float | None = None,
    progress: bool = False,
    code_version: str = "",
    reason: str = "",
    on_begin: Callable[[int], None] | None = None,
) -> tuple[int, Executed]:
    """Execute a notebook, keep it below `folder`, and tie it to its run and to those it started.

    Parameters
    ----------
    on_begin : told the run's number before anything is executed

    Returns
    -------
    the run's number and what came of the execution; a notebook that failed is no exception
    """
    name = notebook.path.stem
    order = runs.Order(
        kind="notebook", job=f"{name} {datetime.now(UTC):%Y%m%dT%H%M%S.%f}", parameters=_plain(parameters),
        code_version=code_version, reason=reason or name,
    )  # fmt: skip
    with runs.begin(database, order) as (run, _):
        kept_as = f"{name}-rehearsal-{run.id}" if database.is_rehearsal else f"{name}-{run.id}"
        output = folder / f"{datetime.now():%Y-%m-%d}" / f"{kept_as}.ipynb"
        runs.tie_notebook(database, [run.id], str(output))
        if on_begin:
            on_begin(run.id)
        try:
            done = notebooks.execute(
                notebook,
                parameters,
                output=output,
                timeout_s=timeout_s,
                environment={**environment, "WORKBENCH_NOTEBOOK": str(output)},
                progress=progress,
            )
        except KeyboardInterrupt:
            _end(database, run.id, RunState.INTERRUPTED, 0.0, "stopped by Ctrl-C")
            raise
        if done.path != output:
            runs.move_notebook(database, str(output), str(done.path))
        state = RunState.FAILED if done.failed else RunState.FINISHED
        _end(database, run.id, state, done.seconds, done.failed or "")
        return run.id, done


def _end(database: Database, run_id: int, state: RunState, seconds: float, message: str) -> None:
    runs.finish(database, run_id, state, counts={}, seconds={"notebook": seconds}, message=message)


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:  # Any: JSON
    return {name: str(value) if isinstance(value, Path) else value for name, value in parameters.items()}
