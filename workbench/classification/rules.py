"""The rule classifier: what people wrote down, applied and explained.

Takes texts and a rule set, gives opinions. The same rule set and the same inputs give the
same opinion, in whatever order rules or documents come.
"""

import hashlib
import time
from collections.abc import Iterator, Sequence
from functools import cached_property

from workbench.classification import scoring
from workbench.classification.inputs import inputs_digest
from workbench.classification.matching import Find, PreparedRule, Reading, count, finds
from workbench.classification.ruleset import Rule, RuleSet
from workbench.records import Evidence, Opinion, Text

TIMEOUT_S = 1.0
"""Time for the regular expressions of one document. An honest pattern needs microseconds; one that
backtracks without end is left out of the opinion, with a warning in its reason."""


class RuleClassifier:
    """Scores categories by rules.

    Parameters
    ----------
    threshold : least score of the winner; the rule set's own unless given
    margin : least lead over the second; the rule set's own unless given
    timeout_s : for the regular expressions of one document
    """

    name = "rules"

    def __init__(
        self,
        ruleset: RuleSet,
        *,
        threshold: float | None = None,
        margin: float | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.ruleset = ruleset
        self.threshold = ruleset.decide.threshold if threshold is None else threshold
        self.margin = ruleset.decide.margin if margin is None else margin
        self._timeout_s = timeout_s

    @cached_property
    def _rules(self) -> tuple[PreparedRule, ...]:
        """Compiled when the first document is asked about: two thousand patterns take a second."""
        return tuple(PreparedRule.of(rule) for rule in sorted(self.ruleset.rules, key=lambda rule: rule.id))

    @property
    def version(self) -> str:
        """The first 16 characters of the rule set's digest, taken over the thresholds too if they are not its own."""
        decide = self.ruleset.decide
        if (self.threshold, self.margin) == (decide.threshold, decide.margin):
            return self.ruleset.digest[:16]
        return hashlib.sha256(f"{self.ruleset.digest} {self.threshold} {self.margin}".encode()).hexdigest()[:16]

    def classify(self, documents: Sequence[Text]) -> list[Opinion]:
        """One opinion each; it abstains by category None and says why."""
        return [self._opinion(document) for document in documents]

    def _opinion(self, document: Text) -> Opinion:
        evidence, spoke, left_out = self._ask(document)
        scores: dict[str, float] = {}
        for item in evidence:
            scores[item.category] = scores.get(item.category, 0.0) + item.weight
        scores = {name: round(score, 6) for name, score in sorted(scores.items())}
        outcome = scoring.settle(scores, _priorities(spoke), threshold=self.threshold, margin=self.margin)
        reason = scoring.sentence(outcome, scores, evidence, threshold=self.threshold, left_out=left_out)
        return Opinion(
            classifier=self.name,
            version=self.version,
            inputs=inputs_digest(document),
            category=outcome.category,
            confidence=outcome.confidence,
            reason=reason,
            evidence=evidence,
            scores=scores,
        )

    def _ask(self, document: Text) -> tuple[tuple[Evidence, ...], list[Rule], list[str]]:
        """Evidence (strongest first), the rules that spoke, and the rules that took too long."""
        # Compiled first: the time limit is for the document.
        rules = self._rules
        reading = Reading(document=document, deadline=time.monotonic() + self._timeout_s)
        evidence: list[Evidence] = []
        spoke: list[Rule] = []
        left_out: list[str] = []
        for prepared in rules:
            try:
                found = finds(prepared, reading)
            except TimeoutError:
                left_out.append(prepared.rule.id)
                continue
            if found is not None:
                spoke.append(prepared.rule)
                evidence.extend(_evidence(prepared, found))
        return tuple(sorted(evidence, key=_strongest_first)), spoke, left_out


def _evidence(prepared: PreparedRule, found: Sequence[Find]) -> Iterator[Evidence]:
    """One item per find; together they weigh what the rule adds."""
    rule = prepared.rule
    share = rule.weight * count(prepared, found) / len(found)
    for find in found:
        yield Evidence(
            rule=rule.id,
            category=rule.category,
            field=find.field,
            found=find.found,
            start=find.start,
            end=find.end,
            weight=share,
        )


def _priorities(rules: Sequence[Rule]) -> dict[str, int]:
    """The highest priority among the rules that spoke for each category."""
    priorities: dict[str, int] = {}
    for rule in rules:
        if rule.weight > 0:
            priorities[rule.category] = max(rule.priority, priorities.get(rule.category, rule.priority))
    return priorities


def _strongest_first(item: Evidence) -> tuple[float, str, str, int]:
    return -abs(item.weight), item.rule, item.field, item.start
