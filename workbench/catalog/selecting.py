"""Documents for which stages are to be done again: which, and from which stage on."""

from dataclasses import dataclass

from workbench.database import Queries, Transaction
from workbench.records import Stage

SQL = Queries("catalog")


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which documents to rework; what is given holds of each of them, and nothing given means all.

    Parameters
    ----------
    failed : those that could not be read, or not to their end
    extractor : those that were read by it
    category : those that are in it
    run : those that a run took in
    documents : those of these numbers
    stage : Stage.READ, or Stage.CLASSIFY where nothing is to be read
    anew : whether what is still valid is read again, too
    """

    failed: bool = False
    extractor: str | None = None
    category: str | None = None
    run: int | None = None
    documents: tuple[int, ...] | None = None
    stage: Stage = Stage.READ
    anew: bool = False

    @property
    def is_whole_run(self) -> bool:
        """Does it ask for everything that a run took in, also for what was taken back since?"""
        others = (self.failed, self.extractor, self.category, self.documents)
        return self.run is not None and not any(others) and self.stage is Stage.READ


def choose(tx: Transaction, run_id: int, selection: Selection, *, later: int) -> int:
    """Make items of a run of what is selected; how many.

    Parameters
    ----------
    later : the wave of long scans that are gone on with
    """
    params = {
        "run_id": run_id,
        "failed": selection.failed,
        "extractor": selection.extractor,
        "category": selection.category,
        "of_run": selection.run,
        "documents": list(selection.documents) if selection.documents is not None else None,
        "stage": selection.stage,
        "anew": selection.anew,
        "later": later,
    }
    return tx.run(SQL.choose_again, params)


def extractors(tx: Transaction) -> list[str]:
    """Who has read what is held."""
    return [row[0] for row in tx.tuples(SQL.extractors_met)]
