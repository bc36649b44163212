"""What a person writes in config/sorting-rules.yaml: categories, rules, and when to abstain.

The models here say what is allowed; `rulefile` reads the file and points at lines,
`patterns` turns conditions into searches, `rules` applies them. Two files with the
same content have the same digest, whatever their comments and order.
"""

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

STRING_FIELDS = (
    "text", "title", "name", "path", "sender", "recipient", "subject", "source", "media_type", "language",
)  # fmt: skip
NUMBER_FIELDS = ("size", "pages", "characters")
FIELDS = (*STRING_FIELDS, *NUMBER_FIELDS)

MATCHERS = ("keyword", "phrase", "regex", "glob", "range")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]


Heading = bool | Literal["anywhere", "section"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Title(_Strict):
    """What a category is called in lists and mails."""

    de: str
    en: str


class Category(_Strict):
    """A kind of document, and what becomes of those that are of it.

    Parameters
    ----------
    sensitive : its blobs are sealed, and texts are hidden from roles not listed
    roles : who may see it; empty means everyone
    retention_days : None keeps for ever
    target : where it is filed, e.g. a folder of Paperless-ngx
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Title
    sensitive: bool = False
    roles: Words = ()
    retention_days: int | None = Field(default=None, gt=0)
    target: str | None = None


class Range(_Strict):
    """From `min` to `max`, both included; either may be left out."""

    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("a range needs min or max")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"a range from {self.min:g} to {self.max:g} holds nothing")
        return self


class Condition(_Strict):
    """One thing to look for, in one field.

    Parameters
    ----------
    field : `in` in the file
    keyword : whole words; `*` stands for the rest of a compound, a hyphen also for a blank or nothing
    phrase : words in sequence, whatever white space or light punctuation is between; `…` skips up to six words
    regex : for the `regex` module, case ignored
    glob : for names and media types, `*` and `?`
    range : for numbers
    within : only what begins in the first so many characters
    heading : only what begins a short line, as headlines do; `anywhere` also what ends or stands in
        one; `section` also labels such as "Teilnehmer:"
    """

    field: str = Field(default="text", alias="in")
    keyword: Words = ()
    phrase: Words = ()
    regex: Words = ()
    glob: Words = ()
    range: Range | None = None
    within: int | None = Field(default=None, gt=0)
    heading: Heading = False

    @model_validator(mode="after")
    def _is_one_question(self) -> Self:
        given = [name for name in MATCHERS if getattr(self, name)]
        if not given:
            raise ValueError(f"a condition needs one of {', '.join(MATCHERS)}")
        empty = next((words for words in (*self.keyword, *self.phrase) if not any(map(str.isalnum, words))), None)
        if empty is not None:
            raise ValueError(f"{empty!r} has no letter and no figure to look for")
        is_number = self.field in NUMBER_FIELDS
        if self.field in FIELDS and is_number != (given == ["range"]):
            wanted = "range" if is_number else "keyword, phrase, regex or glob"
            raise ValueError(f"'{self.field}' is asked by {wanted}, not by {' and '.join(given)}")
        if (self.within or self.heading) and (is_number or self.glob):
            raise ValueError("within and heading go with keyword, phrase and regex")
        return self


class Rule(_Strict):
    """Conditions that, together, speak for a category or against it.

    Parameters
    ----------
    weight : what it adds to the category's score; below 0 it speaks against
    priority : decides between categories whose scores are too close
    all, any, none : every one of `all`, at least one of `any`, not one of `none`
    at_most : how many different finds count; the weight is added for each
    note : why the rule is there
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")
    category: str
    weight: float = Field(default=1.0, ge=-100, le=100)
    priority: int = 0
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    none: tuple[Condition, ...] = ()
    at_most: int = Field(default=1, ge=1, le=100)
    note: str = ""

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.all and not self.any:
            raise ValueError("a rule needs conditions under any or all; none alone would match nearly everything")
        return self

    @property
    def conditions(self) -> Iterator[Condition]:
        """Every condition, in the order all, any, none."""
        yield from (*self.all, *self.any, *self.none)


class Decide(_Strict):
    """When the rules are sure enough to speak.

    Parameters
    ----------
    threshold : least score of the winner
    margin : least lead over the second
    """

    threshold: float = Field(default=2.0, gt=0)
    margin: float = Field(default=0.5, ge=0)


class RuleSet(_Strict):
    """All rules of a file. Identified by `digest`."""

    version: Literal[1] = 1
    decide: Decide = Decide()
    categories: tuple[Category, ...] = Field(min_length=1)
    rules: tuple[Rule, ...] = ()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content in a canonical form: sorted by id, defaults left out, notes included."""
        content = self.model_dump(mode="json", exclude_defaults=True, by_alias=True)
        for part in ("categories", "rules"):
            content[part] = sorted(content.get(part, ()), key=lambda entry: str(entry["id"]))
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def category(self, category_id: str) -> Category:
        """The category of that id; KeyError where there is none."""
        return next((entry for entry in self.categories if entry.id == category_id), None) or _missing(category_id)


def _missing(category_id: str) -> Category:
    raise KeyError(category_id)
