"""Applies one rule to one document: does it speak, and because of which words?"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from workbench.classification.inputs import field_number, field_values
from workbench.classification.patterns import Pattern, fold, patterns
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
    """A condition made ready to be asked many times."""

    condition: Condition
    patterns: tuple[Pattern, ...]


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


@dataclass(kw_only=True)
class Reading:
    """One document while its rules are asked: folded copies, and the time that is left for slow patterns."""

    document: Text
    deadline: float
    _folded: dict[str, str] = field(default_factory=dict)

    def contains(self, value: str, literal: str) -> bool:
        """Can a pattern with this literal match at all?"""
        if not literal:
            return True
        folded = self._folded.get(value)
        if folded is None:
            folded = self._folded[value] = fold(value)
        return literal in folded

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
        first = next(_answers(question, reading), None)
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
    return tuple(Question(condition=condition, patterns=patterns(condition)) for condition in conditions)


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
    for value in field_values(reading.document, condition.field):
        for pattern in question.patterns:
            if not reading.contains(value, pattern.literal):
                continue
            timeout_s = reading.time_left_s() if pattern.is_free else None
            for number, (start, end) in enumerate(pattern.matches(value, timeout_s=timeout_s)):
                if number >= (MAX_FINDS if many else 1):
                    break
                yield Find(condition.field, start, end, value[start:end])


def _in_range(condition: Condition, document: Text) -> Iterator[Find]:
    number = field_number(document, condition.field)
    asked = condition.range
    if asked and (asked.min is None or number >= asked.min) and (asked.max is None or number <= asked.max):
        yield Find(condition.field, 0, 0, f"{number:g}")
