"""The settings of one schedule: a notebook, its parameters, and when it is due."""

import re
from datetime import date
from difflib import get_close_matches
from typing import Any
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator

from workbench.errors import ConfigError
from workbench.schedules import Expression, clock

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class ScheduleSettings(BaseModel):
    """A notebook that runs at certain times."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    notebook: str = Field(min_length=1, description="As 'workbench notebook run' takes it, e.g. 01_pipeline.")
    parameters: dict[str, Any] = Field(  # Any: checked against the notebook's own when it is installed and run
        {}, description="The notebook's parameters; relative paths are relative to the project folder."
    )
    cron: str = Field(description="Five fields (minute, hour, day, month, day of the week), or @daily and its like.")
    timezone: str = Field(
        default_factory=clock.machine_zone,
        description="Whose clocks count, e.g. Europe/Berlin; the machine's by default.",
    )
    enabled: bool = Field(True, description="false: it is not due, but can be run by hand.")

    @field_validator("parameters")
    @classmethod
    def _plain(cls, given: dict[str, Any]) -> dict[str, Any]:  # Any: ruamel's kinds of values
        return {name: _value(name, value) for name, value in given.items()}

    @field_validator("cron")
    @classmethod
    def _is_due(cls, given: str) -> str:
        try:
            return Expression(text=given, zone="UTC").text
        except ConfigError as error:
            raise ValueError(str(error)) from error

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, given: str) -> str:
        try:
            clock.zone(given)
        except ConfigError as error:
            close = get_close_matches(given, available_timezones(), n=1)
            hint = f"did you mean '{close[0]}'?" if close else "one is written like Europe/Berlin"
            raise ValueError(f"{error}; {hint}") from error
        return given


def checked_names(given: Any) -> Any:  # Any: whatever stands in the file
    """The schedules by name, which becomes the name of a unit; nothing, where all are commented out, is none."""
    if given is None:
        return {}
    for name in given if isinstance(given, dict) else ():
        if not _NAME.fullmatch(str(name)):
            raise ValueError(f"'{name}' is no name for a schedule; letters, digits, - and _ make one, up to 40 of them")
    return given


def _value(name: str, value: Any) -> Any:  # Any: what YAML holds
    # As Python's own kinds: the file's keep their place and comments, which is nobody's matter here.
    if value is None or isinstance(value, bool | date):
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, list | tuple):
        return [_value(name, one) for one in value]
    raise ValueError(f"the parameter '{name}' is neither a single value nor a list")
