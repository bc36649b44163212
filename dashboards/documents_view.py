"""How the list of documents looks: pure functions from what was found to something to show.

Every name and text is escaped before it becomes HTML. The card beside the list is in `card_view`.
"""

# mypy: disable-error-code="no-untyped-call"
# The constructors of Panel's components carry no types.

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import panel as pn
import panel_material_ui as pmui

from dashboards import card_view, look, words
from workbench.records import Document

if TYPE_CHECKING:
    from dashboards.documents import Documents, Found

# How much of a snippet stands before the first word found.
LEAD = 40
COLUMNS = ("document", "category", "decision", "format", "size", "taken")
FIELD = {"& .MuiInputBase-root, &.MuiInputBase-root": {"height": "42px"}}
SELECT: dict[str, Any] = {  # Any: whatever a component takes
    "size": "small",
    "margin": 0,
    "sizing_mode": "stretch_width",
    "sx": FIELD,
    "styles": {"flex": "1 1 150px"},
}


def page(documents: "Documents") -> pn.viewable.Viewable:
    """Search and filters, the list, and the card beside it, or in its place where there is little room."""
    table = _table(documents)
    listed = pn.Column(
        _html("<h1>Documents</h1>"),
        _html(pn.bind(words.alert, documents.param.trouble)),
        _filters(documents),
        _html(pn.bind(summary, documents.param.found)),
        table,
        _html(pn.bind(nothing, documents.param.found)),
        _parts(documents),
        margin=0,
        sizing_mode="stretch_width",
        styles={"gap": "14px", "flex": "1 1 0", "min-width": "0"},
        stylesheets=[look.LIST],
        css_classes=documents.param.document.rx().rx.where(["behind"], []),
    )
    beside = pn.Column(
        _html(pn.bind(missing, documents.param.missing)),
        pn.pane.HTML(
            pn.bind(card_view.card, documents.param.card, documents.param.found),
            stylesheets=[look.SHEET, look.CARD],
            sizing_mode="stretch_width",
            margin=0,
        ),
        margin=0,
        visible=documents.param.document.rx().rx.is_not(None),
        stylesheets=[look.BESIDE],
    )
    return pn.Row(
        listed, beside, sizing_mode="stretch_width", margin=0, styles={"gap": "24px", "align-items": "flex-start"}
    )


def _filters(documents: "Documents") -> pn.viewable.Viewable:
    search = pmui.TextInput(
        label="Search",
        placeholder='Kündigung, "last reminder", Rechnung*, -draft',
        value=documents.question,
        size="small",
        margin=0,
        sizing_mode="stretch_width",
        sx=FIELD,
        styles={"flex": "3 1 240px"},
    )

    def typed(question: str) -> None:
        documents.question = question.strip()

    pn.bind(typed, search.param.value, watch=True)
    pn.bind(lambda question: search.param.update(value=question), documents.param.question, watch=True)

    waiting = [pmui.Select(label=label, disabled=True, **SELECT) for label in ("Category", "Decision")]
    row = pn.FlexBox(
        search,
        *waiting,
        margin=0,
        sizing_mode="stretch_width",
        gap="14px 12px",
    )

    def offer(found: "Found | None") -> None:
        # Made with the first list, which says what there is to choose from.
        if found and waiting[0] in row:
            row[1:] = [
                _select("Category", documents, "category", categories(found)),
                _select("Decision", documents, "decision", decisions(found)),
            ]

    offer(documents.found)
    pn.bind(offer, documents.param.found, watch=True)
    return row


def _select(label: str, documents: "Documents", name: str, options: dict[str, str]) -> pmui.Select:
    value = getattr(documents, name)
    select = pmui.Select(label=label, options=_with(options, value), value=value, **SELECT)

    def show(value: str) -> None:
        select.param.update(options=_with(select.options, value), value=value)

    pn.bind(lambda value: documents.param.update({name: value or ""}), select.param.value, watch=True)
    pn.bind(show, documents.param[name], watch=True)
    return select


def _with(options: dict[str, str], value: str) -> dict[str, str]:
    # A link may name a category that holds nothing any more.
    return options if value in options.values() else {**options, value: value}


def categories(found: "Found") -> dict[str, str]:
    """The categories to choose from."""
    titles = {key: title for key, (title, _) in found.categories.items()}
    return choices("All categories", titles, {key: number for key, (_, number) in found.categories.items()})


def decisions(found: "Found") -> dict[str, str]:
    """The decisions to choose from."""
    return choices("All decisions", words.DECISIONS, found.decisions)


def choices(every: str, titles: dict[str, str], numbers: dict[str, int]) -> dict[str, str]:
    """The options of a filter, each with its number of documents."""
    shown = {
        f"{title} ({words.count(numbers[key])})" if key in numbers else title: key
        for key, title in sorted(titles.items(), key=lambda entry: entry[1].casefold())
        if not numbers or key in numbers
    }
    return {every: "", **shown}


def summary(found: "Found | None") -> str:
    """How many documents fit."""
    if found is None:
        return '<span class="muted">Looking …</span>'
    said = words.many(found.total, "document")
    if found.has_more:
        said = f"The {words.count(found.total)} best of more hits; another word narrows them"
    return f'<span class="muted">{said}</span>'


def nothing(found: "Found | None") -> str:
    """What to try when nothing fits."""
    if found is None or found.total:
        return ""
    wanted = found.wanted
    if not found.decisions:
        return (
            '<section class="card"><h2>Nothing here yet</h2><p class=muted><code>make run</code> takes the sample '
            "documents, <code>workbench ingest PATH</code> your own.</p></section>"
        )
    tip = "a word less, another spelling, or the beginning of a word with a star: <code>Rechnung*</code>"
    again = words.link("Show all documents", page="documents")
    about = f"for “{escape(wanted.question)}”" if wanted.question else "with these filters"
    said = f"<p class=muted>Try {tip}.</p>" if wanted.question else ""
    return f'<section class="card"><h2>No document {about}</h2>{said}{again}</section>'


def missing(sentence: str) -> str:
    """Why a card cannot be shown, and the way back, which a narrow window has no other of."""
    return f"{words.alert(sentence)}<p>{words.link('Show the list', page='documents')}</p>" if sentence else ""


def rows(found: "Found | None") -> pd.DataFrame:
    """One part of the list, each cell as escaped HTML, by document id."""
    if found is None:
        return pd.DataFrame({name: [] for name in COLUMNS}, dtype=str)
    lines = [_row(document, found) for document in found.documents]
    return pd.DataFrame(lines, columns=list(COLUMNS), index=[document.id for document in found.documents], dtype=str)


def _row(document: Document, found: "Found") -> tuple[str, ...]:
    snippet = found.snippets.get(document.id)
    under = marked(snippet) if snippet else escape(folder(document))
    title = escape(document.name)
    named = found.categories.get(document.category or "")
    return (
        f'<span class="title" title="{title}">{title}</span><span class="under">{under}</span>',
        f"{escape(named[0])}{words.bar(document.confidence)}" if named else escape(document.category or "–"),
        words.chip(document.decision, words.DECISIONS.get(document.decision, document.decision)),
        escape(words.file_format(document.media_type)),
        words.size(document.size),
        words.moment(document.taken_at)[:10],
    )


def folder(document: Document) -> str:
    """The last two steps of the way to a document."""
    return " / ".join(document.locator.removesuffix(document.name).replace("!/", "/").strip("/").split("/")[-2:])


def marked(snippet: str) -> str:
    """A snippet, escaped, with the found words marked."""
    text = " ".join(snippet.split())
    first = text.find("«")
    if first > LEAD:
        text = f"… {text[text.find(' ', first - LEAD) + 1 :]}"
    return escape(text).replace("«", "<mark>").replace("»", "</mark>")


def _table(documents: "Documents") -> pn.widgets.Tabulator:
    table = pn.widgets.Tabulator(
        rows(documents.found),
        pagination=None,
        show_index=False,
        disabled=True,
        selectable=1,
        layout="fit_columns",
        sizing_mode="stretch_width",
        margin=0,
        titles={
            "document": "Document",
            "category": "Category",
            "decision": "Decision",
            "format": "Format",
            "size": "Size",
            "taken": "Taken",
        },
        formatters={name: {"type": "html"} for name in COLUMNS},
        sortable=False,
        # What does not fit is hidden from the right; the card shows it all.
        configuration={
            "responsiveLayout": "hide",
            "columns": [
                {"field": "document", "minWidth": 220, "widthGrow": 4},
                {"field": "category", "minWidth": 150, "widthGrow": 2},
                {"field": "decision", "minWidth": 128},
                {"field": "format", "minWidth": 110},
                {"field": "size", "minWidth": 85, "hozAlign": "right", "headerHozAlign": "right"},
                {"field": "taken", "minWidth": 115},
            ],
        },
        stylesheets=[look.SHEET, look.TABLE],
        visible=documents.param.found.rx().rx.pipe(lambda found: found is None or found.total > 0),
    )

    def fill(found: "Found | None") -> None:
        with pn.io.hold():
            table.value = rows(found)
            table.selection = _selected(documents)

    def clicked(event: Any) -> None:  # Any: Panel's event carries no types
        if documents.found:
            documents.document = documents.found.documents[event.row].id

    pn.bind(fill, documents.param.found, watch=True)
    pn.bind(lambda _: table.param.update(selection=_selected(documents)), documents.param.document, watch=True)
    table.on_click(clicked)
    return table


def _selected(documents: "Documents") -> list[int]:
    listed = [document.id for document in documents.found.documents] if documents.found else []
    return [listed.index(documents.document)] if documents.document in listed else []


def _parts(documents: "Documents") -> pn.viewable.Viewable:
    place = pn.Column(margin=0)
    made: list[pmui.Pagination] = []

    def show(found: "Found | None") -> None:
        if not found:
            return
        if not made:
            made.append(_pages(documents, found))
            place[:] = made
        with pn.io.hold():
            made[0].param.update(count=max(found.parts, documents.part), visible=found.parts > 1)
            made[0].value = documents.part - 1

    show(documents.found)
    pn.bind(show, documents.param.found, watch=True)
    return place


def _pages(documents: "Documents", found: "Found") -> pmui.Pagination:
    pages = pmui.Pagination(count=max(found.parts, documents.part), value=documents.part - 1, shape="rounded", margin=0)
    pn.bind(lambda value: documents.param.update(part=(value or 0) + 1), pages.param.value, watch=True)
    return pages


def _html(content: Any) -> pn.pane.HTML:  # Any: a string, or a function bound to parameters
    return pn.pane.HTML(content, stylesheets=[look.SHEET, look.OVERVIEW], sizing_mode="stretch_width", margin=0)
