"""Execute a notebook and keep what came of it.

A notebook that runs is written beside its target under a name that says so
and is renamed when it has ended: `name.ipynb` has always run to its end.

::

    name.running-1234.ipynb   runs in process 1234, or was killed with it; saved every two seconds
    name.ipynb                finished
    name.failed.ipynb         a cell raised, the kernel died or time was up; holds the traceback
    name.interrupted.ipynb    Ctrl-C

Success is what the execution itself says, never the notebook's metadata:
papermill marks cells as completed that were cut off.
"""

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import NotebookError
from workbench.notebooks.library import Notebook

if TYPE_CHECKING:
    from workbench.notebooks.engine import Session

# A socket's path may have 107 bytes; the kernel's are called "kernel-ipc-5".
LONGEST_SCRATCH = 80
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True, kw_only=True)
class Executed:
    """What came of an execution.

    Parameters
    ----------
    path : the notebook as it was kept
    cells : how many were run to their end
    failed : None on success, otherwise a sentence: which cell, what
    traceback : of the cell that raised, without colours
    """

    path: Path
    seconds: float
    cells: int
    failed: str | None = None
    traceback: str = ""


@dataclass(frozen=True, kw_only=True)
class _Failure:
    sentence: str
    traceback: str = ""


def execute(
    notebook: Notebook,
    parameters: Mapping[str, Any],
    *,
    output: Path,
    timeout_s: float | None = None,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    progress: bool = False,
    on_start: Callable[[Path], None] | None = None,
    on_cell: Callable[[int, int], None] | None = None,
) -> Executed:
    """Run a notebook with this interpreter as its kernel, whatever kernelspecs lie about.

    Parameters
    ----------
    parameters : as `check` returned them
    output : where the executed notebook goes; the folder is made
    timeout_s : for the whole notebook; the kernel is stopped when it is over
    environment : what the kernel's environment has besides this process's
    cwd : where the kernel works; the caller's directory by default, so that relative paths
        mean what they mean to the caller
    progress : show a bar on standard error
    on_start : called with the path that is written while the notebook runs
    on_cell : called with how many cells are done and how many there are

    Raises
    ------
    NotebookError
        The executed notebook cannot be written.
    KeyboardInterrupt
        After the kernel was stopped and what there is was kept; a note names the file.
    """
    # Imported here because papermill takes a second, which `workbench --help` should not.
    from workbench.notebooks import engine

    started = time.monotonic()
    output = output.absolute()
    running = output.with_name(f"{output.stem}.running-{os.getpid()}.ipynb")
    with _scratch() as scratch:
        session = engine.Session(
            scratch=scratch,
            environment=_kernel_environment(environment or {}, scratch),
            cwd=cwd or Path.cwd(),
            deadline=None if timeout_s is None else started + timeout_s,
            progress=progress,
            on_start=on_start,
            on_cell=on_cell,
        )
        failure = _run(notebook, parameters, running=running, output=output, session=session, timeout_s=timeout_s)
        kept = output.with_name(f"{output.stem}.failed.ipynb") if failure else output
        running.replace(kept)
    return _executed(kept, session, failure=failure, started=started)


def _run(
    notebook: Notebook,
    parameters: Mapping[str, Any],
    *,
    running: Path,
    output: Path,
    session: "Session",
    timeout_s: float | None,
) -> _Failure | None:
    """Run a notebook into `running`; say what went wrong. Only an interruption renames it here."""
    from workbench.notebooks import engine  # as in `execute`

    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        engine.run(notebook.path, parameters, output=running, session=session)
    except engine.PapermillExecutionError as error:
        return _Failure(
            sentence=f"In [{error.exec_count}]: {error.ename}: {_first_line(error.evalue)}",
            traceback=_COLOURS.sub("", "\n".join(error.traceback)),
        )
    except (RuntimeError, TimeoutError) as error:
        sentence = _why_stopped(error, session, timeout_s)
        engine.stopped(running, session, sentence=sentence)
        return _Failure(sentence=sentence)
    except OSError as error:
        raise NotebookError(f"the executed notebook {running} cannot be written: {error.strerror}") from error
    except KeyboardInterrupt as interrupt:
        if running.exists():
            engine.stopped(running, session, sentence=f"interrupted in cell {session.cell + 1}")
            kept = running.replace(output.with_name(f"{output.stem}.interrupted.ipynb"))
            interrupt.add_note(f"what there is of the notebook is in {kept}")
        raise
    return None


def _executed(kept: Path, session: "Session", *, failure: _Failure | None, started: float) -> Executed:
    return Executed(
        path=kept,
        seconds=time.monotonic() - started,
        cells=session.cell if failure else session.cells,
        failed=failure.sentence if failure else None,
        traceback=failure.traceback if failure else "",
    )


def prune(folder: Path, *, older_than_days: int) -> list[Path]:
    """Remove executed notebooks (finished, failed, left behind) that are older, and say which.

    Only files that papermill has executed: a notebook that somebody put there stays.
    """
    before = time.time() - older_than_days * 86_400
    old = [path for path in sorted(folder.rglob("*.ipynb")) if path.is_file() and path.stat().st_mtime < before]
    executed = [path for path in old if _was_executed(path)]
    for path in executed:
        path.unlink(missing_ok=True)
    return executed


def _was_executed(path: Path) -> bool:
    try:
        return "output_path" in json.loads(path.read_text(encoding="utf-8"))["metadata"]["papermill"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


@contextmanager
def _scratch() -> Iterator[Path]:
    parent = None if len(tempfile.gettempdir()) < LONGEST_SCRATCH else "/tmp"
    with tempfile.TemporaryDirectory(prefix="notebook-", dir=parent, ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


def _kernel_environment(given: Mapping[str, str], scratch: Path) -> dict[str, str]:
    """This process's environment, completed for cron: the tools of our environment are on the PATH.

    IPython's profile is an empty one, so that no start-up file of a user changes the outcome,
    and a home that cannot be written to does no harm.
    """
    environment = {**os.environ, "IPYTHONDIR": str(scratch / "ipython"), **given}
    tools = str(Path(sys.executable).parent)
    path = environment.get("PATH") or os.defpath
    if tools not in path.split(os.pathsep):
        environment["PATH"] = os.pathsep.join([tools, path])
    return environment


def _why_stopped(error: Exception, session: "Session", timeout_s: float | None) -> str:
    where = f"in cell {session.cell + 1} of {session.cells}"
    if session.deadline is not None and time.monotonic() >= session.deadline:
        return f"time was up after {timeout_s:g} s, {where}"
    log = session.log.read_text(errors="replace").strip() if session.log.exists() else ""
    last_words = f"; its last words: {log.splitlines()[-1]}" if log else ""
    return f"the kernel stopped {where}: {_first_line(str(error))}{last_words}"


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
