"""The command line: one module per group of commands, thin over `Workbench`.

Errors become one sentence on stderr. Exit status, for cron: 0 all well, 1 an
error, 2 wrong usage, 3 done but with problems, 75 held by another run (try
again later), 130 stopped by Ctrl-C.
"""

import logging
import os
import signal
import sys
from collections.abc import Sequence

import typer

from workbench.cli import (
    check,
    database,
    explaining,
    extract,
    ingest,
    journal,
    looking,
    notebooks,
    problems,
    reprocess,
    runs,
    schedules,
    taking_back,
    upkeep,
)
from workbench.errors import RunHeld, WorkbenchError

WRONG_USAGE = 2
STOPPED = 130

app = typer.Typer(
    name="workbench",
    help="Turn business files into a deduplicated, classified, searchable catalogue.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (ingest, reprocess, extract, looking, explaining, problems, upkeep, check):
    group.add_to(app)
app.add_typer(database.app, name="db")
app.add_typer(journal.app, name="journal")
app.add_typer(notebooks.app, name="notebook")
app.add_typer(runs.app, name="runs")
app.add_typer(schedules.app, name="schedule")
app.add_typer(taking_back.snapshots, name="snapshot")


def main() -> None:
    """Run a command; turn what goes wrong into a sentence and an exit status."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    for noisy in ("docling", "httpx", "libarchive", "papermill", "psycopg", "workbench.database"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    _refuse_what_is_no_text(sys.argv[1:])
    for ending in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ending) == signal.SIG_DFL:  # nohup has set it aside
            signal.signal(ending, _stop)
    try:
        app()
    except SystemExit as end:
        if end.code == STOPPED:  # typer's own ending for Ctrl-C
            _say("stopped" + _how_it_goes_on(sys.argv[1:]))
            _end_as_stopped()
        raise
    except RunHeld as error:
        _say(error)
        sys.exit(os.EX_TEMPFAIL)
    except WorkbenchError as error:
        _say(error)
        sys.exit(1)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            _end_quietly()
        else:
            _say(error)
            sys.exit(1)


def _how_it_goes_on(arguments: Sequence[str]) -> str:
    if "--rehearse" in arguments:
        return "; nothing was written"
    goes_on = {"ingest", "reprocess"} & {*arguments[:1]} or {"resume", "rollback", "restore", "prune"} & {
        *arguments[1:2]
    }
    return "; the same command goes on where it was" if goes_on else ""


def _stop(*_: object) -> None:
    # A service that is stopped and a terminal that is closed end a run as cleanly as Ctrl-C does.
    raise KeyboardInterrupt


def _end_as_stopped() -> None:
    # Python ends by the signal itself when Ctrl-C came while a module was made from a string, as dataclasses are;
    # everything that must be closed is closed by now.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(STOPPED)


def _end_quietly() -> None:
    # A reader such as `head` has seen enough; nothing is left to say, not even at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse_what_is_no_text(arguments: Sequence[str]) -> None:
    # Bytes that are no UTF-8 reach Python as surrogates, which neither the catalogue nor JSON can hold.
    for argument in arguments:
        shown = argument.encode(errors="replace").decode()
        if shown != argument:
            _say(f"'{shown}' is not valid UTF-8; rename the file, or set LANG to the encoding of your terminal")
            sys.exit(WRONG_USAGE)


def _say(message: object) -> None:
    print(f"workbench: {message}", file=sys.stderr)
