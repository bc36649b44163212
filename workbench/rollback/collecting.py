"""What taking back would touch, gathered in temporary tables of one transaction.

For each row the journal knows what it was before the first change that is
taken back, and what it was after the last one. A row that is still as it was
left is undone; one that is not is in conflict. What belongs to a document
that somebody decided about or changed since stays with it, and so does a
document whose content was met again.
"""

from dataclasses import dataclass

from workbench.database import Queries, Transaction
from workbench.progress import Progress, silent
from workbench.rollback import standing
from workbench.rollback.plan import Fate, Plan, Planned, PlannedEffect, listing

SQL = Queries("rollback")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What is taken back.

    Parameters
    ----------
    runs : these, or all since `point` where there are none
    point : only what was journaled after this entry
    cascade : also the later runs that stand in the way
    labels : also what people decided since
    """

    runs: tuple[int, ...] = ()
    point: int = 0
    cascade: bool = False
    labels: bool = False


def collect(tx: Transaction, scope: Scope, *, progress: Progress = silent) -> Plan:
    """Gather what taking back would do; the temporary tables stay until the transaction ends."""
    for table in (SQL.stage_scope, SQL.stage_undo, SQL.stage_stays, SQL.stage_leaving):
        tx.run(table)
    if scope.runs:
        tx.run(SQL.add_to_scope, {"runs": list(scope.runs)})
    else:
        tx.run(SQL.add_runs_since, {"point": scope.point, "labels": scope.labels})
    _judge(tx, scope, progress)
    while more := _in_the_way(tx, labels=scope.labels, others=scope.cascade):
        tx.run(SQL.add_to_scope, {"runs": more})
        tx.run(SQL.forget_staged)
        _judge(tx, scope, progress)
    return _plan(tx, scope)


def relations(tx: Transaction) -> list[str]:
    """What the journal keeps, in the order in which rows are put back."""
    return [row[0] for row in tx.tuples(SQL.journaled_relations)]


def _judge(tx: Transaction, scope: Scope, progress: Progress) -> None:
    ordered = relations(tx)
    progress("compare", 0, len(ordered))
    tx.run(SQL.collect, {"point": scope.point})
    tx.run(SQL.analyze)
    for done, relation in enumerate(ordered, 1):
        tx.run(SQL.compare, {"relation": relation})
        progress("compare", done, len(ordered))
    tx.run(SQL.find_owners)
    tx.run(SQL.judge)
    tx.run(SQL.analyze)
    tx.run(SQL.judge_met)
    tx.run(SQL.judge_clashes)
    # What is not put back may be needed by something else.
    while tx.run(SQL.judge_supports):
        pass
    for finding in (SQL.keep_labelled, SQL.keep_changed, SQL.keep_spoken_about, SQL.note_leaving):
        tx.run(finding)
    _add_bereft(tx)
    tx.run(SQL.analyze)
    # What stays may hold what is inside of it, and that something else.
    while tx.run(SQL.stay_arrivals) + tx.run(SQL.stay_documents):
        pass
    for sparing in (SQL.spare_staying, SQL.unspare_opinions, SQL.spare_relations, SQL.spare_arrivals):
        tx.run(sparing)
    tx.run(SQL.spare_in_use, {"point": scope.point})
    tx.run(SQL.spare_categories)
    # What stays now does not come back, and what needs that does not either.
    while tx.run(SQL.judge_supports):
        pass
    tx.run(SQL.forget_successors)


def _add_bereft(tx: Transaction) -> None:
    while tx.run(SQL.add_bereft):
        tx.run(SQL.add_members_of_bereft)
        tx.run(SQL.note_leaving)
    # People may have decided about some of these.
    tx.run(SQL.keep_labelled)


def _in_the_way(tx: Transaction, *, labels: bool, others: bool) -> list[int]:
    if not (labels or others):
        return []
    return [row[0] for row in tx.tuples(SQL.runs_in_the_way, {"labels": labels, "others": others})]


def _plan(tx: Transaction, scope: Scope) -> Plan:
    documents = [
        Planned(**{**row, "what": Fate(row["what"])}) for row in tx.dicts(SQL.planned_documents)
    ]  # what the query names are the fields
    rows: dict[str, dict[str, int]] = {}
    for relation, what, count in tx.tuples(SQL.planned_counts):
        rows.setdefault(relation, {})[what] = count
    runs = tuple(row[0] for row in tx.tuples(SQL.runs_in_scope))
    left = standing.after(tx, runs, by=0)
    labels = int(tx.value(SQL.labels_left, {"point": scope.point})) if not scope.runs and not scope.labels else 0
    return Plan(
        runs=runs,
        documents=listing(documents),
        rows=rows,
        effects=tx.all(SQL.planned_effects, {"back": list(left.off), "again": list(left.on)}, into=PlannedEffect),
        others=[
            f"the category {category} is kept: run {by_run} changed it since"
            for category, by_run in tx.tuples(SQL.category_conflicts)
        ],
        in_the_way=tuple(_in_the_way(tx, labels=False, others=True)),
        is_labelled=bool(_in_the_way(tx, labels=True, others=False)),
        labels_left=labels,
    )
