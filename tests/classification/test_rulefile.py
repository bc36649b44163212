"""Mistakes in a rule file are all reported, with their lines."""

from pathlib import Path

import pytest

from tests.classification.rulesets import SHIPPED, SMALL, small
from workbench.classification.rulefile import check, load, parse
from workbench.errors import ConfigError

WRONG = """version: 1
categories:
  - {id: invoice, title: {de: Rechnung, en: Invoice}}
  - {id: invoice, title: {de: Mahnung}}
rules:
  - id: one
    category: invoce
    any:
      - {keywrd: [Rechnung]}
  - id: two
    category: invoice
    weight: heavy
    any:
      - {regex: 'Rechnung ('}
      - {keyword: [a], in: txt}
  - id: two
    category: invoice
    retries: 3
    all:
      - {in: pages, keyword: [x]}
  - id: three
    category: invoice
decid: {}
"""


def mistakes(content: str) -> list[str]:
    return [str(mistake) for mistake in check(content)[1]]


def test_every_mistake_is_reported_with_its_line() -> None:
    found = mistakes(WRONG)
    for expected in (
        "line 4: a second entry with the id 'invoice'",
        "line 4: 'en' is missing",
        "line 7: no category 'invoce'; did you mean 'invoice'?",
        "line 9: unknown key 'keywrd'; did you mean 'keyword'?",
        "line 15: no field 'txt'; did you mean 'text'?",
        "line 16: a second entry with the id 'two'",
        "line 18: unknown key 'retries'",
    ):
        assert expected in found
    assert any(line.startswith("line 12: 'weight'") for line in found)
    assert any(line.startswith("line 14: the pattern 'Rechnung (' does not compile") for line in found)
    assert any(line.startswith("line 20: 'pages' is asked by range") for line in found)
    assert any(line.startswith("line 21: a rule needs conditions") for line in found)
    assert any(line.startswith("line 23: unknown key 'decid'; did you mean 'decide'?") for line in found)


def test_loading_a_wrong_file_names_file_line_and_remedy(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(SMALL.replace("category: reminder", "category: remainder"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"rules\.yaml, line 19: no category 'remainder'; did you mean 'reminder'\?"):
        load(path)


def test_a_missing_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the rules"):
        load(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("rules: [", "line 1"),
        ("", "line 1: expected the sections"),
        ("- a\n- b\n", "line 1: expected the sections"),
        ("categories: {}\n", "must be a list"),
        ("categories: []\n", "at least one category"),
        (SMALL.replace("weight: 2\n", "weight: 2\n    weight: 3\n"), "duplicate key"),
    ],
)
def test_files_that_are_no_rule_set_are_reported(content: str, expected: str) -> None:
    assert any(expected in line for line in mistakes(content))


def test_comments_and_order_do_not_change_the_digest() -> None:
    head, _, rules = SMALL.partition("rules:\n")
    entries = ["  - id" + entry for entry in rules.split("  - id")[1:]]
    assert len(entries) == 4
    shuffled = f"# hello\n{head}rules:\n{''.join(reversed(entries))}"
    shuffled = shuffled.replace(
        "    category: invoice\n    weight: 2\n", "    weight: 2.0\n    category: invoice # !\n"
    )
    assert parse(shuffled).digest == small().digest


def test_content_changes_the_digest() -> None:
    assert small(SMALL.replace("weight: 2.5", "weight: 2.6")).digest != small().digest
    assert small(SMALL.replace("Mahnung]", "Mahnungen]")).digest != small().digest


def test_a_single_word_needs_no_list() -> None:
    assert parse(SMALL.replace("[Mahnung]", "Mahnung")).digest == small().digest


def test_the_shipped_rules_are_valid_and_cover_every_category() -> None:
    ruleset = load(SHIPPED)
    assert len(ruleset.categories) == 20
    assert {rule.category for rule in ruleset.rules if rule.weight > 0} == {entry.id for entry in ruleset.categories}
    assert ruleset.category("invoice").title.de == "Rechnung"
