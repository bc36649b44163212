"""papermill with a kernel of our own: this interpreter, private sockets, writes that cannot tear.

Imported only when a notebook is executed, as it costs a second.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

IRI_GRAMMAR = "rfc3987_syntax"


@contextmanager
def without_iri_grammar() -> Iterator[None]:
    """While jsonschema is imported, hide the module that makes it build a grammar of IRIs.

    That takes 1.7 s, and no schema of a notebook uses it: jsonschema then skips the formats
    `iri` and `iri-reference`.
    """
    if IRI_GRAMMAR in sys.modules:
        yield
        return
    sys.modules[IRI_GRAMMAR] = None  # type: ignore[assignment]  # None is how an import is refused
    try:
        yield
    finally:
        del sys.modules[IRI_GRAMMAR]


with without_iri_grammar():
    import nbformat
    import papermill
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
    from papermill.exceptions import PapermillExecutionError

__all__ = ["PapermillExecutionError", "Session", "run"]

ENGINE = "workbench"
AUTOSAVE_S = 2
# On a busy machine importing ipykernel alone has been seen to take ten seconds.
START_TIMEOUT_S = 120

# nbclient reports here what it raises as well; the sentence of the exception is enough.
_nbclient_log = logging.getLogger(f"{__name__}.nbclient")
_nbclient_log.setLevel(logging.CRITICAL)


@dataclass(kw_only=True)
class Session:
    """One execution: what it is given, and how far it has come.

    Parameters
    ----------
    scratch : a private folder with a short path; the kernel's sockets, log and profile lie there
    deadline : monotonic time at which the cell that is running is stopped
    cell, cells : position of the cell that runs or ran last, and how many there are
    """

    scratch: Path
    environment: Mapping[str, str]
    cwd: Path
    deadline: float | None = None
    progress: bool = False
    on_start: Callable[[Path], None] | None = None
    on_cell: Callable[[int, int], None] | None = None
    cell: int = 0
    cells: int = field(default=0)

    @property
    def log(self) -> Path:
        """What the kernel process itself writes, outside of any cell."""
        return self.scratch / "kernel.log"

    def seconds_left(self, cell: Any = None) -> float | None:  # Any: nbclient hands in the cell
        """Until the deadline; never 0, which nbclient takes for "no limit"."""
        return None if self.deadline is None else max(0.1, self.deadline - monotonic())


class _Kernel(AsyncKernelManager):
    """A kernel of this very interpreter, whatever kernelspecs lie about.

    It talks over sockets in the session's folder: TCP would be open to every user of the machine.
    """

    def __init__(self, session: Session, **options: Any) -> None:  # Any: traits of jupyter_client
        super().__init__(transport="ipc", connection_file=str(session.scratch / "kernel.json"), **options)
        self._kernel_spec = KernelSpec(
            argv=[sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
        )


class _Client(PapermillNotebookClient):  # type: ignore[misc]  # papermill has no types
    """nbclient with our kernel and one deadline for all cells."""

    def __init__(self, manager: "_Manager", session: Session) -> None:
        super().__init__(manager, timeout_func=session.seconds_left, startup_timeout=START_TIMEOUT_S, log=_nbclient_log)
        self.session = session

    def create_kernel_manager(self) -> _Kernel:
        self.km = _Kernel(self.session, config=self.config)
        return self.km


class _Manager(NotebookExecutionManager):  # type: ignore[misc]  # papermill has no types
    """Keeps the notebook on disk up to date, and tells how far it is."""

    def __init__(self, nb: Any, session: Session, output_path: str) -> None:
        super().__init__(nb, output_path, progress_bar=session.progress, autosave_cell_every=AUTOSAVE_S)
        self.nb: Any = nb
        self.session = session
        session.cells = len(nb.cells)

    def save(self, **changed: Any) -> None:  # Any: papermill passes the notebook it has replaced
        self.nb = changed.get("nb") or self.nb
        write(self.nb, Path(self.output_path))
        self.last_save_time = self.now()

    def notebook_start(self, **changed: Any) -> None:
        super().notebook_start(**changed)
        if self.session.on_start:
            self.session.on_start(Path(self.output_path))

    def cell_start(self, cell: Any, cell_index: int | None = None, **changed: Any) -> None:
        self.session.cell = cell_index or 0
        super().cell_start(cell, cell_index, **changed)

    def cell_complete(self, cell: Any, cell_index: int | None = None, **changed: Any) -> None:
        super().cell_complete(cell, cell_index, **changed)
        if self.session.on_cell:
            self.session.on_cell(self.session.cell + 1, self.session.cells)


class _Engine(Engine):  # type: ignore[misc]  # papermill has no types
    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, *, session: Session, output_path: str, **_: Any) -> Any:
        manager = _Manager(nb, session, output_path)
        manager.notebook_start()
        try:
            with session.log.open("wb") as log:
                _Client(manager, session).execute(
                    cwd=str(session.cwd), env=dict(session.environment), stdout=log, stderr=log
                )
        finally:
            manager.cleanup_pbar()
            manager.notebook_complete()
        return manager.nb


papermill_engines.register(ENGINE, _Engine)


def write(nb: Any, path: Path) -> None:
    """Write a notebook so that a reader finds the old or the new one, never a part."""
    part = path.with_name(f".{path.name}.part")
    text: str = nbformat.writes(nb)  # type: ignore[no-untyped-call]  # nbformat has few types
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)  # noqa: PTH105  # the word for "atomic"


def run(notebook: Path, parameters: Mapping[str, Any], *, output: Path, session: Session) -> None:
    """Execute `notebook` into `output`.

    Raises
    ------
    PapermillExecutionError
        A cell raised; the traceback is in the notebook.
    RuntimeError, TimeoutError
        The kernel died, did not start, or the deadline has passed.
    """
    with _without_papermills_doubts():
        papermill.execute_notebook(
            _literal(notebook),
            _literal(output),
            dict(parameters),
            engine_name=ENGINE,
            kernel_name="python3",
            language="python",
            session=session,
        )


def stopped(output: Path, session: Session, *, sentence: str) -> None:
    """Say in a notebook that was cut off where and why.

    papermill marks every cell as completed and none as failed in that case.
    """
    nb = nbformat.read(output, as_version=4)  # type: ignore[no-untyped-call]  # nbformat has few types
    for position, cell in enumerate(nb.cells):
        if position >= session.cell:
            cell.metadata.papermill["status"] = "failed" if position == session.cell else "pending"
            cell.metadata.papermill["exception"] = True if position == session.cell else None
    nb.metadata.papermill["exception"] = True
    note = nbformat.v4.new_markdown_cell(f"**Stopped: {sentence}**")  # type: ignore[no-untyped-call]  # as above
    # papermill takes cells of this tag out again when the notebook is run anew.
    note.metadata["tags"] = ["papermill-error-cell-tag"]
    nb.cells.insert(0, note)
    write(nb, output)


def _literal(path: Path) -> str:
    """papermill fills parameters into braces in a path; ours are just names."""
    return str(path).replace("{", "{{").replace("}", "}}")


@contextmanager
def _without_papermills_doubts() -> Iterator[None]:
    """Keep papermill from warning about parameters that its inspection overlooks: they have been checked."""

    def is_news(record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("Passed unknown parameter")

    logger = logging.getLogger("papermill")
    logger.addFilter(is_news)
    try:
        yield
    finally:
        logger.removeFilter(is_news)
