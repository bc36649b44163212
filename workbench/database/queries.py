"""SQL that lives in files: one `.sql` file per module, named blocks inside.

A block begins with ``-- its_name --`` on a line of its own, followed by a
comment that says what it answers. The text between is handed to psycopg as it
stands.
"""

import re
from collections.abc import Iterator
from importlib.resources import files

from workbench.errors import UnknownName

_HEADING = re.compile(r"^-- (\w+) --$", re.MULTILINE)


class Queries:
    """The named queries of one module, as attributes: ``SQL.documents_page``."""

    def __init__(self, module: str) -> None:
        self.module = module
        text = (files("workbench") / "sql" / f"{module}.sql").read_text(encoding="utf-8")
        parts = _HEADING.split(text)[1:]
        bodies = (body.strip().rstrip(";") for body in parts[1::2])
        self._blocks: dict[str, str] = dict(zip(parts[::2], bodies, strict=True))

    def __getattr__(self, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self._blocks[name]
        except KeyError:
            raise UnknownName("query", name, known=self._blocks, where=f"sql/{self.module}.sql") from None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._blocks.items())


def modules() -> tuple[str, ...]:
    """The modules that speak SQL."""
    return tuple(sorted(f.name[:-4] for f in (files("workbench") / "sql").iterdir() if f.name.endswith(".sql")))
