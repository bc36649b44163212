"""A notebook of the project, found, checked and executed as a run of its own."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench import jobs, notebooks
from workbench.app import rehearsing
from workbench.notebooks import Executed
from workbench.runs.origin import code_version

if TYPE_CHECKING:
    from workbench.app.workbench import Workbench


def run_notebook(
    workbench: "Workbench",
    name: str,
    parameters: Mapping[str, Any],  # Any: checked against the notebook's own
    *,
    progress: bool = False,
    reason: str = "",
    on_begin: Callable[[int], None] | None = None,
) -> tuple[int, Executed]:
    """Execute a notebook; those executed long ago are removed before.

    Parameters
    ----------
    on_begin : told the run's number before anything is executed
    """
    settings = workbench.settings
    folder = workbench.executed_notebooks
    environment = {"WORKBENCH_CONFIG": str(settings.project / "config")}
    if workbench.is_rehearsal:
        # The notebook's own workbench rehearses by itself: the two do not see each other.
        environment[rehearsing.VARIABLE] = "1"
    else:
        notebooks.prune(folder, older_than_days=settings.notebooks.keep_days)
    notebook = notebooks.find(settings.project / "notebooks", name)
    return jobs.run_notebook(
        workbench.database,
        notebook,
        notebooks.check(notebook, parameters),
        folder=folder,
        environment=environment,
        timeout_s=settings.notebooks.timeout_s,
        progress=progress,
        code_version=code_version(),
        reason=reason,
        on_begin=on_begin,
    )
