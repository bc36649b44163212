"""Settings for one run: ``extraction.ocr=false`` outranks file and environment."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from workbench.config.settings import SECRETS, Settings
from workbench.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)
# Where everything lies, and what is due when, is no matter of one run.
_FIXED = {*SECRETS, "project", "home", "schedules"}


def changed(settings: Settings, assignments: Sequence[str]) -> Settings:
    """Return `settings` with these values instead.

    Parameters
    ----------
    assignments : such as "extraction.ocr=false" or "extraction.languages=[eng]", values as in YAML

    Raises
    ------
    ConfigError
        There is no such setting, or the value does not fit.
    """
    for assignment in assignments:
        name, equals, written = assignment.partition("=")
        if not equals:
            raise ConfigError(f"'{assignment}' is no setting for a run; write it as name=value")
        settings = _replaced(settings, name.strip().split("."), _value(name, written), name.strip())
    return settings


def _replaced(model: Model, place: list[str], value: object, name: str) -> Model:
    fields = {field: info for field, info in type(model).model_fields.items() if field not in _FIXED}
    if place[0] not in fields:
        close = get_close_matches(place[0], fields, n=1)
        raise ConfigError(f"no setting '{name}'" + (f"; did you mean '{close[0]}'?" if close else ""))
    inner = getattr(model, place[0])
    if isinstance(inner, BaseModel) != bool(place[1:]):
        what = f"a group; name one of {', '.join(type(inner).model_fields)}" if not place[1:] else "a single value"
        raise ConfigError(f"no setting '{name}': '{place[0]}' is {what}")
    found = _replaced(inner, place[1:], value, name) if place[1:] else _checked(fields[place[0]], value, name)
    return model.model_copy(update={place[0]: found})


def _checked(field: FieldInfo, value: object, name: str) -> object:
    try:
        kind: Any = Annotated[field.annotation, field]  # Any: a type with its bounds
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        if problem["type"] == "tuple_type":
            raise ConfigError(f"the setting '{name}' is a list; write it as {name}=[{value}]") from error
        message = f"{problem['msg'][:1].lower()}{problem['msg'][1:]}"
        raise ConfigError(f"the setting '{name}': {message}, not {problem['input']!r}") from error


def _value(name: str, written: str) -> object:
    try:
        return YAML(typ="safe").load(written)
    except YAMLError as error:
        raise ConfigError(f"the value of '{name}' cannot be read: {written!r}") from error
