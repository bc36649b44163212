"""HTML to text, without running or fetching anything: what a browser would show, line by line."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.building import from_text, version
from workbench.extraction.cleaning import moment, tidy
from workbench.extraction.damage import marked
from workbench.extraction.encodings import decode
from workbench.extraction.markup.nesting import depth, without_tags
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, Metadata

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog", "dir"}
    | {"div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "section", "select"}
    | {"summary", "table", "tbody", "textarea", "tfoot", "thead", "title", "tr", "ul"}
)
_CELLS = frozenset({"td", "th"})
_RAISED = frozenset({"sup", "a"})
_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[*†‡])[\])]?")
_UNSEEN = frozenset({"script", "style", "noscript", "template", "head", "svg", "iframe", "object"})
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_DECLARED_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
# Parsing takes a tenth of a second at this depth and grows with its square.
_DEEPEST = 8_000
_BLANKS = re.compile(r"[ \t\r\f\v]*\n\s*\n\s*|[ \t\r\f\v]*\n[ \t\r\f\v]*|[ \r\f\v]{2,}")


class HtmlReader:
    """Reads HTML and XHTML with lexbor, in any encoding."""

    name = "html"
    gives = ("text", "metadata")

    @property
    def version(self) -> str:
        return version("3", "selectolax")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type in {known.HTML, known.XHTML} else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("selectolax")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        html = decode_markup(path.read_bytes())
        return marked(from_text(self, media_type, html_to_text(html), metadata=html_metadata(html)), html)


def decode_markup(data: bytes) -> str:
    """Decode HTML or XML by its mark, its bytes and then by what it declares."""
    declared = _CHARSET.search(data[:4096]) or _DECLARED_XML.search(data[:1024])
    return decode(data, declared=declared.group(1).decode("ascii") if declared else None)[0]


def html_to_text(html: str) -> str:
    """Return the visible text of HTML: lines break at block tags only, cells become tabs."""
    if depth(html, enough=_DEEPEST) >= _DEEPEST:
        return tidy(without_tags(html))
    return tidy(_visible_text(_tree(html)))


def html_metadata(html: str) -> Metadata:
    """Return title, author, dates and language from the head of a page."""
    body = re.search(r"<body[\s>]", html[:200_000], re.IGNORECASE)
    tree = _tree(html[: body.start()] if body else html[:20_000])
    named: dict[str, str] = {}
    for meta in tree.css("meta[content]"):
        attributes = meta.attributes
        key = (attributes.get("name") or attributes.get("property") or "").lower()
        if key and len(named) < 60:
            named.setdefault(key, (attributes.get("content") or "")[:2_000])
    title = tree.css_first("title")
    root = tree.css_first("html")
    language = (root.attributes.get("lang") or "") if root is not None else ""
    return Metadata(
        title=(title.text(strip=True) if title is not None else "") or named.get("og:title"),
        author=named.get("author") or named.get("article:author") or named.get("dc.creator"),
        subject=named.get("description") or named.get("og:description"),
        created_at=moment(named.get("article:published_time") or named.get("dc.date") or named.get("date")),
        modified_at=moment(named.get("article:modified_time") or named.get("last-modified")),
        language=language[:2].lower() if re.match(r"[A-Za-z]{2}(-|_|$)", language) else None,
        software=named.get("generator"),
        raw=dict(named),
    )


def _tree(html: str) -> "LexborHTMLParser":
    from selectolax.lexbor import LexborHTMLParser

    # NULs end lexbor's text early; lone surrogates cannot be handed to it at all.
    return LexborHTMLParser(html.replace("\0", "").encode("utf-8", "replace"))


def _visible_text(tree: "LexborHTMLParser") -> str:
    root = tree.body or tree.root
    if root is None:
        return ""
    pieces: list[str] = []
    _collect(root, pieces)
    return _BLANKS.sub(_gap, "".join(pieces))


def _gap(match: re.Match[str]) -> str:
    breaks = match[0].count("\n")
    return "\n\n" if breaks > 1 else "\n" if breaks else " "


def _collect(root: "LexborNode", pieces: list[str]) -> None:
    """Walk the tree without recursion: hostile pages nest a hundred thousand deep."""
    node: LexborNode | None = root
    while node is not None:
        tag = node.tag or ""
        if tag == "-text":
            text = _text_of(node)
            pieces.append(f" {text}" if text[:1].isalpha() and _follows_mark(node, pieces) else text)
        elif tag in _BLOCKS:
            pieces.append("\n")
        elif tag in _CELLS:
            pieces.append("\t")
        elif tag == "img" and (alternative := node.attributes.get("alt")):
            pieces.append(f" {alternative} ")
        elif tag == "input" and node.attributes.get("type") not in {"hidden", "password"}:
            pieces.append(f" {node.attributes.get('value') or ''} ")
        elif tag in _RAISED and _is_note_mark(node, pieces):
            pieces.append(" ")
        child = node.child if tag not in _UNSEEN and not tag.startswith("-") else None
        node = child if child is not None else _following(node, root, pieces)


def _is_note_mark(node: "LexborNode", pieces: list[str]) -> bool:
    """Would this mark of a note become part of the word before it?"""
    before = pieces[-1][-4:] if pieces else ""
    if not before[-1:].isalnum():
        return False
    if node.tag == "a":
        return "noteref" in f"{node.attributes.get('role')} {node.attributes.get('epub:type')}"
    parent = node.parent
    is_link = (parent is not None and parent.tag == "a") or node.css_first("a") is not None
    # Powers stand after shorter words: m², 10⁶.
    return is_link or (len(before) == 4 and before.isalpha() and bool(_MARK.fullmatch(node.text(strip=True))))


def _follows_mark(node: "LexborNode", pieces: list[str]) -> bool:
    """Does a raised mark at the start of a line stand before this text, as it does in a list of notes?"""
    if not pieces or not _MARK.fullmatch(pieces[-1]) or (len(pieces) > 1 and not pieces[-2].endswith("\n")):
        return False
    before = node.prev
    if before is None and node.parent is not None:
        before = node.parent.prev
    return before is not None and before.tag in _RAISED


def _text_of(node: "LexborNode") -> str:
    text = node.text(deep=False) or ""
    parent = node.parent
    return text if parent is not None and parent.tag in {"pre", "textarea"} else re.sub(r"\s+", " ", text)


def _following(node: "LexborNode", root: "LexborNode", pieces: list[str]) -> "LexborNode | None":
    """Return the next node in document order, closing the elements that end before it."""
    current: LexborNode | None = node
    while current is not None and current.mem_id != root.mem_id:
        if current.next is not None:
            if current.tag in _BLOCKS:
                pieces.append("\n")
            return current.next
        current = current.parent
        if current is not None and current.tag in _BLOCKS:
            pieces.append("\n")
    return None
