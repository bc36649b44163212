"""What a check found: records, their sentences, and the sum of them.

A disaster is told as well as a scratch: of each kind so many findings are
listed, the rest is counted.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from html import escape
from typing import Any

from workbench.listing import Listing

LISTED = 1000
"""So many findings of one kind are listed one by one."""


class FindingKind(StrEnum):
    """What is wrong."""

    MISSING = "missing"
    ALTERED = "altered"
    UNREADABLE = "unreadable"
    ORPHANED = "orphaned"
    JOURNAL = "journal"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong, and what to do about it.

    Parameters
    ----------
    what : a blob's digest; or a row, a run or a snapshot that the journal does not fit
    documents : the names of the documents that a blob belongs to
    places : where those came from
    count : how many things it stands for
    """

    kind: FindingKind
    what: str
    message: str
    advice: str
    documents: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    count: int = 1


class Findings:
    """Findings as they come in: the first of each kind, and the number of the rest."""

    def __init__(self) -> None:
        self.listed: list[Finding] = []
        self._seen: Counter[FindingKind] = Counter()
        self._left_out: Counter[FindingKind] = Counter()

    def room(self, kind: FindingKind) -> int:
        """How many more of a kind are listed."""
        return max(LISTED - self._seen[kind], 0)

    def add(self, finding: Finding) -> None:
        if self.room(finding.kind):
            self._seen[finding.kind] += 1
            self.listed.append(finding)
        else:
            self._left_out[finding.kind] += finding.count

    def count_only(self, kind: FindingKind, count: int) -> None:
        """Take note of more of a kind than are listed."""
        self._left_out[kind] += count

    def all(self) -> Iterator[Finding]:
        """Everything found, the rest of each kind summed up."""
        yield from self.listed
        for kind, count in self._left_out.items():
            if count:
                yield Finding(
                    kind=kind, what="others", message=f"So much is wrong with {count:,} others.", count=count,
                    advice="Repair what is listed and check again; the rest is listed then.",
                )  # fmt: skip


@dataclass(frozen=True, kw_only=True, repr=False)
class Checked:
    """What a check looked at, and what it found.

    Parameters
    ----------
    blobs : how many were compared
    read : how many of them were read and compared by digest
    relations : how many relations were compared with the journal
    unfinished : blobs of runs that are at work or were interrupted, which no document names yet
    open_runs : those runs
    removed : how many orphaned blobs were removed; None when that was not asked for or had to be left
    note : what else is to be said
    is_complete : False when it was stopped
    """

    findings: Listing[Finding]
    blobs: int
    read: int
    relations: int
    unfinished: int = 0
    open_runs: Sequence[int] = ()
    removed: int | None = None
    note: str = ""
    is_complete: bool = True

    @property
    def counts(self) -> Mapping[str, int]:
        """How many findings there are of each kind."""
        counted: Counter[str] = Counter()
        for finding in self.findings:
            counted[finding.kind] += finding.count
        return {kind.value: counted[kind] for kind in FindingKind if counted[kind]}

    @property
    def is_well(self) -> bool:
        """Was nothing found?"""
        return not self.findings

    @property
    def headline(self) -> str:
        """One sentence for a log or a mail."""
        looked = (
            f"{self.blobs:,} blobs compared, {self.read:,} of them read; {self.relations} relations with their journal"
        )
        stopped = "" if self.is_complete else "stopped before the end; "
        found = ", ".join(f"{count:,} {kind}" for kind, count in self.counts.items()) or "all well"
        return f"{stopped}{looked}: {found}"

    @property
    def notes(self) -> list[str]:
        """What is no finding, but worth a sentence."""
        told = []
        if self.unfinished:
            runs = ", ".join(map(str, self.open_runs))
            told.append(
                f"{self.unfinished:,} blobs are named by nothing yet; run {runs} is at work or was interrupted, "
                "and names them when it goes on"
            )
        if self.removed is not None:
            told.append(f"{self.removed:,} orphaned blobs were removed")
        return [*told, *([self.note] if self.note else [])]

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """The same for a program."""
        return {
            "is_well": self.is_well,
            "is_complete": self.is_complete,
            "blobs": self.blobs,
            "read": self.read,
            "relations": self.relations,
            "unfinished": self.unfinished,
            "open_runs": list(self.open_runs),
            "removed": self.removed,
            "note": self.note,
            "counts": dict(self.counts),
            "findings": [asdict(finding) for finding in self.findings],
        }

    def __str__(self) -> str:
        lines = [self.headline, *self.notes]
        return "\n".join([*lines, "", repr(self.findings)] if self.findings else lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """For a notebook."""
        told = "".join(f"<p>{escape(line)}</p>" for line in (self.headline, *self.notes))
        return told + (self.findings._repr_html_() if self.findings else "")


def listing(findings: Sequence[Finding]) -> Listing[Finding]:
    """Findings as a list that displays well."""
    return Listing(findings, columns=_COLUMNS, empty="all well")


_COLUMNS = (
    ("kind", lambda f: f.kind),
    ("what", lambda f: f.what[:12] + "…" if len(f.what) == 64 else f.what),
    ("documents", lambda f: _short(f.documents)),
    ("what is wrong", lambda f: f.message),
    ("what to do", lambda f: f.advice),
)


def _short(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
