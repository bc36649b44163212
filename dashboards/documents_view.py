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

COLUMNS = ("document", "category", "decision", "format", "size", "taken")
FIELD = {"& .MuiInputBase-root": {"height": "42px"}}


def page(documents: "Documents") -> pn.viewable.Viewable:
    """Search and filters, the list, and the card beside it, or in its place where there is little room."""
    table = _table(documents)
    listed = pn.Column(
        _html("<h1>Documents</h1>"),
        _alert(documents.param.trouble),
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
        _alert(documents.param.missing),
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
    category = _select("Category", documents, "category")
    decision = _select("Decision", documents, "decision")

    def typed(question: str) -> None:
        documents.question = question.strip()

    pn.bind(typed, search.param.value, watch=True)
    pn.bind(lambda question: search.param.update(value=question), documents.param.question, watch=True)

    def offer(found: "Found | None") -> None:
        if found:
            named = {key: title for key, (title, _) in found.categories.items()}
            category.options = choices("All categories", named, {k: n for k, (_, n) in found.categories.items()})
            decision.options = choices("All decisions", words.DECISIONS, found.decisions)

    pn.bind(offer, documents.param.found, watch=True)
    return pn.FlexBox(search, category, decision, margin=0, sizing_mode="stretch_width", gap="14px 12px")


def _select(label: str, documents: "Documents", name: str) -> pmui.Select:
    wanted = getattr(documents, name)
    select = pmui.Select(
        label=label,
        options=choices(
            f"All {'categories' if name == 'category' else 'decisions'}", {wanted: wanted} if wanted else {}, {}
        ),
        value=wanted,
        size="small",
        margin=0,
        sizing_mode="stretch_width",
        sx=FIELD,
        styles={"flex": "1 1 150px"},
    )
    pn.bind(lambda value: documents.param.update({name: value or ""}), select.param.value, watch=True)

    def show(value: str) -> None:
        if value not in select.options.values():
            select.options = {**select.options, value: value}
        select.value = value

    pn.bind(show, documents.param[name], watch=True)
    return select


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
    return escape(" ".join(snippet.split())).replace("«", "<mark>").replace("»", "</mark>")


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
                {"field": "document", "minWidth": 200, "widthGrow": 4},
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
    pages = pmui.Pagination(
        count=1,
        value=0,
        size="medium",
        shape="rounded",
        margin=0,
        sibling_count=1,
        visible=documents.param.found.rx().rx.pipe(lambda found: found is not None and found.parts > 1),
    )

    def show(found: "Found | None") -> None:
        if found:
            with pn.io.hold():
                pages.count = max(found.parts, documents.part)
                pages.value = documents.part - 1

    pn.bind(show, documents.param.found, watch=True)
    pn.bind(lambda value: documents.param.update(part=(value or 0) + 1), pages.param.value, watch=True)
    return pages


def _alert(sentence: Any) -> pn.viewable.Viewable:  # Any: a parameter
    return pmui.Alert(
        object=sentence.rx.pipe(escape) if hasattr(sentence, "rx") else sentence,
        severity="warning",
        visible=sentence.rx().rx.bool(),
        sizing_mode="stretch_width",
        margin=0,
    )


def _html(content: Any) -> pn.pane.HTML:  # Any: a string, or a function bound to parameters
    return pn.pane.HTML(content, stylesheets=[look.SHEET, look.OVERVIEW], sizing_mode="stretch_width", margin=0)
