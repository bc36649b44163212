"""What a rollback would do, as a person reads it before it is done."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from html import escape
from typing import Any

from workbench.listing import Listing


class Fate(StrEnum):
    """What becomes of a document when a run is taken back."""

    REMOVED = "removed"
    PUT_BACK = "put back"
    CHANGED = "changed"
    STAYS = "stays"
    KEPT = "kept"


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One document: as it is, and as it would be.

    Parameters
    ----------
    now, before : category, or what stands in its place; None where there is no such document
    why, by_run : what stands in the way, and which run that was
    """

    document_id: int
    name: str
    locator: str
    what: Fate
    now: str | None
    before: str | None
    name_now: str | None = None
    name_before: str | None = None
    state_now: str | None = None
    state_before: str | None = None
    why: str = ""
    by_run: int | None = None

    @property
    def change(self) -> str:
        """In a few words, from how it is to how it would be."""
        if self.what in {Fate.KEPT, Fate.STAYS}:
            by = f" (run {self.by_run})" if self.by_run else ""
            return f"stays {_words(self.now)}: {self.why or 'was changed since'}{by}"
        if self.what is Fate.REMOVED:
            return f"{_words(self.now)} → not in the catalogue"
        if self.what is Fate.PUT_BACK:
            return f"not in the catalogue → {_words(self.before)}"
        return ", ".join(self._differences()) or "read or compared as before"

    def _differences(self) -> list[str]:
        pairs = (
            (_words(self.now), _words(self.before)),
            (self.name_now, self.name_before),
            (self.state_now, self.state_before),
        )
        return [f"{now} → {before}" for now, before in pairs if now != before]


@dataclass(frozen=True, kw_only=True)
class PlannedEffect:
    """Something outside the catalogue that is taken back, or done again."""

    target: str
    operation: str
    is_again: bool
    effects: int


@dataclass(frozen=True, kw_only=True, repr=False)
class Plan:
    """What taking back would do.

    Parameters
    ----------
    runs : what is taken back, newest first
    rows : number of rows by relation and by what becomes of them
    in_the_way : later runs that keep something from being taken back
    is_labelled : whether people's decisions do
    labels_left : how many labels given since a snapshot are left as they are
    since : the snapshot that this is only compared with
    by : the run that did it; None for a plan
    """

    runs: tuple[int, ...]
    documents: Listing[Planned]
    rows: Mapping[str, Mapping[str, int]]
    effects: Sequence[PlannedEffect] = ()
    others: Sequence[str] = ()
    in_the_way: tuple[int, ...] = ()
    is_labelled: bool = False
    labels_left: int = 0
    since: str = ""
    by: int | None = None

    @staticmethod
    def done_before(by: int, runs: tuple[int, ...]) -> "Plan":
        """What is known of a rollback whose catalogue part an earlier process had committed."""
        return Plan(runs=runs, documents=listing([]), rows={}, by=by)

    @cached_property
    def fates(self) -> Counter[Fate]:
        """How many documents have which fate."""
        return Counter(document.what for document in self.documents)

    @property
    def conflicts(self) -> Listing[Planned]:
        """Documents that are kept, with what somebody decided or changed since."""
        return listing([d for d in self.documents if d.what is Fate.KEPT], empty="no conflicts")

    @property
    def changes(self) -> int:
        """Rows of the catalogue that would be written."""
        return sum(count for fates in self.rows.values() for what, count in fates.items() if what in _WRITTEN)

    @property
    def is_empty(self) -> bool:
        return not self.changes and not self.effects

    @property
    def headline(self) -> str:
        """One sentence."""
        if self.since:
            return f"since snapshot '{self.since}': {self._counted() or 'no document has changed'}"
        what = f"run {self.runs[0]}" if len(self.runs) == 1 else f"{len(self.runs)} runs ({_numbers(self.runs)})"
        if self.is_empty:
            return f"taking back {what} changes nothing" + (f"; {self.kept}" if self.kept else "")
        begin = f"run {self.by} took back {what}" if self.by else f"taking back {what}"
        return f"{begin}: {self._counted() or 'no document changes'}"

    def _counted(self) -> str:
        return ", ".join(f"{count} {words}" for words, count in self._told())

    def _told(self) -> list[tuple[str, int]]:
        words = _SINCE if self.since else _FATES
        return [(words[fate], self.fates[fate]) for fate in Fate if self.fates[fate]]

    @property
    def kept(self) -> str:
        """What stands in the way, and what to do about it; empty where nothing does."""
        return "; ".join(part for part in (self._kept(), self._labels_left()) if part)

    def _labels_left(self) -> str:
        if not self.labels_left or self.since:
            return ""
        count = self.labels_left
        given = (
            f"{count} labels that people gave since stay" if count != 1 else "1 label that a person gave since stays"
        )
        return f"{given}: --labels takes back what people decided"

    def _kept(self) -> str:
        if not self.fates[Fate.KEPT]:
            return ""
        hints = []
        if self.in_the_way:
            hints.append(f"--cascade takes back {_runs(self.in_the_way)} as well")
        if self.is_labelled:
            hints.append("--labels takes back what people decided since")
        count = self.fates[Fate.KEPT]
        verb = ("are" if count != 1 else "is") if self.by else "would be"
        kept = f"{count} document{'s' * (count != 1)} {verb} kept as {'they are' if count != 1 else 'it is'}"
        return f"{kept}: {'; '.join(hints)}" if hints else kept

    def outcomes(self) -> list[tuple[str, int]]:
        """What happens, in words, and how often."""
        return self._told() + [
            (f"{e.target}: {e.operation}, {'done again' if e.is_again else 'undone'}", e.effects) for e in self.effects
        ]

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """The same for a program."""
        return {
            "runs": list(self.runs),
            "by": self.by,
            "documents": [asdict(d) for d in self.documents],
            "counts": {str(fate): count for fate, count in self.fates.items()},
            "rows": {relation: dict(fates) for relation, fates in self.rows.items()},
            "effects": [asdict(e) for e in self.effects],
            "others": list(self.others),
            "in_the_way": list(self.in_the_way),
        }

    def __str__(self) -> str:
        lines = [self.headline, "", *(f"  {count:>6}  {words}" for words, count in self.outcomes())]
        lines += [f"  {other}" for other in self.others]
        lines += ["", repr(self.documents)] if self.documents else []
        lines += ["", self.kept] if self.kept else []
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        kept = f"<p>{escape(self.kept)}</p>" if self.kept else ""
        return f"<p>{escape(self.headline)}</p>{self.documents._repr_html_()}{kept}"


def listing(documents: Sequence[Planned], *, empty: str = "no document changes") -> Listing[Planned]:
    """Documents with their fates, as a list that displays well."""
    columns = (
        ("id", lambda d: d.document_id),
        ("document", lambda d: d.name),
        ("what", lambda d: d.what),
        ("now → then", lambda d: d.change),
    )
    return Listing(documents, columns=columns, empty=empty)


_WRITTEN = {"removed", "changed", "put back"}
_FATES = {
    Fate.REMOVED: "removed",
    Fate.PUT_BACK: "put back",
    Fate.CHANGED: "changed back",
    Fate.STAYS: "stay: met again since, or inside of something that stays",
    Fate.KEPT: "kept: somebody decided or changed something since",
}


_SINCE = {
    Fate.REMOVED: "new",
    Fate.PUT_BACK: "gone",
    Fate.CHANGED: "changed",
    Fate.STAYS: "met again",
    Fate.KEPT: "new or changed, and tied to something else",
}


def _words(value: str | None) -> str:
    return (value or "nothing").replace("_", " ")


def _runs(numbers: Sequence[int]) -> str:
    return f"run {numbers[0]}" if len(numbers) == 1 else f"runs {_numbers(numbers)}"


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers[:10]) + (", …" if len(numbers) > 10 else "")
