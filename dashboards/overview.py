"""The first page: what there is, what waits for a person, what went wrong, how the last runs went."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import panel as pn
import param

from dashboards import overview_view as view
from dashboards.asking import Desk, Trouble
from dashboards.people import Person
from workbench import Workbench
from workbench.records import Decision, Document, Run

WAITING, RUNS, PROBLEMS = 6, 8, 6


@dataclass(frozen=True, kw_only=True)
class Category:
    """How many documents a category holds."""

    id: str
    title: str
    documents: int


@dataclass(frozen=True, kw_only=True)
class Trap:
    """A kind of problem: how often, with an example and what to do."""

    kind: str
    problems: int
    example: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The catalogue in numbers.

    Parameters
    ----------
    duplicates : places that hold what lies in another place as well
    decisions : documents by decision
    waiting : the newest documents that need review
    bytes, free_bytes : of the stored originals, and left on their disk
    """

    documents: int
    duplicates: int
    near_duplicates: int
    problems: int
    bytes: int
    free_bytes: int | None
    decisions: dict[str, int]
    categories: Sequence[Category]
    waiting: Sequence[Document]
    traps: Sequence[Trap]
    runs: Sequence[Run]
    at: datetime


class Overview(param.Parameterized):
    """The state of the overview: the newest figures, or why there are none."""

    figures = param.ClassSelector(class_=Figures, default=None, doc="The newest figures; None before the first.")
    trouble = param.String(doc="Why there are no newer figures, as a sentence; empty where there are.")
    chosen = param.String(doc="The category whose bar was last clicked.")

    def __init__(self, person: Person) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # param carries no types
        self._desk: Desk[Figures] = Desk(person)

    async def refresh(self, *_: object) -> None:
        """Ask for new figures."""
        answer = await self._desk.ask(figures)
        if answer is None:
            return
        with pn.io.hold():
            if isinstance(answer, Trouble):
                self.trouble = answer.sentence
            else:
                self.param.update(figures=answer, trouble="")

    def panel(self) -> pn.viewable.Viewable:
        """The page."""
        return view.page(
            self,
            body=pn.bind(
                partial(view.body, choose=lambda category: self.param.update(chosen=category)),
                self.param.figures,
                self.param.trouble,
            ),
        )


def figures(workbench: Workbench) -> Figures:
    """Ask for everything the page shows."""
    stats = workbench.stats()
    documents = stats["documents"]
    decisions: dict[str, int] = {}
    for row in stats["by_category"]:
        decisions[row["decision"]] = decisions.get(row["decision"], 0) + row["documents"]
    return Figures(
        documents=documents,
        duplicates=_duplicates(workbench) if documents else 0,
        near_duplicates=stats["near_duplicates"],
        problems=stats["problems"],
        bytes=stats["bytes"],
        free_bytes=_free_bytes(workbench.settings.home_folder),
        decisions=decisions,
        categories=_categories(stats["by_category"], titles(workbench)) if documents else (),
        waiting=workbench.documents(decision=Decision.NEEDS_REVIEW, most=WAITING),
        traps=_traps(workbench) if stats["problems"] else (),
        runs=workbench.runs(most=RUNS),
        at=datetime.now(UTC),
    )


def titles(workbench: Workbench) -> dict[str, str]:
    """What people call each category."""
    found = workbench.sql("SELECT id, coalesce(nullif(title_en, ''), id) AS title FROM categories")
    return dict(zip(found["id"], found["title"], strict=True))


def _categories(rows: Sequence[dict[str, object]], names: dict[str, str]) -> list[Category]:
    return [
        Category(
            id=str(row["category"]),
            title=names.get(str(row["category"]), str(row["category"])),
            documents=int(str(row["documents"])),
        )
        for row in rows
        if row["category"]
    ]


def _duplicates(workbench: Workbench) -> int:
    found = workbench.sql("SELECT count(*) - count(DISTINCT document_id) AS n FROM arrivals WHERE state = 'present'")
    return int(found["n"][0])


def _traps(workbench: Workbench) -> list[Trap]:
    found = workbench.analytics.problems().head(PROBLEMS)
    return [
        Trap(
            kind=str(row["kind"]), problems=int(row["problems"]), example=str(row["example"]), advice=str(row["advice"])
        )
        for row in found.to_dict("records")
    ]


def _free_bytes(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:  # not made yet, or on another machine
        return None
