"""One run in full: how it stands, with what it ran, what it did and what became of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from workbench import runs
from workbench.app import problems
from workbench.catalog import outcomes, touching
from workbench.catalog.problems import Failure, failures
from workbench.catalog.touching import Effected, TouchedDocument, Written
from workbench.database import Database
from workbench.listing import Listing
from workbench.records import Run, Stage
from workbench.report import Report
from workbench.runs.items import Items
from workbench.runs.standing import standing

DOCUMENTS = 20
BAR = 24


@dataclass(frozen=True, kw_only=True)
class StageSeconds:
    """How long a stage took, and how far it is.

    Parameters
    ----------
    share : of the longest stage, 0 to 1
    done, total : its items; None for a stage without
    """

    stage: str
    seconds: float
    share: float
    done: int | None
    total: int | None

    @property
    def bar(self) -> str:
        """Its share, drawn."""
        return "█" * round(self.share * BAR) or ("▏" if self.seconds else "")


@dataclass(frozen=True, kw_only=True, repr=False)
class Details:
    """One run in full.

    Parameters
    ----------
    standing : how it stands, in words, and what to do
    counts : what became of what it took, or whatever its kind counts
    written : entries of the journal, by relation and operation
    snapshot : the named point made before it
    took_back : the runs that it took back
    documents : the first that it touched
    """

    run: Run
    standing: str
    counts: Mapping[str, object]
    stages: tuple[StageSeconds, ...]
    written: tuple[Written, ...]
    effects: tuple[Effected, ...]
    snapshot: str | None
    took_back: tuple[int, ...]
    problems: Listing[Failure]
    documents: Listing[TouchedDocument]

    @property
    def title(self) -> str:
        """Which run this is, and how it stands."""
        return f"Run {self.run.id}, {self.run.kind}: {self.standing}"

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is known about it, by name; what it has not is left out."""
        return [(name, told) for name, told in _facts(self) if told]

    def __repr__(self) -> str:
        lines = [self.title, *(f"  {name:<13} {told}" for name, told in self.facts)]
        lines += [f"  {s.stage:<13} {s.bar:<{BAR}} {s.seconds:.1f} s{_items(s)}" for s in self.stages]
        for listing in (self.documents, self.problems):
            lines += ["", repr(listing)] if listing else []
        return "\n".join(lines)

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """For a notebook, on a light page or a dark one."""
        cell = "text-align:left;vertical-align:top"
        rows = "".join(
            f"<tr><td style='{cell};opacity:.65'>{escape(name)}</td><td style='{cell}'>{escape(told)}</td></tr>"
            for name, told in (*self.facts, *((s.stage, f"{s.bar} {s.seconds:.1f} s{_items(s)}") for s in self.stages))
        )
        listings = "".join(part._repr_html_() for part in (self.documents, self.problems) if part)
        return f"<p><b>{escape(self.title)}</b></p><table><tbody>{rows}</tbody></table>{listings}"


def details(database: Database, run_id: int) -> Details:
    """Look into a run."""
    run = runs.get(database, run_id)
    progress = Items(database, run_id).progress()
    with database.transaction() as tx:
        counted = outcomes.counts(tx, run_id)
        return Details(
            run=run,
            standing=standing(run),
            counts=counted if counted["arrivals"] else run.counts,
            stages=tuple(_stages(run, progress)),
            written=tuple(touching.written(tx, run_id)),
            effects=tuple(touching.effects(tx, run_id)),
            snapshot=touching.snapshot(tx, run_id),
            took_back=tuple(touching.took_back(tx, run_id)),
            problems=problems.listing(failures(tx, run=run_id, settled=True)),
            documents=Listing(touching.documents(tx, run_id, most=DOCUMENTS), columns=_DOCUMENTS, empty="none"),
        )


_DOCUMENTS = (
    ("document", lambda touched: touched.id),
    ("name", lambda touched: touched.name),
    ("was", lambda touched: touched.done),
    ("is now", lambda touched: touched.now),
)


def _stages(run: Run, progress: Mapping[str, tuple[int, int]]) -> Iterator[StageSeconds]:
    longest = max(run.seconds.values(), default=0.0) or 1.0
    # Those that the records do not know come last.
    known = sorted({*run.seconds, *progress}, key=lambda stage: (*Stage, stage).index(stage))
    for stage in known:
        done, total = progress.get(stage, (None, None))
        seconds = float(run.seconds.get(stage, 0.0))
        yield StageSeconds(stage=stage, seconds=seconds, share=seconds / longest, done=done, total=total)


def _items(stage: StageSeconds) -> str:
    return "" if stage.total is None else f", {stage.done} of {stage.total}"


def _facts(d: Details) -> Iterator[tuple[str, str]]:
    run = d.run
    yield "reason", run.reason
    yield "for", "; ".join(f"{name}: {_told(value)}" for name, value in run.parameters.items() if value)
    yield "by", f"{run.actor} on {run.host}" + (f", code {run.code_version}" if run.code_version else "")
    yield "when", _when(run)
    yield "attempts", str(run.attempts) if run.attempts > 1 else ""
    yield "settings", run.config_digest[:12]
    yield "rules", (run.rule_set or "")[:12]
    yield "notebook", run.notebook or ""
    yield "counts", _counts(d)
    yield "journal", _journal(d)
    yield "outside", "; ".join(f"{e.number} × {e.operation} in {e.target}: {e.state}" for e in d.effects)
    yield "snapshot", d.snapshot or ""
    yield "took back", ", ".join(f"run {number}" for number in d.took_back)
    if d.documents and (total := d.documents[0].total) > len(d.documents):
        yield "documents", f"{total}, of which the first {len(d.documents)} are listed"


def _counts(d: Details) -> str:
    # As it was told at its end; what became of its documents since is another matter.
    told = d.run.counts or d.counts
    numbers = {name: count for name, count in told.items() if isinstance(count, int) and count}
    if "arrivals" in numbers:
        report = Report(run=d.run, counts=numbers, categories=(), problems=())
        return ", ".join(f"{count} {words}" for words, count in report.rows())
    return ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in numbers.items())


def _journal(d: Details) -> str:
    by: dict[str, int] = {}
    for one in d.written:
        by[one.operation] = by.get(one.operation, 0) + one.number
    told = ", ".join(f"{number} {operation}s" for operation, number in by.items())
    return f"{sum(by.values())} entries: {told}" if by else ""


def _when(run: Run) -> str:
    if not run.started_at:
        return ""
    began = f"{run.started_at.astimezone():%Y-%m-%d %H:%M:%S}"
    if run.finished_at:
        return f"{began}, for {(run.finished_at - run.started_at).total_seconds():.1f} s"
    beat = f", last heard of at {run.heartbeat_at.astimezone():%H:%M:%S}" if run.heartbeat_at else ""
    return f"{began}{beat}"


def _told(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)
