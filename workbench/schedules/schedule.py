"""What the settings name: a notebook, its parameters, and when it is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.schedules.expression import Expression


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A notebook that is due at certain times."""

    name: str
    notebook: str
    parameters: Mapping[str, Any]  # Any: as the settings give them, before the notebook has checked them
    expression: Expression
    enabled: bool = True

    @property
    def definition(self) -> str:
        """What its due times depend on; another definition is counted from its own beginning."""
        return f"{self.expression.text} {self.expression.zone}" if self.enabled else ""
