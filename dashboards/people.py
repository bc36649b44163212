"""Who is looking: the one place that knows a session's user and roles."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Person:
    """A user of the pages, and what they may see."""

    name: str
    roles: tuple[str, ...]


def current() -> Person:
    """The user of this session: until there is a login, the one person at this machine, who may see everything."""
    return Person(name="", roles=("*",))
