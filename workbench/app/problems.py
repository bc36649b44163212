"""What went wrong in a workbench, and still stands: called, asked for by kind, or simply shown.

``wb.problems`` shows them by kind, ``wb.problems(kind="corrupt")`` is each of
a kind, ``wb.problems(12)`` each that a run met, settled since or not.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.catalog import problems
from workbench.catalog.problems import Failure, Trouble
from workbench.listing import Listing

if TYPE_CHECKING:
    from workbench.app.workbench import Workbench

EMPTY = "no problem stands; those that are settled are left out"


class Problems:
    """The problems of a workbench; settled ones only where they are asked for."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def __call__(
        self, run: int | None = None, *, kind: str | None = None, state: str | None = None, settled: bool = False
    ) -> Listing[Failure]:
        """List them one by one.

        Parameters
        ----------
        run : all that this run met, settled since or not
        kind : only those of this kind, e.g. "corrupt"
        state : only those of documents whose reading ended like this
        settled : those too that need no attention any more
        """
        settled = settled or run is not None
        with self._workbench.database.transaction() as tx:
            return listing(problems.failures(tx, run=run, kind=kind, state=state, settled=settled))

    def kinds(self) -> Listing[Trouble]:
        """By stage and kind, with counts and examples."""
        with self._workbench.database.transaction() as tx:
            return Listing(problems.by_kind(problems.failures(tx)), columns=_KINDS, empty=EMPTY)

    def __repr__(self) -> str:
        return repr(self.kinds())

    def _repr_html_(self) -> str:
        return self.kinds()._repr_html_()


def listing(found: Sequence[Failure]) -> Listing[Failure]:
    """Problems as a list that shows itself."""
    return Listing(found, columns=_EACH, empty=EMPTY)


_KINDS = (
    ("number", lambda trouble: trouble.count),
    ("stage", lambda trouble: trouble.stage),
    ("kind", lambda trouble: trouble.kind.replace("_", " ")),
    ("last run", lambda trouble: trouble.newest_run),
    ("for example", lambda trouble: ", ".join(trouble.examples)),
    ("what to do", lambda trouble: trouble.advice),
)
_EACH = (
    ("document", lambda failure: failure.document_id),
    ("run", lambda failure: failure.run_id),
    ("kind", lambda failure: failure.kind.replace("_", " ")),
    ("what", lambda failure: failure.message + (" (settled since)" if failure.is_settled else "")),
    ("what to do", lambda failure: failure.advice),
)
