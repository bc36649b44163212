"""Does the journal lead to what is there?

Every row has its insertion, no row is gone without an entry, the entries of a
row follow each other as they must, and a run has as many as it left. Where a
part is pruned, only the rest can be asked for.
"""

from collections.abc import Callable

from workbench.database import Database, Queries
from workbench.integrity.findings import Finding, FindingKind, Findings
from workbench.progress import Progress
from workbench.records import Json

SQL = Queries("integrity")

_BYPASSED = "Find out who wrote to the database past the workbench"
_SAID = {
    "unexplained": (
        "It is there, but no entry of the journal says how it came in.",
        f"{_BYPASSED}; taking back a run does not touch it, so that it has to be removed in the same way.",
    ),
    "vanished": (
        "By the journal it is there, but it is gone without an entry.",
        f"{_BYPASSED}, and restore the catalogue from a backup.",
    ),
    "returned": (
        "By the journal it was removed, but it is there.",
        f"{_BYPASSED}; the runs before cannot be taken back for this row.",
    ),
    "headless": (
        "Its entries begin in the middle: the one for its insertion is gone.",
        "Restore the catalogue from a backup; without it the run that made it cannot be taken back wholly.",
    ),
    "broken": (
        "Its entries do not follow each other: one in between is gone.",
        "Restore the catalogue from a backup; without it the runs that changed it cannot be taken back wholly.",
    ),
}


def check(database: Database, findings: Findings, progress: Progress) -> int:
    """Compare every journaled relation with its entries; how many relations that were."""
    with database.transaction() as tx:
        relations = [row[0] for row in tx.tuples(SQL.journaled)]
    for done, relation in enumerate(relations):
        progress("journal", done, len(relations))
        _compare(database, relation, findings)
    _incomplete_runs(database, findings.add)
    progress("journal", len(relations), len(relations))
    return len(relations)


def _compare(database: Database, relation: str, findings: Findings) -> None:
    most = findings.room(FindingKind.JOURNAL)
    with database.transaction() as tx:
        rows = tx.tuples(SQL.gaps, {"relation": relation, "most": max(most, 1)})
    told: dict[str, int] = {}
    totals: dict[str, int] = {}
    for key, gap, total in rows:
        message, advice = _SAID[gap]
        what = f"{relation} {_key(key)}"
        findings.add(Finding(kind=FindingKind.JOURNAL, what=what, message=message, advice=advice))
        told[gap] = told.get(gap, 0) + 1
        totals[gap] = total
    findings.count_only(FindingKind.JOURNAL, sum(totals.values()) - sum(told.values()))


def _incomplete_runs(database: Database, add: Callable[[Finding], None]) -> None:
    with database.transaction() as tx:
        rows = tx.tuples(SQL.incomplete_runs)
    for run_id, expected, found in rows:
        add(
            Finding(
                kind=FindingKind.JOURNAL,
                what=f"run {run_id}",
                message=f"It left {expected:,} entries in the journal, of which {found:,} are there.",
                advice=f"Restore the catalogue from a backup; do not take back run {run_id} before.",
            )
        )


def _key(key: Json) -> str:
    return " ".join(str(value) for value in key.values())
