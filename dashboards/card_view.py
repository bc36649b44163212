"""How the decision card looks: why a document was decided as it was. Pure functions to escaped HTML."""

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from dashboards import words
from workbench.records import Decision, Evidence, Json, Opinion

if TYPE_CHECKING:
    from dashboards.documents import Card, Found


def card(card: "Card | None", found: "Found | None" = None) -> str:
    """Why a document was decided as it was, where it came from, and how its text begins."""
    if card is None:
        return ""
    document = card.document
    return "".join(
        [
            f'<div class="head"><h2 class="any">{escape(document.name)}</h2>{_close(found)}</div>',
            f'<div class="muted small any">{escape(document.title or "")}</div>',
            f'<div class="top">{verdict(card)}{picture(card)}</div>',
            evidence(card.opinions, document.category),
            _problems(card),
            invoice(card),
            facts(card),
            places(card.arrivals),
            _related("Nearly the same", [_near(row) for row in card.near]),
            _related("Inside of it", [_member(row) for row in card.members]),
            beginning(card),
        ]
    )


def _close(found: "Found | None") -> str:
    # The list's own address, so that closing leads back to what was searched for.
    wanted = found.wanted if found else None
    query: dict[str, str | int] = {"page": "documents"}
    if wanted:
        said = {"q": wanted.question, "category": wanted.category, "decision": wanted.decision}
        query |= {name: value for name, value in said.items() if value}
        query |= {"part": wanted.part} if wanted.part > 1 else {}
    return words.link("Close", **query).replace("<a ", '<a class="close" ', 1)


def verdict(card: "Card") -> str:
    """Category, confidence and reason."""
    document = card.document
    chip = words.chip(document.decision, words.DECISIONS.get(document.decision, document.decision))
    name = f'<span class="name">{escape(card.title)}</span>' if card.title else ""
    sure = ""
    if document.confidence is not None:
        share = words.percent(document.confidence)
        sure = f'<div class="small muted">{share} sure</div>{words.bar(document.confidence)}'
    by = f'<div class="small muted">decided by {escape(document.decided_by)}</div>' if document.decided_by else ""
    labelled = "".join(
        f'<div class="small">{escape(label.actor)} said {escape(label.category)}. {escape(label.note)}</div>'
        for label in card.labels
    )
    return f'<div class="verdict">{name} {chip}{sure}<p class="any">{escape(document.reason)}</p>{by}{labelled}</div>'


def picture(card: "Card") -> str:
    """The first page, small."""
    shown = card.picture
    if shown is None:
        return ""
    data = base64.b64encode(shown.data).decode("ascii")
    source = f"data:{escape(shown.media_type)};base64,{data}"
    return f'<img class="page" src="{source}" width="{shown.width}" height="{shown.height}" alt="The first page">'


def evidence(opinions: Sequence[Opinion], decided: str | None) -> str:
    """The words that spoke, of the newest answer of each classifier."""
    newest = {opinion.classifier: opinion for opinion in opinions}
    return "".join(
        f"<h3>Evidence · {escape(name)}</h3>"
        f'<div class="words">{"".join(_word(said, decided) for said in opinion.evidence)}</div>'
        for name, opinion in newest.items()
        if opinion.evidence
    )


def _word(said: Evidence, decided: str | None) -> str:
    weight = f"{said.weight:+.1f}".replace("-", "−")
    about = "" if said.category == decided else f" {escape(said.category)}"
    where = "" if said.field == "text" else f" in the {escape(said.field)}"
    return (
        f'<span class="word" title="{escape(said.rule)}: {escape(said.category)}">{escape(said.found)} '
        f"<small>{weight}{about}{where}</small></span>"
    )


def _problems(card: "Card") -> str:
    lines = [
        f"{words.chip('failed', problem.kind.replace('_', ' '))} {escape(problem.message)} "
        f'<span class="muted">{escape(problem.advice)}</span>'
        for problem in card.problems
    ]
    return _related("Problems", lines)


def invoice(card: "Card") -> str:
    """What an e-invoice says about itself; nothing of other documents."""
    fields = (card.extraction or {}).get("fields") or {}
    if not fields.get("doc_id"):
        return ""
    currency = f" {fields.get('currency', '')}".rstrip()
    shown = {
        "Number": fields["doc_id"],
        "Date": fields.get("issue_date"),
        "Seller": fields.get("seller"),
        "Buyer": fields.get("buyer"),
        "Total": f"{fields['grand_total']}{currency}" if fields.get("grand_total") else "",
        "Due": f"{fields['due_payable']}{currency}" if fields.get("due_payable") else "",
        "Account": fields.get("iban"),
    }
    return f"<h3>The invoice says</h3><dl>{_terms(shown)}</dl>"


def facts(card: "Card") -> str:
    """What kind of file it is."""
    document, extraction = card.document, card.extraction or {}
    reader = f"{extraction.get('extractor', '')}{' with text recognition' if extraction.get('from_ocr') else ''}"
    shown = {
        "Number": str(document.id),
        "Format": words.file_format(document.media_type),
        "Size": words.size(document.size),
        "Pages": str(document.pages or ""),
        "Language": {"de": "German", "en": "English"}.get(document.language or "", document.language or ""),
        "From": document.sender or "",
        "Read by": reader,
        "Taken": words.moment(document.taken_at),
        "SHA-256": document.digest[:16] + "…",
    }
    shown |= {"Read so far": f"up to page {extraction['next_page'] - 1}"} if extraction.get("next_page") else {}
    return f"<h3>The file</h3><dl>{_terms(shown)}</dl>"


def _terms(shown: Mapping[str, object]) -> str:
    return "".join(f"<dt>{name}</dt><dd>{escape(str(value))}</dd>" for name, value in shown.items() if value)


def places(arrivals: Sequence[Json]) -> str:
    """Every place it came from."""
    lines = [
        escape(str(row["locator"]))
        + f' <span class="muted small">{escape(str(row["source"]))}, run {row["run_id"]}'
        + ("" if row["state"] == "present" else f", {escape(str(row['state']))}")
        + "</span>"
        for row in arrivals
    ]
    return _related("Where it came from", lines)


def _near(row: Json) -> str:
    what = {"none": "same words", "layout": "other layout", "scan": "a scan"}.get(row["difference"], row["difference"])
    title = words.link(str(row["name"]), page="documents", document=row["id"])
    return f'{title} <span class="muted small">{words.percent(row["score"])}, {escape(str(what))}</span>'


def _member(row: Json) -> str:
    return words.link(str(row["name"]), page="documents", document=row["id"])


def _related(title: str, lines: Sequence[str]) -> str:
    return f"<h3>{title}</h3><ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if lines else ""


def beginning(card: "Card") -> str:
    """How the text begins, with the evidence of the newest opinions marked."""
    if not card.beginning.strip():
        why = "It could not be read." if card.document.decision == Decision.UNREADABLE else "It has no text."
        return f"<h3>Text</h3><p class=muted>{why}</p>"
    newest = {opinion.classifier: opinion for opinion in card.opinions}
    spans = [(e.start, e.end) for o in newest.values() for e in o.evidence if e.field == "text"]
    more = '<p class="muted small">The beginning is shown.</p>' if card.is_cut else ""
    return f"<h3>Text</h3><pre>{highlighted(card.beginning, spans)}</pre>{more}"


def highlighted(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Escaped text with spans marked; where spans overlap, the one that begins first is kept."""
    parts, at = [], 0
    for start, end in sorted(spans):
        if at <= start < end <= len(text):
            parts += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
            at = end
    return "".join([*parts, escape(text[at:])])
