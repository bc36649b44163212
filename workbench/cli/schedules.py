"""Schedules: show what is due when, run one, have cron or systemd call them."""

import os
import sys
from typing import Annotated, Any

import typer

from workbench.app import Workbench
from workbench.app.installing import Installation, Kind
from workbench.cli import output
from workbench.cli.output import Json
from workbench.errors import ConfigError, NotebookError
from workbench.jobs.due_times import DueOutcome
from workbench.jobs.scheduled import Called
from workbench.listing import Listing

app = typer.Typer(help="Run notebooks at certain times.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="As config/workbench.yaml calls it.")]

WITH_FINDINGS = 3


@app.command()
def show(
    name: Annotated[str | None, typer.Argument(help="Only this one, with what became of its due times.")] = None,
    most: Annotated[int, typer.Option("--most", "-n", min=1, max=10_000, help="How many due times at the most.")] = 20,
    json: Json = False,
) -> None:
    """Show the schedules: when each is due next, its last run, and what was missed.

    Exit status 3 when one could not run, or is not called as the settings say.
    """
    with Workbench() as wb:
        if name:
            events = wb.schedules.history(name, most=most)
            _print(events, json=json)
            return
        found = wb.schedules.show()
    _print(found, json=json)
    if any(planned.problem for planned in found):
        raise typer.Exit(WITH_FINDINGS)


@app.command()
def run(
    name: Name,
    due: Annotated[
        bool, typer.Option("--due", help="Only if it is due; so cron and systemd call it. Silent if all is well.")
    ] = False,
    json: Json = False,
) -> None:
    """Run a schedule's notebook now; with --due only if it is due.

    Exit status 1 when a cell fails, 75 when an earlier run of this schedule is still at work.
    """
    with Workbench() as wb:
        called = wb.schedules.run(name, due=due, progress=sys.stderr.isatty())
    for event in called.passed:
        print(f"workbench: {name} was {event.outcome}: {event.message}", file=sys.stderr)
    if json:
        output.as_json(called)
    elif called.executed and not (called.executed.failed or due):
        output.line(f"The executed notebook of run {called.run_id}: {called.executed.path}")
    _end(called)


@app.command()
def install(
    crontab: Annotated[bool, typer.Option("--crontab", help="Into this user's crontab; the default.")] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="As timers of this user's own systemd.")] = False,
    print_: Annotated[bool, typer.Option("--print", help="Show what would be written, and write nothing.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Remove what was installed.")] = False,
    json: Json = False,
) -> None:
    """Have cron or systemd call the schedules; what else the crontab holds stays as it is.

    Can be repeated: what was installed before is replaced.
    """
    if crontab and systemd:
        raise ConfigError("--crontab and --systemd exclude each other")
    if print_ and remove:
        raise ConfigError("--print and --remove exclude each other")
    removed: list[Kind] = []
    kind: Kind | None = "crontab" if crontab else "systemd" if systemd else None
    with Workbench() as wb:
        if remove:
            removed = wb.schedules.remove(kind)
        else:
            done = wb.schedules.preview(kind) if print_ else wb.schedules.install(kind)
    if json:
        output.as_json({"removed": removed} if remove else done)
    elif remove:
        output.line(f"Removed from {' and '.join(removed)}." if removed else "Nothing was installed.")
    else:
        _tell(done)


def _end(called: Called) -> None:
    if called.outcome == DueOutcome.OVERLAPPED:
        print(f"workbench: {called.schedule}: {called.message}", file=sys.stderr)
        raise typer.Exit(os.EX_TEMPFAIL)
    if called.executed and called.executed.failed:
        if called.executed.traceback:
            print(called.executed.traceback, file=sys.stderr)
        raise NotebookError(
            f"{called.schedule} failed: {called.executed.failed}; the executed notebook is {called.executed.path}"
        )


def _print(found: Listing[Any], *, json: bool) -> None:  # Any: records of whatever kind
    if json:
        output.as_json(found)
    else:
        output.listing(found)


def _tell(done: Installation) -> None:
    if not done.schedules:
        output.line("config/workbench.yaml names no schedule that is switched on; nothing is called.")
    elif done.is_written:
        output.line(f"{', '.join(done.schedules)}: written to {done.where}")
    else:
        output.line(done.text.rstrip("\n"))
    for note in done.notes:
        print(f"workbench: {note}", file=sys.stderr)
