"""Near duplicates of one document among very many, each time from a fresh process.

What `pipeline.relating` asks: candidates by shared bands, then their estimated
likeness. The first answer of a process counts apart, as nothing is prepared
or cached in it; so does connecting. The alternative compares with every
signature there is.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks import seeding, server
from benchmarks.documents import PROJECT
from benchmarks.rows import Options, Row, compared, summary
from workbench.database.embedded import Server

ASKED = 20
STEP = 997  # coprime to everything here, so that each process asks about other documents


def measure(options: Options) -> Iterator[Row]:
    """Milliseconds of a lookup, for texts, form letters and pictures."""
    with server.running(options.scratch) as running:
        name = seeding.seeded(running, options.scratch, count=options.count, seed=options.seed)
        answers = [_ask(running, name, options.count, number) for number in range(max(3, options.repeat))]
    scan = Row(what="all signatures compared", value=answers[0]["scan"] * 1e3, unit="ms")
    yield from summary("connecting", [a["connecting"] for a in answers])
    for kind in ("text", "form letter", "image"):
        first = summary(f"{kind}, first of a process", [a[kind]["seconds"][0] for a in answers])
        every = [s for a in answers for s in a[kind]["seconds"]]
        found = [f for a in answers for f in a[kind]["found"]]
        rows = summary(f"{kind}, every lookup", every, note=f"{sum(found) / len(found):.1f} candidates each")
        yield from (compared(row, scan) for row in (*first, *rows))
    yield scan


def _ask(running: Server, name: str, count: int, process: int) -> Mapping[str, Any]:  # Any: what probe.py prints
    plain = [n for n in _numbers(count, process) if not seeding.is_form_letter(n)][:ASKED]
    crowd = [n for n in _numbers(count, process) if seeding.is_form_letter(n)][:ASKED]
    order = {
        "conninfo": running.conninfo(role="service", database=name),
        "text": [seeding.digest(n) for n in plain],
        "form letter": [seeding.digest(n) for n in crowd],
        "image": [seeding.digest(n) for n in plain],
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.probe"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
    )
    return json.loads(done.stdout)  # type: ignore[no-any-return]  # probe.py's own output


def _numbers(count: int, process: int) -> list[int]:
    return [(place * STEP + process * 31) % count + 1 for place in range(min(count, ASKED * 40))]
