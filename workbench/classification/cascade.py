"""Asks the cheapest classifier first and stops at the first that is sure.

Later classifiers see only what is still open, so an LLM is asked about little. All opinions
are kept, in the order given. A person's label outranks them all; who applies the verdict
applies that too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points

from workbench.classification.protocol import Classifier
from workbench.errors import ConfigError
from workbench.records import Decision, Opinion, Text

ENTRY_POINTS = "workbench.classifiers"


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Least confidence of an opinion that decides.

    Parameters
    ----------
    default : for all others; .5 is what the rules reach at their own threshold without a rival
    by_classifier : e.g. {"statistical": .8}
    by_category : e.g. {"termination": .9} where a mistake is dear; the higher of the two counts
    """

    default: float = 0.5
    by_classifier: Mapping[str, float] = field(default_factory=dict)
    by_category: Mapping[str, float] = field(default_factory=dict)

    def is_sure(self, opinion: Opinion) -> bool:
        """Is this opinion enough to stop?"""
        if opinion.category is None:
            return False
        least = self.by_classifier.get(opinion.classifier, self.default)
        return opinion.confidence >= max(least, self.by_category.get(opinion.category, 0.0))


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the opinions about a document come to; no category where none was sure."""

    category: str | None
    confidence: float
    decided_by: str | None
    reason: str
    decision: Decision


class Cascade:
    """Classifiers in order of cost, and what counts as sure."""

    def __init__(self, classifiers: Sequence[Classifier], *, thresholds: Thresholds | None = None) -> None:
        self.classifiers = tuple(classifiers)
        self.thresholds = thresholds or Thresholds()

    def classify(self, documents: Sequence[Text]) -> list[tuple[Opinion, ...]]:
        """All opinions about each document, in the order they were asked for."""
        opinions: list[list[Opinion]] = [[] for _ in documents]
        undecided = list(range(len(documents)))
        for classifier in self.classifiers:
            if not undecided:
                break
            answers = classifier.classify([documents[index] for index in undecided])
            for index, answer in zip(undecided, answers, strict=True):
                if answer is not None:
                    opinions[index].append(answer)
            undecided = [index for index in undecided if not any(map(self.thresholds.is_sure, opinions[index]))]
        return [tuple(given) for given in opinions]

    def decide(self, opinions: Sequence[Opinion]) -> Verdict:
        """The verdict by this cascade's thresholds."""
        return decide(opinions, thresholds=self.thresholds)


def decide(opinions: Sequence[Opinion], *, thresholds: Thresholds | None = None) -> Verdict:
    """The first sure opinion; without one the document needs review, and the reason says what was thought."""
    thresholds = thresholds or Thresholds()
    sure = next((opinion for opinion in opinions if thresholds.is_sure(opinion)), None)
    if sure is not None:
        return Verdict(
            category=sure.category,
            confidence=sure.confidence,
            decided_by=sure.classifier,
            reason=sure.reason,
            decision=Decision.CLASSIFIED,
        )
    return Verdict(
        category=None,
        confidence=max((opinion.confidence for opinion in opinions), default=0.0),
        decided_by=None,
        reason="; ".join(map(_doubt, opinions)) or "no classifier answered",
        decision=Decision.NEEDS_REVIEW,
    )


def with_plugins(built_in: Sequence[Classifier]) -> tuple[Classifier, ...]:
    """The built-in classifiers and those that other packages bring, after them and by name.

    An entry point names a function that takes nothing and returns a classifier.

    Raises
    ------
    ConfigError
        A package's classifier cannot be made.
    """
    found = sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name)
    plugins: list[Classifier] = []
    for point in found:
        try:
            plugins.append(point.load()())
        except Exception as error:  # whatever foreign code raises, the user needs its name
            raise ConfigError(f"the classifier '{point.name}' ({point.value}) cannot be made: {error}") from error
    return (*built_in, *plugins)


def _doubt(opinion: Opinion) -> str:
    if opinion.category is None:
        return f"{opinion.classifier} abstained: {opinion.reason}"
    return f"{opinion.classifier} not sure enough ({opinion.confidence:.2f}): {opinion.reason}"
