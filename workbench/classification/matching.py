"""Applies one rule to one document: does it speak, and because of which words?"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from workbench.classification.inputs import field_number, field_values
from workbench.classification.patterns import Pattern, fold, grams, patterns, reach
from workbench.classification.ruleset import Condition, Rule
from workbench.records import Text

MAX_FINDS = 200
"""Occurrences of one pattern looked at in one field when a rule counts different words."""


@dataclass(frozen=True, slots=True, order=True)
class Find:
    """Words that satisfied a condition, as written, with their span in the field."""

    field: str
    start: int
    end: int
    found: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """A condition made ready to be asked many times; its patterns are kept by anchor."""

    condition: Condition
    patterns: Mapping[str, tuple[Pattern, ...]]
    anchors: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class PreparedRule:
    """A rule made ready to be asked many times."""

    rule: Rule
    all: tuple[Question, ...]
    any: tuple[Question, ...]
    none: tuple[Question, ...]

    @classmethod
    def of(cls, rule: Rule) -> "PreparedRule":
        """Compile every pattern of a rule."""
        return cls(rule=rule, all=_questions(rule.all), any=_questions(rule.any), none=_questions(rule.none))


@dataclass(frozen=True, slots=True)
class Value:
    """A field's value, as far as a condition looks, with what dismisses most patterns at once.

    The grams are those of the whole value: more than the head has, never less.
    """

    written: str
    folded: str
    grams: set[str]

    @classmethod
    def of(cls, written: str) -> "Value":
        """Fold it and collect its grams."""
        folded = fold(written)
        return cls(written, folded, grams(folded))

    def head(self, within: int) -> "Value":
        """As far as what begins in the first `within` characters can reach."""
        head = self.written[: reach(self.written, within)]
        return Value(head, fold(head), self.grams)


@dataclass(kw_only=True)
class Reading:
    """One document while its rules are asked: folded copies, and the time that is left for slow patterns."""

    document: Text
    deadline: float
    _values: dict[tuple[str, int | None], tuple[Value, ...]] = field(default_factory=dict)

    def values(self, name: str, within: int | None) -> tuple[Value, ...]:
        """What a field holds, as far as `within` reaches."""
        known = self._values.get((name, within))
        if known is None:
            known = self._values[name, within] = self._read(name, within)
        return known

    def _read(self, name: str, within: int | None) -> tuple[Value, ...]:
        if within is None:
            return tuple(map(Value.of, field_values(self.document, name)))
        return tuple(value.head(within) for value in self.values(name, None))

    def time_left_s(self) -> float:
        """Never zero, which the `regex` module would take for no limit."""
        return max(self.deadline - time.monotonic(), 1e-4)


def finds(prepared: PreparedRule, reading: Reading) -> tuple[Find, ...] | None:
    """The words a rule rests on, None where it does not apply.

    Of `any`, at most `at_most` different words; of `all`, the first words of each condition.

    Raises
    ------
    TimeoutError
        A regular expression of the rule used up the document's time.
    """
    required: list[Find] = []
    for question in prepared.all:
        first = min(_answers(question, reading), default=None)
        if first is None:
            return None
        required.append(first)
    chosen = _different(prepared.any, reading, at_most=prepared.rule.at_most)
    if prepared.any and not chosen:
        return None
    if any(next(_answers(question, reading), None) for question in prepared.none):
        return None
    return (*chosen, *required)


def count(prepared: PreparedRule, found: Sequence[Find]) -> int:
    """How many times the rule's weight counts."""
    return max(1, len(found) - len(prepared.all))


def _questions(conditions: Sequence[Condition]) -> tuple[Question, ...]:
    return tuple(map(_question, conditions))


def _question(condition: Condition) -> Question:
    by_anchor: dict[str, tuple[Pattern, ...]] = {}
    for pattern in patterns(condition):
        by_anchor[pattern.anchor] = (*by_anchor.get(pattern.anchor, ()), pattern)
    return Question(condition=condition, patterns=by_anchor, anchors=frozenset(by_anchor))


def _different(questions: Sequence[Question], reading: Reading, *, at_most: int) -> list[Find]:
    """The first finds that differ in more than case, in order of their place; none inside another."""
    found = sorted({find for question in questions for find in _answers(question, reading, many=at_most > 1)})
    kept: dict[str, Find] = {}
    last: Find | None = None
    for find in found:
        if last and find.field == last.field and last.start <= find.start < last.end:
            continue
        last = find
        kept.setdefault(" ".join(find.found.casefold().split()), find)
    return list(kept.values())[:at_most]


def _answers(question: Question, reading: Reading, *, many: bool = False) -> Iterator[Find]:
    """Finds of each pattern: the first, or with `many` up to `MAX_FINDS`."""
    condition = question.condition
    if condition.range is not None:
        yield from _in_range(condition, reading.document)
        return
    for value in reading.values(condition.field, condition.within):
        for anchor in sorted(question.anchors & value.grams):
            for pattern in question.patterns[anchor]:
                if pattern.literal in value.folded:
                    yield from _finds(pattern, value.written, condition.field, reading, limit=MAX_FINDS if many else 1)


def _finds(pattern: Pattern, written: str, name: str, reading: Reading, *, limit: int) -> Iterator[Find]:
    timeout_s = reading.time_left_s() if pattern.is_timed else None
    for start, end in islice(pattern.matches(written, timeout_s=timeout_s), limit):
        yield Find(name, start, end, written[start:end])


def _in_range(condition: Condition, document: Text) -> Iterator[Find]:
    number = field_number(document, condition.field)
    asked = condition.range
    if asked and (asked.min is None or number >= asked.min) and (asked.max is None or number <= asked.max):
        yield Find(condition.field, 0, 0, f"{number:g}")
