"""The second page: find documents, and see why each was decided as it was."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import panel as pn
import param

from dashboards import documents_view as view
from dashboards.asking import Desk, Trouble
from dashboards.overview import titles
from dashboards.people import Person
from workbench import Workbench, WorkbenchError
from workbench.records import Document, Hit, Json, Label, Opinion, Problem, Thumbnail

PART = 25
# A search shows its best hits; a person narrows the question rather than turn a hundred pages.
BEST = 300
# How much of a text the card shows.
BEGINNING = 4000


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a person looks for; "" is no condition, parts count from 1."""

    question: str = ""
    category: str = ""
    decision: str = ""
    part: int = 1


@dataclass(frozen=True, kw_only=True)
class Found:
    """One part of the documents that fit.

    Parameters
    ----------
    total : of all parts; of a search at most `BEST`
    has_more : whether a search found more than are counted
    snippets : by document, with the words found between « and »
    categories : title and number of documents, by id
    decisions : number of documents, by decision
    """

    wanted: Wanted
    documents: Sequence[Document]
    total: int
    categories: dict[str, tuple[str, int]]
    decisions: dict[str, int]
    has_more: bool = False
    snippets: dict[int, str]

    @property
    def parts(self) -> int:
        return max(1, -(-self.total // PART))


@dataclass(frozen=True, kw_only=True)
class Card:
    """Everything about one document."""

    document: Document
    title: str
    arrivals: Sequence[Json]
    extraction: Json | None
    opinions: Sequence[Opinion]
    labels: Sequence[Label]
    near: Sequence[Json]
    members: Sequence[Json]
    problems: Sequence[Problem]
    beginning: str
    is_cut: bool
    picture: Thumbnail | None = None


class Documents(param.Parameterized):
    """The state of the page: what is asked for, and what was found."""

    question = param.String(doc="Words to search for.")
    category = param.String(doc="Only this category; empty for all.")
    decision = param.String(doc="Only this decision; empty for all.")
    part = param.Integer(default=1, bounds=(1, None), doc="Which part of the list.")
    document = param.Integer(default=None, allow_None=True, doc="Whose card is open; None for none.")

    found = param.ClassSelector(class_=Found, default=None, doc="The newest list; None before the first.")
    card = param.ClassSelector(class_=Card, default=None, doc="The open card; None while there is none.")
    trouble = param.String(doc="Why there is no newer list, as a sentence.")
    missing = param.String(doc="Why the card asked for cannot be shown, as a sentence.")

    def __init__(self, person: Person) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # param carries no types
        self._lists: Desk[Found] = Desk(person)
        self._cards: Desk[Card] = Desk(person)
        self.param.watch(self._restart, ["question", "category", "decision"], precedence=0)
        self.param.watch(self.look, ["question", "category", "decision", "part"], precedence=1)
        self.param.watch(self.open, "document")

    def _restart(self, *_: object) -> None:
        self.part = 1

    async def look(self, *_: object) -> None:
        """Fetch the list that is asked for."""
        wanted = Wanted(question=self.question, category=self.category, decision=self.decision, part=self.part)
        # Turning a page counts nothing anew.
        known = self.found if self.found and replace(self.found.wanted, part=wanted.part) == wanted else None
        answer = await self._lists.ask(lambda workbench: find(workbench, wanted, known=known), after_s=0.01)
        if answer is None:
            return
        with pn.io.hold():
            if isinstance(answer, Trouble):
                self.trouble = answer.sentence
            else:
                self.param.update(found=answer, trouble="")

    async def refresh(self) -> None:
        """Fetch whatever is asked for."""
        await asyncio.gather(self.look(), self.open())

    async def open(self, *_: object) -> None:
        """Fetch the card of the document that is asked for."""
        wanted = self.document
        if wanted is None:
            self.param.update(card=None, missing="")
            return
        answer = await self._cards.ask(lambda workbench: card(workbench, wanted))
        if answer is None or self.document != wanted:
            return
        with pn.io.hold():
            if isinstance(answer, Trouble):
                self.param.update(card=None, missing=answer.sentence)
            else:
                self.param.update(card=answer, missing="")

    def panel(self) -> pn.viewable.Viewable:
        """The page."""
        return view.page(self)


def find(workbench: Workbench, wanted: Wanted, *, known: Found | None = None) -> Found:
    """One part of the documents that fit, by search or newest first.

    Parameters
    ----------
    known : another part of the same list, whose counts are taken over
    """
    if known and not wanted.question.strip():
        return replace(known, wanted=wanted, documents=_newest(workbench, wanted))
    rows = workbench.stats()["by_category"]
    names = titles(workbench)
    categories = {
        row["category"]: (names.get(row["category"], row["category"]), row["documents"])
        for row in rows
        if row["category"]
    }
    decisions: dict[str, int] = {}
    for row in rows:
        decisions[row["decision"]] = decisions.get(row["decision"], 0) + row["documents"]
    if wanted.question.strip():
        return _searched(workbench, wanted, categories, decisions)
    total = sum(
        row["documents"]
        for row in rows
        if wanted.category in ("", row["category"]) and wanted.decision in ("", row["decision"])
    )
    return Found(
        wanted=wanted,
        documents=_newest(workbench, wanted),
        total=total,
        categories=categories,
        decisions=decisions,
        snippets={},
    )


def _newest(workbench: Workbench, wanted: Wanted) -> list[Document]:
    return workbench.documents(
        category=wanted.category or None,
        decision=wanted.decision or None,
        most=PART,
        skip=PART * (wanted.part - 1),
    )


def _searched(
    workbench: Workbench, wanted: Wanted, categories: dict[str, tuple[str, int]], decisions: dict[str, int]
) -> Found:
    hits = workbench.search(wanted.question, most=BEST + 1)
    fitting = [hit for hit in hits[:BEST] if _fits(workbench, hit, wanted)]
    shown = fitting[PART * (wanted.part - 1) : PART * wanted.part]
    return Found(
        wanted=wanted,
        documents=[workbench.document(hit.document_id) for hit in shown],
        total=len(fitting),
        has_more=len(hits) > BEST,
        categories=categories,
        decisions=decisions,
        snippets={hit.document_id: hit.snippet for hit in shown},
    )


def _fits(workbench: Workbench, hit: Hit, wanted: Wanted) -> bool:
    if wanted.category and hit.category != wanted.category:
        return False
    if not wanted.decision:
        return True
    return workbench.document(hit.document_id).decision == wanted.decision


def card(workbench: Workbench, document: int) -> Card:
    """Everything about one document, with the beginning of its text."""
    life = workbench.life(document)
    if life.document.id != document:  # a digest or a name that begins with this number
        raise WorkbenchError(f"no document has the number {document}; it may have been taken back")
    text = workbench.text(document)
    category = life.document.category
    return Card(
        document=life.document,
        title=titles(workbench).get(category, category) if category else "",
        arrivals=life.arrivals,
        extraction=life.extraction,
        opinions=life.opinions,
        labels=life.labels,
        near=life.near,
        members=life.members,
        problems=life.problems,
        beginning=text[:BEGINNING],
        is_cut=len(text) > BEGINNING,
        picture=next(iter(workbench.thumbnails(document)), None),
    )
