"""What a run did, as an analyst or operator reads it: in a terminal, a notebook, or as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from workbench.records import Json, Problem, Run

_OUTCOMES = (
    ("documents", "new documents"),
    ("duplicates", "duplicates of documents already held"),
    ("classified", "classified"),
    ("needs_review", "need review"),
    ("containers", "containers, taken apart"),
    ("unreadable", "cannot be read"),
    ("near_duplicates", "nearly the same as another"),
    ("superseded", "older versions superseded"),
    ("moved", "moved"),
    ("vanished", "vanished"),
    ("read_anew", "read anew"),
    ("reused", "reused as they were read before"),
    ("recategorised", "in another category than before"),
    ("effects", "moved away or acknowledged where they came from"),
)


@dataclass(frozen=True, kw_only=True, repr=False)
class Report:
    """A run with its counts, categories and problems.

    Parameters
    ----------
    categories : rows of category, documents, and a reason as an example
    rehearsal : whether none of it was written
    moves : rows of the category before, that after, and documents, for those that were there before
    """

    run: Run
    counts: dict[str, int]
    categories: Sequence[Json]
    problems: Sequence[Problem]
    rehearsal: bool = False
    moves: Sequence[Json] = ()

    @property
    def name(self) -> str:
        """What it reports on."""
        return "rehearsal, nothing was written" if self.rehearsal else f"run {self.run.id}"

    @property
    def seconds(self) -> float:
        """How long the run took, interruptions included."""
        if not self.run.started_at or not self.run.finished_at:
            return 0.0
        return (self.run.finished_at - self.run.started_at).total_seconds()

    @property
    def headline(self) -> str:
        """One sentence for a log or a mail."""
        c = self.counts
        if self.run.kind == "reprocess":
            return f"{self.name}: {self._rework()}"
        if not c["arrivals"]:
            besides = [f"{count} {words}" for words, count in self.rows()]
            besides += [f"{len(self.problems)} problems"] if self.problems else []
            what = "nothing new" if self.run.kind == "ingest" else f"{self.run.kind} {self.run.state.replace('_', ' ')}"
            return f"{self.name}: {what}" + (f"; {', '.join(besides)}" if besides else "")
        return (
            f"{self.name}: {c['arrivals']} arrivals in {self.seconds:.1f} s; {c['documents']} new documents, "
            f"{c['duplicates']} duplicates; {c['classified']} classified, {c['needs_review']} need review, "
            f"{c['unreadable']} cannot be read"
        )

    def rows(self) -> list[tuple[str, int]]:
        """What happened, in words, and how often; what did not happen is left out."""
        found = [(words, self.counts[key]) for key, words in _OUTCOMES if self.counts.get(key)]
        return found + [(_held(run), count) for run, count in self.run.counts.get("held_since", {}).items()]

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """The same for a program."""
        return {
            "run": None if self.rehearsal else self.run.id,
            "rehearsal": self.rehearsal,
            "state": self.run.state,
            "seconds": round(self.seconds, 3),
            "counts": self.counts,
            "categories": list(self.categories),
            "moves": list(self.moves),
            "problems": [asdict(problem) for problem in self.problems],
        }

    def __str__(self) -> str:
        lines = [self.headline, ""]
        lines += [f"  {count:>6}  {words}" for words, count in self.rows()]
        if self.categories:
            lines += ["", "  Classified as"]
            lines += [f"  {c['documents']:>6}  {c['category']:<20} e.g. {c['reason']}" for c in self.categories]
        if self.moves:
            lines += ["", "  Changed category"]
            lines += [f"  {m['documents']:>6}  {m['before'] or 'none'} -> {m['after'] or 'none'}" for m in self.moves]
        if self.problems:
            lines += ["", "  Problems"]
            lines += [f"    {p.message} {p.advice}" for p in self.problems]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """For a notebook."""
        outcomes = _table(("outcome", "number"), [(words, count) for words, count in self.rows()])
        categories = _table(
            ("category", "documents", "reason, as an example"),
            [(c["category"], c["documents"], c["reason"]) for c in self.categories],
        )
        moves = _table(
            ("category before", "after", "documents"),
            [(m["before"] or "none", m["after"] or "none", m["documents"]) for m in self.moves],
        )
        problems = _table(
            ("what", "where", "what to do"),
            [(p.message, p.locator.rsplit("/", 1)[-1], p.advice) for p in self.problems],
        )
        return f"<p>{escape(self.headline)}</p>{outcomes}{categories}{moves}{problems}"

    def _rework(self) -> str:
        c = self.counts
        if not c["reworked"] and not c["arrivals"] and not self.problems:
            return "no document is chosen; nothing was done again"
        parts = [f"{c['arrivals']} arrivals taken in again"] if c["arrivals"] else []
        if c["reworked"]:
            parts.append(
                f"{c['reworked']} documents gone through again; {c['read_anew']} read anew, {c['reused']} reused, "
                f"{c['recategorised']} changed category"
            )
        parts += [f"{len(self.problems)} problems"] if self.problems else []
        return f"{'; '.join(parts)}; it took {self.seconds:.1f} s"


def _held(run: str) -> str:
    return f"held back since run {run} was taken back; 'workbench reprocess --run {run}' takes them in again"


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th style='text-align:left'>{escape(h)}</th>" for h in heads)
    body = "".join(
        "<tr>" + "".join(f"<td style='text-align:left'>{escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
