"""Reads a rule file and says, with line numbers, everything that is wrong with it.

Not only the first mistake: whoever edits a file of a hundred rules wants the whole list.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import regex
from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from workbench.classification.ruleset import FIELDS, Category, Condition, Decide, Range, Rule, RuleSet, Title
from workbench.errors import ConfigError

_SECTIONS: dict[str, type[BaseModel]] = {"categories": Category, "rules": Rule}


@dataclass(frozen=True, kw_only=True, order=True)
class Mistake:
    """One thing that is wrong, and where; `line` counts from 1, 0 means the file as a whole."""

    line: int
    message: str
    suggestion: str | None = None

    def __str__(self) -> str:
        hint = f"; did you mean '{self.suggestion}'?" if self.suggestion else ""
        return f"line {self.line}: {self.message}{hint}"


def load(path: Path) -> RuleSet:
    """The rule set in a file.

    Raises
    ------
    ConfigError
        The file is missing or has mistakes; the message lists all of them.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the rules in {path}: {error}") from error
    return parse(content, where=str(path))


def parse(content: str, *, where: str = "the rules") -> RuleSet:
    """The rule set that `content` describes; raises ConfigError with every mistake in it."""
    ruleset, mistakes = check(content)
    if ruleset is None:
        count = f"{len(mistakes)} mistakes" if len(mistakes) > 1 else "1 mistake"
        lines = "\n".join(f"  {where}, {mistake}" for mistake in mistakes)
        raise ConfigError(f"{count} in {where}:\n{lines}")
    return ruleset


def check(content: str) -> tuple[RuleSet | None, tuple[Mistake, ...]]:
    """The rule set, or None with what is wrong, in order of lines."""
    try:
        tree = YAML(typ="rt").load(content)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join((error.problem or "not readable as YAML").split())
        return None, (Mistake(line=mark.line + 1 if mark else 0, message=problem),)
    if not isinstance(tree, CommentedMap):
        return None, (Mistake(line=1, message="expected the sections categories and rules"),)
    mistakes = [*_sections(tree), *_entries(tree), *_repeated_ids(tree), *_unknown_names(tree), *_patterns(tree)]
    if mistakes:
        return None, tuple(sorted(set(mistakes), key=lambda mistake: (mistake.line, mistake.message)))
    return RuleSet.model_validate(tree), ()


def _sections(tree: CommentedMap) -> Iterator[Mistake]:
    """Faults of the file's outline; its entries are looked at one by one, elsewhere."""
    outline = {key: value for key, value in tree.items() if key not in _SECTIONS}
    for name in _SECTIONS:
        if name in tree and not isinstance(tree[name], CommentedSeq):
            yield Mistake(line=_line(tree, (name,)), message=f"'{name}' must be a list, each entry begun with '-'")
    if not tree.get("categories"):
        yield Mistake(line=_line(tree, ("categories",)), message="there must be at least one category")
    placeholder = {"categories": [{"id": "x", "title": {"de": "x", "en": "x"}}]}
    yield from _validated(RuleSet, outline | placeholder, tree, ())


def _entries(tree: CommentedMap) -> Iterator[Mistake]:
    for name, model in _SECTIONS.items():
        for index, entry in enumerate(_listed(tree, name)):
            yield from _validated(model, entry, tree, (name, index))


def _validated(
    model: type[BaseModel], value: object, tree: CommentedMap, place: tuple[str | int, ...]
) -> Iterator[Mistake]:
    try:
        model.model_validate(value)
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            yield _mistake(problem, tree, (*place, *problem["loc"]))


def _mistake(problem: Mapping[str, Any], tree: CommentedMap, place: tuple[str | int, ...]) -> Mistake:
    """Any: pydantic describes errors as mappings of mixed values."""
    line = _line(tree, place)
    name = place[-1] if place else ""
    if problem["type"] == "extra_forbidden":
        known = _known_keys(place[:-1])
        return Mistake(line=line, message=f"unknown key '{name}'", suggestion=_nearest(str(name), known))
    if problem["type"] == "missing":
        return Mistake(line=line, message=f"'{name}' is missing")
    message = str(problem["msg"]).removeprefix("Value error, ")
    given = problem.get("input")
    shown = f", not {given!r}" if isinstance(given, str | int | float | bool) else ""
    subject = f"'{name}': " if isinstance(name, str) and name and problem["type"] != "value_error" else ""
    return Mistake(line=line, message=f"{subject}{message[:1].lower()}{message[1:]}{shown}")


def _known_keys(place: Sequence[str | int]) -> list[str]:
    """The keys allowed at a place, by the last name on the way to it."""
    names = [part for part in place if isinstance(part, str)]
    models: dict[str, type[BaseModel]] = {
        **_SECTIONS, "title": Title, "range": Range, "all": Condition, "any": Condition, "none": Condition,
        "decide": Decide,
    }  # fmt: skip
    model = models.get(names[-1], RuleSet) if names else RuleSet
    return [field.alias or name for name, field in model.model_fields.items()]


def _repeated_ids(tree: CommentedMap) -> Iterator[Mistake]:
    for section in _SECTIONS:
        ids = [str(entry["id"]) for entry in _listed(tree, section) if isinstance(entry, Mapping) and "id" in entry]
        repeated = {name for name, count in Counter(ids).items() if count > 1}
        seen: set[str] = set()
        for index, entry in enumerate(_listed(tree, section)):
            name = str(entry.get("id")) if isinstance(entry, Mapping) else ""
            if name in repeated and name in seen:
                yield Mistake(line=_line(tree, (section, index, "id")), message=f"a second entry with the id '{name}'")
            seen.add(name)


def _unknown_names(tree: CommentedMap) -> Iterator[Mistake]:
    known = {str(entry.get("id")) for entry in _listed(tree, "categories") if isinstance(entry, Mapping)}
    for index, entry in enumerate(_listed(tree, "rules")):
        category = entry.get("category") if isinstance(entry, Mapping) else None
        if isinstance(category, str) and category not in known:
            line = _line(tree, ("rules", index, "category"))
            yield Mistake(line=line, message=f"no category '{category}'", suggestion=_nearest(category, known))
    for place, condition in _conditions(tree):
        field = condition.get("in")
        if isinstance(field, str) and field not in FIELDS:
            line = _line(tree, (*place, "in"))
            yield Mistake(line=line, message=f"no field '{field}'", suggestion=_nearest(field, FIELDS))


def _patterns(tree: CommentedMap) -> Iterator[Mistake]:
    for place, condition in _conditions(tree):
        given = condition.get("regex", [])
        for index, pattern in enumerate([given] if isinstance(given, str) else given):
            try:
                regex.compile(pattern)
            except (regex.error, TypeError) as error:
                where = (*place, "regex") if isinstance(given, str) else (*place, "regex", index)
                yield Mistake(line=_line(tree, where), message=f"the pattern {pattern!r} does not compile: {error}")


def _conditions(tree: CommentedMap) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """Every condition with its place. Any: not validated yet."""
    for index, rule in enumerate(_listed(tree, "rules")):
        for part in ("all", "any", "none"):
            found = rule.get(part) if isinstance(rule, Mapping) else None
            for number, condition in enumerate(found if isinstance(found, CommentedSeq) else ()):
                if isinstance(condition, Mapping):
                    yield ("rules", index, part, number), condition


def _listed(tree: CommentedMap, section: str) -> Sequence[Any]:
    """Any: entries are not validated yet."""
    value = tree.get(section)
    return value if isinstance(value, CommentedSeq) else ()


def _nearest(name: str, known: Sequence[str] | set[str]) -> str | None:
    return next(iter(get_close_matches(name, sorted(known), n=1, cutoff=0.5)), None)


def _line(tree: CommentedMap, place: Sequence[str | int]) -> int:
    """The line of the innermost part of `place` that the file has."""
    node: Any = tree  # Any: ruamel's nodes and plain values by turns
    line = 0
    for part in place:
        try:
            position = node.lc.key(part) if isinstance(node, CommentedMap) else node.lc.item(part)
            node = node[part]
        except (KeyError, IndexError, AttributeError, TypeError):
            break
        line = position[0]
    return line + 1
