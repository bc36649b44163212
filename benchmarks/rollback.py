"""Taking a run back: generated documents are ingested, taken back, and put back again.

Each step is a command of its own, measured as a whole process. A few documents
that were there before must stay, so the alternative is what one would do
without a journal: load a dump of the catalogue from before, which loses
whatever else has happened since.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks import documents, homes
from benchmarks.homes import Home, observed
from benchmarks.rows import Options, Row, compared
from workbench import Workbench
from workbench.database import embedded


def measure(options: Options) -> Iterator[Row]:
    """Seconds to plan, to take back and to put back, beside the ingest itself and a dump."""
    few = documents.generated(options.scratch, count=min(200, options.count), seed=options.seed + 1)
    many = documents.generated(options.scratch, count=options.count, seed=options.seed)
    with homes.fresh(options.scratch, "rollback") as home:
        home.run("ingest", "-q", str(few))
        before = _digest(home)
        dump = _dump(home, options.scratch / "rollback.dump")
        ingest = Row(what=f"ingest of {options.count:,}", value=home.run("ingest", "-q", str(many)).seconds, unit="s")
        after = _digest(home)
        run = _newest(home)
        plan = home.run("runs", "rollback", str(run), "--dry-run", "--json").seconds
        back = home.run("runs", "rollback", str(run), "--json")
        same = "equal" if _digest(home) == before else "DIFFERENT"
        again = home.run("runs", "rollback", str(_newest(home)), "--json").seconds
        restored = "equal" if _digest(home) == after else "DIFFERENT"
        loaded = Row(what="loading a dump from before", value=_load(home, dump), unit="s")
    yield ingest
    yield loaded
    yield Row(what="planning to take it back", value=plan, unit="s")
    took = Row(what="taking it back", value=back.seconds, unit="s", note=f"digest as before: {same}; wanted: under 30")
    yield compared(took, ingest)
    yield compared(took, loaded)
    yield Row(what="memory of that command", value=back.parent_mb, unit="MB")
    put_back = Row(what="putting it back", value=again, unit="s", note=f"digest as after the ingest: {restored}")
    yield compared(put_back, ingest)


def _digest(home: Home) -> str:
    with Workbench(settings=home.settings) as wb:
        return wb.canonical_digest()


def _newest(home: Home) -> int:
    with Workbench(settings=home.settings) as wb:
        return wb.runs(most=1)[0].id


def _dump(home: Home, file: Path) -> Path:
    subprocess.run([embedded.binary("pg_dump"), "-Fc", "-f", file, home.database_url], check=True)
    return file


def _load(home: Home, dump: Path) -> float:
    command = [str(embedded.binary("pg_restore")), "--clean", "--if-exists", "-d", home.database_url, str(dump)]
    done = observed(command, {})
    dump.unlink()
    return done.seconds
