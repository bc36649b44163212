"""How the overview looks: pure functions from figures to something to show. Every name and message is escaped."""

# mypy: disable-error-code="no-untyped-call"
# The constructors of Panel's components carry no types.

from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

import panel as pn
import panel_material_ui as pmui
from bokeh.models import ColumnDataSource, FactorRange, Range1d
from bokeh.plotting import figure

from dashboards import look, words
from workbench.records import Document, Run, RunState

if TYPE_CHECKING:
    from dashboards.overview import Category, Figures, Overview, Trap

BAR_PX = 27
# Grows with the page, and takes a line of its own where it would get narrower than this.
HALF = {"flex": "1 1 400px", "min-width": "min(100%, 320px)"}


def page(overview: "Overview", body: Any) -> pn.viewable.Viewable:  # Any: what pn.bind gives
    """The headline with its button, above what the figures say."""
    button = pmui.Button(
        label="Refresh",
        icon="refresh",
        variant="outlined",
        size="small",
        margin=0,
        align="center",
    )
    button.on_click(overview.refresh)
    head = pn.Row(
        _html(pn.bind(headline, overview.param.figures, overview.param.trouble)),
        button,
        sizing_mode="stretch_width",
        margin=0,
    )
    return pn.Column(head, body, sizing_mode="stretch_width", margin=0, styles={"gap": "18px"})


def headline(figures: "Figures | None", trouble: str) -> str:
    """What page this is, and of when its figures are."""
    at = f"as of {words.moment(figures.at, seconds=True)}" if figures else "" if trouble else "counting …"
    return f'<h1>Overview</h1><span class="muted small">{at}</span>'


def body(figures: "Figures | None", trouble: str, *, choose: Callable[[str], object]) -> pn.viewable.Viewable:
    """All of the page below its headline.

    Parameters
    ----------
    choose : told the id of a category whose bar was clicked
    """
    parts: list[pn.viewable.Viewable] = []
    if trouble:
        parts.append(_html(words.alert(trouble)))
    if figures and not figures.documents:
        parts.append(_html(beginning(figures.runs)))
    elif figures:
        parts += [
            _html(tiles(figures)),
            pn.FlexBox(
                _boxed("Categories", bars(figures.categories, choose), note="Click a bar to see its documents."),
                pn.Column(
                    _html(waiting(figures)),
                    _html(problems(figures)),
                    sizing_mode="stretch_width",
                    margin=0,
                    styles={**HALF, "gap": "18px"},
                ),
                margin=0,
                gap="18px",
                align_items="stretch",
                sizing_mode="stretch_width",
            ),
            _html(runs(figures.runs)),
        ]
    return pn.Column(*parts, sizing_mode="stretch_width", margin=0, styles={"gap": "18px"})


def beginning(past: Sequence[Run]) -> str:
    """How to begin, while the catalogue holds nothing."""
    tried = f"<p class=muted>{words.many(len(past), 'run')} so far took no document.</p>" if past else ""
    return f"""
        <section class="card begin"><h1>Nothing here yet</h1>
        <p class=muted>The catalogue is ready and holds no document.</p>{tried}
        <ol><li><code>make run</code> takes the sample documents that come with the workbench.</li>
        <li><code>workbench ingest PATH</code> takes a file or a folder of your own.</li></ol>
        <p class=muted>Then press Refresh.</p></section>"""


def tiles(figures: "Figures") -> str:
    """The numbers that are looked at first."""
    classified, waits = figures.decisions.get("classified", 0), figures.decisions.get("needs_review", 0)
    share = words.percent(classified / figures.documents)
    free = f"{words.size(figures.free_bytes)} free" if figures.free_bytes is not None else "of originals"
    shown = [
        _tile("Documents", words.count(figures.documents), "distinct files", "?page=documents"),
        _tile("Classified", words.count(classified), f"{share} of all", "?page=documents&decision=classified"),
        _tile("Needs review", words.count(waits), "wait for a person", "?page=documents&decision=needs_review"),
        _tile("Duplicates", words.count(figures.duplicates), f"{words.count(figures.near_duplicates)} nearly the same"),
        _tile("Problems", words.count(figures.problems), "each with what to do"),
        _tile("Storage", words.size(figures.bytes), free),
    ]
    return f'<div class="tiles">{"".join(shown)}</div>'


def _tile(name: str, number: str, note: str, target: str = "") -> str:
    inside = f'<span class="name">{name}</span><b>{number}</b><span class="muted small">{note}</span>'
    return f'<a class="tile" href="{escape(target)}">{inside}</a>' if target else f'<div class="tile">{inside}</div>'


def bars(categories: "Sequence[Category]", choose: Callable[[str], object]) -> figure:
    """Documents per category, the largest on top; its colours are the theme's, set in the browser."""
    ordered = sorted(categories, key=lambda c: (c.documents, c.title))
    names = [c.title for c in ordered]
    numbers = [c.documents for c in ordered]
    source = ColumnDataSource(
        {"name": names, "documents": numbers, "label": [words.count(n) for n in numbers], "id": [c.id for c in ordered]}
    )
    plot = figure(
        y_range=FactorRange(factors=names),
        x_range=Range1d(start=0, end=max(numbers, default=1) * 1.15),
        height=max(120, BAR_PX * len(names) + 12),
        toolbar_location=None,
        tools="tap",
        sizing_mode="stretch_width",
        min_border=0,
        outline_line_color=None,
    )
    plot.hbar(  # type: ignore[call-arg]  # Bokeh's types lack border_radius
        y="name",
        right="documents",
        height=0.66,
        source=source,
        color="#2b8a99",
        border_radius=3,
        nonselection_alpha=1,
    )
    plot.text(
        x="documents",
        y="name",
        text="label",
        source=source,
        x_offset=6,
        text_baseline="middle",
        text_font_size="12px",
        text_color="#7d8a8f",
        nonselection_text_alpha=1,
    )
    plot.grid.visible = False
    plot.xaxis.visible = False
    plot.yaxis.axis_line_color = None
    plot.yaxis.major_tick_line_color = None
    plot.yaxis.major_label_text_font_size = "13px"

    def tapped(_attribute: str, _before: list[int], rows: list[int]) -> None:
        def follow() -> None:
            source.selected.indices = []
            choose(ordered[rows[0]].id)

        if rows:  # when Bokeh is done with this change, as another page takes the chart's place
            pn.state.execute(follow, schedule=True)

    source.selected.on_change("indices", tapped)
    return plot


def waiting(figures: "Figures") -> str:
    """The newest documents that wait for a person."""
    number = figures.decisions.get("needs_review", 0)
    if not number:
        return '<section class="card"><h2>Needs review</h2><p class=muted>Nothing waits for a person.</p></section>'
    lines = "".join(_waiting(document) for document in figures.waiting)
    every = words.link(f"All {words.count(number)}", page="documents", decision="needs_review")
    return f'<section class="card"><div class=line><h2>Needs review</h2>{every}</div><ul>{lines}</ul></section>'


def _waiting(document: Document) -> str:
    title = words.link(document.name, page="documents", decision="needs_review", document=document.id)
    return f'<li>{title}<div class="muted small clamp">{escape(document.reason)}</div></li>'


def problems(figures: "Figures") -> str:
    """What went wrong, by kind."""
    if not figures.traps:
        return '<section class="card"><h2>Problems</h2><p class=muted>Nothing went wrong.</p></section>'
    lines = "".join(_trap(trap) for trap in figures.traps)
    return f'<section class="card"><h2>Problems</h2><ul>{lines}</ul></section>'


def _trap(trap: "Trap") -> str:
    kind = escape(trap.kind.replace("_", " ").capitalize())
    return (
        f'<li><div class=line><span>{kind}</span><span class="chip bad">{words.count(trap.problems)}</span></div>'
        f'<div class="muted small any">{escape(trap.advice)} For example {escape(trap.example)}</div></li>'
    )


def runs(recent: Sequence[Run]) -> str:
    """The newest runs with state and throughput."""
    rows = "".join(_run(run) for run in recent)
    return f"""<section class="card"><h2>Recent runs</h2><table>
        <thead><tr><th>Run</th><th>State</th><th class="wide">By</th><th class="number">Documents</th>
        <th class="number wide">Duplicates</th><th class="number wide">Problems</th><th class="number wide">Took</th>
        <th class="number">Per minute</th></tr></thead><tbody>{rows}</tbody></table></section>"""


def _run(run: Run) -> str:
    began = words.ago(run.started_at) if run.started_at else ""
    title = words.RUN_STATES.get(run.state, run.state)
    took = _seconds(run)
    documents = run.counts.get("documents")
    pace = words.count(documents / took * 60) if documents and took else "–"
    said = f'<div class="small muted any">{escape(run.message)}</div>' if run.message else ""
    return f"""<tr><td>#{run.id} {escape(run.kind)}<div class="small muted">{began}</div></td>
        <td>{words.chip(run.state, title)}{said}</td><td class="wide any">{escape(run.actor)}</td>
        <td class="number">{_number(run, "documents")}</td><td class="number wide">{_number(run, "duplicates")}</td>
        <td class="number wide">{_number(run, "problems")}</td>
        <td class="number wide">{words.duration(took) if took else "–"}</td><td class="number">{pace}</td></tr>"""


def _number(run: Run, name: str) -> str:
    return words.count(run.counts[name]) if name in run.counts else "–"


def _seconds(run: Run) -> float | None:
    until: datetime | None = run.finished_at
    if until is None and run.state == RunState.RUNNING:
        until = run.heartbeat_at
    return (until - run.started_at).total_seconds() if until and run.started_at else None


def _boxed(title: str, plot: figure, *, note: str) -> pn.viewable.Viewable:
    return pn.Column(
        _html(f'<h2>{title}</h2><span class="muted small">{note}</span>'),
        pn.pane.Bokeh(plot, sizing_mode="stretch_width", margin=(10, 0, 0, 0)),
        margin=0,
        sizing_mode="stretch_width",
        styles={
            **HALF,
            "border": look.LINE,
            "border-radius": "12px",
            "padding": "18px 20px",
        },
    )


def _html(content: Any) -> pn.pane.HTML:  # Any: a string, or a function bound to parameters
    return pn.pane.HTML(content, stylesheets=[look.SHEET, look.OVERVIEW], sizing_mode="stretch_width", margin=0)
