"""The cascade: cheapest first, stop when sure, keep what was said."""

from collections.abc import Sequence
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from tests.classification.rulesets import text
from workbench.classification import cascade
from workbench.classification.cascade import Cascade, Thresholds, decide, with_plugins
from workbench.errors import ConfigError
from workbench.records import Decision, Opinion, Text


def said(classifier: str, category: str | None, confidence: float) -> Opinion:
    return Opinion(
        classifier=classifier, version="1", inputs="", category=category, confidence=confidence, reason=f"{category}!"
    )


class Answers:
    """A classifier that answers by the document's text and remembers whom it was asked about."""

    version = "1"

    def __init__(self, name: str, answers: dict[str, Opinion | None]) -> None:
        self.name = name
        self.answers = answers
        self.asked: list[str] = []

    def classify(self, documents: Sequence[Text]) -> list[Opinion | None]:
        self.asked += [document.text for document in documents]
        return [self.answers.get(document.text) for document in documents]


def test_a_sure_opinion_spares_the_later_classifiers() -> None:
    cheap = Answers("cheap", {"a": said("cheap", "x", 0.9), "b": said("cheap", "x", 0.1), "c": None})
    dear = Answers("dear", {"b": said("dear", "y", 0.8)})
    opinions = Cascade([cheap, dear]).classify([text("a"), text("b"), text("c")])
    assert dear.asked == ["b", "c"]
    assert [[opinion.classifier for opinion in given] for given in opinions] == [["cheap"], ["cheap", "dear"], []]


def test_nobody_is_asked_about_nothing() -> None:
    cheap = Answers("cheap", {"a": said("cheap", "x", 0.9)})
    dear = Answers("dear", {})
    Cascade([cheap, dear]).classify([text("a")])
    assert dear.asked == []


def test_the_first_sure_opinion_decides() -> None:
    verdict = decide([said("rules", None, 0.2), said("model", "y", 0.8), said("llm", "z", 0.9)])
    assert (verdict.category, verdict.decided_by, verdict.decision) == ("y", "model", Decision.CLASSIFIED)


def test_without_a_sure_opinion_a_person_must_look() -> None:
    verdict = decide([said("rules", None, 0.2), said("model", "y", 0.3)])
    assert (verdict.category, verdict.decided_by, verdict.decision) == (None, None, Decision.NEEDS_REVIEW)
    assert verdict.reason == "rules abstained: None!; model not sure enough (0.30): y!"
    assert decide([]).reason == "no classifier answered"


def test_thresholds_hold_by_classifier_and_by_category() -> None:
    thresholds = Thresholds(default=0.5, by_classifier={"model": 0.8}, by_category={"termination": 0.9})
    assert thresholds.is_sure(said("rules", "x", 0.5))
    assert not thresholds.is_sure(said("model", "x", 0.7))
    assert not thresholds.is_sure(said("rules", "termination", 0.85))
    assert not thresholds.is_sure(said("rules", None, 1.0))


def test_plugins_come_after_the_built_in_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint(name="mine", value="tests.classification.test_cascade:plugin", group=cascade.ENTRY_POINTS)
    monkeypatch.setattr(cascade, "entry_points", lambda group: EntryPoints([point]))
    built_in = Answers("cheap", {})
    assert [classifier.name for classifier in with_plugins([built_in])] == ["cheap", "plugin"]


def test_a_broken_plugin_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint(name="mine", value="tests.classification.nowhere:plugin", group=cascade.ENTRY_POINTS)
    monkeypatch.setattr(cascade, "entry_points", lambda group: EntryPoints([point]))
    with pytest.raises(ConfigError, match="the classifier 'mine'"):
        with_plugins([])


def plugin() -> Answers:
    return Answers("plugin", {})
