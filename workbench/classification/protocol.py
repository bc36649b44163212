"""What a classifier is: it answers about documents, or abstains.

Implementations stand beside this module; others come by the entry point group
``workbench.classifiers``. They see texts, never a database.
"""

from collections.abc import Sequence
from typing import Protocol

from workbench.records import Opinion, Text


class Classifier(Protocol):
    """Texts in, one opinion each out; None abstains without a word."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    def classify(self, documents: Sequence[Text]) -> Sequence[Opinion | None]: ...
