"""Runs that are killed again and again, and whether they end like one that was not.

``python -m tests.pipeline.killing [COUNT]`` does it COUNT times, 1,000 by
default, on an embedded PostgreSQL of its own; `make kill` calls it. A series is
one ingest of an inbox that is killed some ten times; after each everything is
compared with an ingest that nobody disturbed.
"""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil
from pydantic import SecretStr

from tests.conftest import PROJECT, SAMPLES, TEMPLATE, cloned, create_database, hurry
from tests.pipeline.killed import POINTS, ourselves
from workbench import Workbench, config
from workbench.catalog import canonical
from workbench.database import embedded, migrations
from workbench.database.embedded import Server
from workbench.records import RunState

KILLS_IN_A_SERIES = 12
ENDED = {RunState.FINISHED, RunState.FINISHED_WITH_PROBLEMS}
AT_RANDOM = "at a random time"

# Some of every kind: letters, a near duplicate, archives in archives, mails with attachments, what is broken.
WANTED = {"letters": 8, "archives": 4, "emails": 4, "broken": 6, "misc": 6}
SUFFIXES = {".txt", ".md", ".html", ".eml", ".docx", ".csv", ".zip", ".pdf"}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """All that must be the same, however often it was killed."""

    digests: Mapping[str, str]
    documents: int
    moved: Mapping[str, str]
    left: Mapping[str, str]


class Stable:
    """Hands out processes that need not load anything; one at a time."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.pipeline.killed", "serve"],
            cwd=PROJECT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *exc: object) -> None:
        with self._process as process:
            process.kill()

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], output: Path) -> int:
        """Start one; its number."""
        order = {"arguments": list(arguments), "environment": dict(environment), "output": str(output)}
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._said()

    def wait(self) -> int:
        """Wait for its end: its status, negative for a signal."""
        return self._said()

    def _said(self) -> int:
        assert self._process.stdout
        return int(self._process.stdout.readline())


@dataclass(kw_only=True)
class Ground:
    """An inbox and all around it, which can be laid out anew at the same place.

    Parameters
    ----------
    place : an empty folder
    """

    place: Path
    server: Server
    template: str
    stable: Stable
    kills: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for name, most in WANTED.items():
            files = sorted(f for f in (SAMPLES / name).iterdir() if f.suffix in SUFFIXES and f.stat().st_size < 40_000)
            for file in files[:: max(1, len(files) // most)][:most]:
                target = self.place / "originals" / name / file.name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, target)

    @property
    def inbox(self) -> Path:
        return self.place / "inbox"

    @property
    def done(self) -> Path:
        return self.place / "done"

    @property
    def home(self) -> Path:
        return self.place / "home"

    @property
    def notes(self) -> Path:
        return self.place / "notes"

    def lay_out(self) -> None:
        """Fill the inbox as it was, with all times; empty everything else."""
        for folder in (self.inbox, self.done, self.home):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.place / "originals", self.inbox)
        self.done.mkdir()
        self.notes.write_text("")

    @property
    def output(self) -> Path:
        return self.place / "output"

    def start(self, conninfo: str, *points: str, **variables: str) -> int:
        """Begin the ingest, or go on with it; its process."""
        arguments = ["killed", str(self.notes), *points, "--"]
        ingest = ["ingest", "--json", str(self.inbox), "--move-to", str(self.done)]
        environment = {
            "WORKBENCH_HOME": str(self.home),
            "WORKBENCH_CONFIG": str(PROJECT / "config"),
            "WORKBENCH_DATABASE_URL": conninfo,
            "WORKBENCH_WORKERS": "2",
            "WORKBENCH_EXTRACTION__MODE": "fast",
            "WORKBENCH_EXTRACTION__OCR": "false",
        }
        return self.stable.start([*arguments, *ingest], {**environment, **variables}, self.output)

    def finish(self, conninfo: str) -> None:
        """Let it run to its end."""
        self.start(conninfo)
        assert self.stable.wait() in {0, 3}, self.output.read_text()

    def outcome(self, conninfo: str) -> Outcome:
        """Look at everything; what must hold of any outcome is checked at once."""
        settings = config.load(PROJECT).model_copy(update={"home": self.home, "database_url": SecretStr(conninfo)})
        with Workbench(settings=settings) as wb:
            with wb.database.transaction() as tx:
                digests = dict(canonical.digests(tx))
                named = {row[0] for row in tx.tuples("SELECT digest FROM blobs")}
                runs = tx.tuples("SELECT state, (counts ->> 'documents')::integer FROM runs")
                effects = {row[0] for row in tx.tuples("SELECT DISTINCT state FROM effects")}
                todo = tx.value("SELECT count(*) FROM items WHERE state IN ('todo', 'running', 'quarantined')")
            assert set(wb.store.digests()) == named, "the store does not hold just what the catalogue names"
        assert {RunState(state) for state, _ in runs} <= ENDED, runs
        assert effects == {"done"}, effects
        assert todo == 0, "work is left, or a sound file was given up"
        assert list((self.home / "scratch").iterdir()) == []
        assert list((self.home / "objects" / "incoming").iterdir()) == []
        return Outcome(
            digests=digests,
            documents=sum(documents for _, documents in runs),
            moved=_contents(self.done),
            left=_contents(self.inbox),
        )

    def undisturbed(self) -> Outcome:
        """What an ingest gives that nobody kills."""
        self.lay_out()
        for catalogue in cloned(self.server, self.template):
            self.finish(catalogue.conninfo("admin"))
            found = self.outcome(catalogue.conninfo("admin"))
        assert found.left == {}, "the inbox is not empty"
        assert sorted(found.moved.values()) == sorted(_contents(self.place / "originals").values())
        return found

    def series(self, chance: random.Random, expected: Outcome, *, most: int = KILLS_IN_A_SERIES) -> int:
        """Kill one ingest again and again; fails where its outcome is another. How often it was killed."""
        self.lay_out()
        for catalogue in cloned(self.server, self.template):
            conninfo = catalogue.conninfo("admin")
            for points in _plan(chance, most):
                process = self.start(conninfo, *points)
                if not points:
                    time.sleep(chance.uniform(0.1, 1.5))
                    self._kill_one(process, chance)
                status = self.stable.wait()
                assert status in {-signal.SIGKILL, 0, 3}, self.output.read_text()
            self.finish(conninfo)
            found = self.outcome(conninfo)
            assert found == expected, _difference(found, expected)
        kills = self.notes.read_text().splitlines()
        self.kills.update(kills)
        return len(kills)

    def _kill_one(self, process: int, chance: random.Random) -> None:
        """Kill the parent, a worker or the fork server, whichever chance picks; the parent in the end."""
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(process)
            victim = chance.choice([parent, *parent.children(recursive=True)])
            victims = [victim] if victim == parent else [victim, parent]
            for one in victims:
                one.kill()
                with self.notes.open("a") as notes:
                    notes.write(f"{AT_RANDOM}\n")
                time.sleep(chance.uniform(0, 0.3))


def _plan(chance: random.Random, most: int) -> list[list[str]]:
    """Points for one process after the other, in the order in which a run comes to them; none for a random time."""
    names = list(POINTS)
    chosen = sorted(chance.choices([*names, AT_RANDOM, AT_RANDOM], k=most), key=lambda n: (*names, AT_RANDOM).index(n))
    late = [chance.choice(range(len(chosen) + 1)) for name in chosen if name == AT_RANDOM]
    plan = [_points(chance, name) for name in chosen if name != AT_RANDOM]
    for at in late:
        plan.insert(at, [])
    return plan


def _points(chance: random.Random, name: str) -> list[str]:
    point = POINTS[name]
    own = f"{name}:{chance.randint(1, point.most)}"
    if point.victim is ourselves:
        return [own]
    # The parent lives on after that, so it meets its own end a little later.
    return [own, f"{name}:{chance.randint(1, point.most)}", f"after a commit:{chance.randint(2, 8)}"]


def _contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _difference(found: Outcome, expected: Outcome) -> str:
    relations = [name for name, digest in expected.digests.items() if found.digests.get(name) != digest]
    moved = set(found.moved.items()) ^ set(expected.moved.items())
    return f"other {relations}, {found.documents} documents for {expected.documents}, {moved=}, left={found.left}"


def main() -> int:
    """Kill so many times and say how it ended."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(10**6)
    chance, began = random.Random(seed), time.monotonic()
    place = Path(tempfile.mkdtemp(prefix="wb-kill-"))
    place.chmod(0o755)
    server = embedded.ensure(place / "pg")
    try:
        hurry(server)
        create_database(server, TEMPLATE)
        migrations.migrate(server.conninfo(role="admin", database=TEMPLATE))
        kills = series = 0
        with Stable() as stable:
            ground = Ground(place=place / "ground", server=server, template=TEMPLATE, stable=stable)
            expected = ground.undisturbed()
            while kills < wanted:
                kills += ground.series(chance, expected)
                series += 1
                print(f"{kills} of {wanted} kills, {series} ingests, {time.monotonic() - began:.0f} s", flush=True)
    except AssertionError as fault:
        print(f"Not the same after all (seed {seed}, kept in {place}): {fault}")
        embedded.stop(place / "pg")
        return 1
    for name, number in ground.kills.most_common():
        print(f"{number:>6}  {name}")
    print(f"Killed {kills} times in {series} ingests (seed {seed}): each ended like one that nobody disturbed.")
    embedded.remove(place / "pg")
    shutil.rmtree(place, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
