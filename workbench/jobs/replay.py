"""A run done again in rehearsal: how that compares with what it gave, for a terminal, a notebook or a program."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from workbench.jobs.comparing import Difference
from workbench.listing import Listing
from workbench.records import Run
from workbench.report import Report
from workbench.rollback import Planned


@dataclass(frozen=True, kw_only=True, repr=False)
class Replay:
    """What a run would give today.

    Parameters
    ----------
    run : as it was
    report : of the rehearsal
    compared : number of documents
    kept : documents that somebody decided about or changed since; they are not done again
    surroundings : sentences about what is another today: code, settings, programs
    """

    run: Run
    report: Report
    compared: int
    differences: Listing[Difference]
    kept: Listing[Planned]
    surroundings: Sequence[str] = ()

    @property
    def counts(self) -> Counter[str]:
        """How many documents differ in what."""
        return Counter(difference.what for difference in self.differences)

    @property
    def headline(self) -> str:
        """One sentence."""
        begin = f"run {self.run.id} done again, in rehearsal: "
        differing = len({difference.place for difference in self.differences})
        if not differing:
            return f"{begin}{self.compared} documents, nothing would differ"
        return f"{begin}{differing} of {self.compared} documents would differ"

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """The same for a program."""
        return {
            "run": self.run.id,
            "compared": self.compared,
            "counts": dict(self.counts),
            "differences": [asdict(difference) for difference in self.differences],
            "kept": [asdict(document) for document in self.kept],
            "surroundings": list(self.surroundings),
            "report": self.report.as_json(),
        }

    def __str__(self) -> str:
        lines = [self.headline, *(f"  {sentence}" for sentence in self.surroundings)]
        if self.differences:
            lines += ["", repr(self.differences)]
        if self.kept:
            lines += ["", "Not done again, since somebody decided or changed something:", repr(self.kept)]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        around = "".join(f"<li>{escape(sentence)}</li>" for sentence in self.surroundings)
        kept = f"<p>Not done again:</p>{self.kept._repr_html_()}" if self.kept else ""
        return f"<p>{escape(self.headline)}</p><ul>{around}</ul>{self.differences._repr_html_()}{kept}"


def listing(differences: Sequence[Difference]) -> Listing[Difference]:
    """Differences as a list that displays well."""
    columns = (
        ("document", lambda d: d.name),
        ("what", lambda d: d.what),
        ("then", lambda d: d.then),
        ("now", lambda d: d.now),
        ("why", lambda d: d.why),
    )
    return Listing(differences, columns=columns, empty="nothing would differ")
