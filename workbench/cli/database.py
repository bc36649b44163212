"""The database: start it, stop it, look at it."""

import os
from pathlib import Path

import typer

from workbench import config
from workbench.app import Workbench
from workbench.cli import output
from workbench.cli.output import Json
from workbench.config import Settings
from workbench.database import embedded
from workbench.errors import ConfigError

app = typer.Typer(help="Start, stop and look at the database.", no_args_is_help=True)


@app.command()
def start() -> None:
    """Start the embedded database, made on first use, and bring the catalogue up to date."""
    with Workbench() as wb, wb.database.transaction():
        output.line("The database is running and up to date.")


@app.command()
def stop() -> None:
    """Stop the embedded database; nothing is lost, the next command starts it again."""
    stopped = embedded.stop(_folder(config.load()))
    output.line("The database is stopped." if stopped else "The database was not running.")


@app.command()
def status(json: Json = False) -> None:
    """Say whether the database runs, where it lies and how large it is."""
    settings = config.load()
    if settings.database_url:
        with Workbench(settings=settings) as wb, wb.database.transaction() as tx:
            version = tx.value("SHOW server_version")
        if json:
            output.as_json({"state": "running", "version": version, "from": "WORKBENCH_DATABASE_URL"})
            return
        output.line(f"A PostgreSQL {version} server from WORKBENCH_DATABASE_URL answers.")
        return
    found = embedded.status(_folder(settings))
    if json:
        output.as_json(found)
        return
    output.line(
        {
            "running": f"running (process {found.pid}), PostgreSQL {found.version}, "
            f"{output.size(found.size_bytes or 0)} in {found.data}",
            "stopped": f"stopped, PostgreSQL {found.version}, {output.size(found.size_bytes or 0)} in {found.data}",
            "absent": "there is none yet; 'workbench init' or any 'workbench ingest PATH' makes one",
        }[found.state]
    )


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context) -> None:
    """Open psql on the catalogue; what follows is handed to it.

    Example: workbench db psql -c 'SELECT count(*) FROM documents'
    """
    with Workbench() as wb:
        conninfo = wb.database.conninfo
    program = str(embedded.binary("psql"))
    # The connection goes by the environment: arguments can be read by every user of the machine.
    os.execve(program, [program, *context.args], {**os.environ, **_variables(conninfo)})


def _folder(settings: Settings) -> Path:
    if settings.database_url:
        raise ConfigError("WORKBENCH_DATABASE_URL names a server of its own; this command is for the embedded one")
    return settings.home_folder / "postgres"


def _variables(conninfo: str) -> dict[str, str]:
    from psycopg.conninfo import conninfo_to_dict

    names = {"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD"}
    names |= {"options": "PGOPTIONS", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    return {names[key]: str(value) for key, value in conninfo_to_dict(conninfo).items() if key in names and value}
