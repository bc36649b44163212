"""Rule sets and documents for the tests of this room."""

from pathlib import Path

from workbench.classification.rulefile import load, parse
from workbench.classification.ruleset import RuleSet
from workbench.records import Digest, Text

SHIPPED = Path(__file__).parents[2] / "config" / "sorting-rules.yaml"

SMALL = """
version: 1
categories:
  - {id: invoice, title: {de: Rechnung, en: Invoice}}
  - {id: reminder, title: {de: Mahnung, en: Reminder}}
rules:
  - id: headline
    category: invoice
    weight: 2
    any:
      - {keyword: [Rechnung], within: 400}
  - id: number
    category: invoice
    any:
      - {keyword: [Rechnungs-nummer]}
      - {phrase: [zahlbar bis]}
    at_most: 2
  - id: reminder
    category: reminder
    weight: 2.5
    any:
      - {keyword: [Mahnung]}
  - id: against
    category: invoice
    weight: -0.5
    any:
      - {keyword: [Verzugszinsen]}
"""


def small(content: str = SMALL) -> RuleSet:
    return parse(content)


def shipped() -> RuleSet:
    return load(SHIPPED)


def text(content: str, **facts: object) -> Text:
    """A document of that text; facts are fields of `Text`."""
    return Text(digest=Digest("0" * 64), text=content, **facts)  # type: ignore[arg-type]  # facts vary by test
