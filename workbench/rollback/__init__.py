"""Taking runs back: what that would do, and the doing.

`collect` looks and writes nothing but temporary tables; `take_back` does the
same and undoes it, in one transaction of a run of its own. What is outside of
the catalogue follows after the commit (`workbench.journal.effects`), and what
has to be read or compared again is left as items of that run.
"""

from workbench.rollback.collecting import Scope, collect
from workbench.rollback.plan import Fate, Plan, Planned, PlannedEffect
from workbench.rollback.undoing import TakenBack, take_back

__all__ = ["Fate", "Plan", "Planned", "PlannedEffect", "Scope", "TakenBack", "collect", "take_back"]
