"""From scores to a decision, and to a sentence that a person can check."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.records import Evidence

SHOWN = 4
"""Words named in a sentence; the evidence keeps all of them."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Who won, if anyone.

    Parameters
    ----------
    best, second : categories with the highest scores, None where nothing spoke
    category : `best` when it is sure enough, else None
    by_priority : whether the priority had to decide
    """

    best: str | None
    second: str | None
    category: str | None
    confidence: float
    by_priority: bool = False


def settle(scores: Mapping[str, float], priorities: Mapping[str, int], *, threshold: float, margin: float) -> Outcome:
    """The category with the highest score, if high enough and far enough ahead.

    Within `margin` the higher priority among the rules that spoke decides; equal priorities abstain.
    """
    ranked = sorted((name for name in scores if scores[name] > 0), key=lambda name: (-scores[name], name))
    if not ranked:
        return Outcome(best=None, second=None, category=None, confidence=0.0)
    close = [name for name in ranked if scores[ranked[0]] - scores[name] < margin or name == ranked[0]]
    best = max(close, key=lambda name: priorities.get(name, 0))
    second = next((name for name in ranked if name != best), None)
    by_priority = len(close) > 1 and all(
        priorities.get(best, 0) > priorities.get(name, 0) for name in close if name != best
    )
    lead = max(0.0, scores[best] - (scores[second] if second else 0.0))
    is_sure = scores[best] >= threshold and (len(close) == 1 or by_priority)
    return Outcome(
        best=best,
        second=second,
        category=best if is_sure else None,
        confidence=confidence(scores[best], lead, threshold=threshold),
        by_priority=by_priority,
    )


def confidence(score: float, lead: float, *, threshold: float) -> float:
    """(1 - e^(-score/threshold)) * (1 - e^(-lead/threshold) / 2), between 0 and 1.

    Grows with the score and with the lead over the second. Without rivals a score equal to the
    threshold gives .52, twice the threshold .81, three times .93; a lead of nothing halves it.
    """
    strength = 1 - math.exp(-max(score, 0.0) / threshold)
    return round(strength * (1 - math.exp(-max(lead, 0.0) / threshold) / 2), 4)


def sentence(
    outcome: Outcome,
    scores: Mapping[str, float],
    evidence: Sequence[Evidence],
    *,
    threshold: float,
    left_out: Iterable[str] = (),
) -> str:
    """Why, in one line, naming the words."""
    warning = "".join(f"; rule '{rule}' was left out, its pattern took too long" for rule in left_out)
    return _story(outcome, scores, evidence, threshold=threshold) + warning


def _story(outcome: Outcome, scores: Mapping[str, float], evidence: Sequence[Evidence], *, threshold: float) -> str:
    best, second = outcome.best, outcome.second
    if best is None:
        return "no rule spoke for any category"
    words = _words(evidence, best)
    if outcome.category is None and scores[best] < threshold:
        return f"too little for {best}: {scores[best]:.1f} of {threshold:.1f}, {words}"
    if outcome.category is None and second is not None:
        return (
            f"undecided between {best} ({scores[best]:.1f}: {words}) "
            f"and {second} ({scores[second]:.1f}: {_words(evidence, second)})"
        )
    return f"{best}: {words}{_objections(outcome, scores, evidence)}"


def _objections(outcome: Outcome, scores: Mapping[str, float], evidence: Sequence[Evidence]) -> str:
    against = [item for item in evidence if item.category == outcome.best and item.weight < 0]
    said = f"; {_quoted(against)} spoke {-sum(item.weight for item in against):.1f} against" if against else ""
    if outcome.second is not None:
        priority = ", and its rules have the lower priority" if outcome.by_priority else ""
        rival, own = scores[outcome.second], scores[outcome.best or ""]
        said += f"; {outcome.second} scored {rival:.1f} against {own:.1f}{priority}"
    return said


def _words(evidence: Sequence[Evidence], category: str) -> str:
    """The strongest words for a category, by field: `"Rechnung" and "zahlbar bis" in the text`.

    Numbers (size, pages) have no span and are left to the evidence, unless nothing else spoke.
    """
    spoke = [item for item in evidence if item.category == category and item.weight > 0 and item.end][:SHOWN]
    if not spoke:
        return "by its numbers alone"
    fields = dict.fromkeys(item.field for item in spoke)
    return ", ".join(f"{_quoted(item for item in spoke if item.field == field)} in the {field}" for field in fields)


def _quoted(evidence: Iterable[Evidence]) -> str:
    words = dict.fromkeys(f'"{" ".join(item.found.split())[:60]}"' for item in evidence)
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
