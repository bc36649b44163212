"""Letters as OpenDocument text, written by hand: five small files in a ZIP."""

from __future__ import annotations

from xml.sax.saxutils import escape

from samples.model import Block, Bullets, Heading, Kind, Letter, Paragraph, Table
from samples.writers.zipped import pack

_TYPE = "application/vnd.oasis.opendocument.text"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_NAMES = (
    " ".join(f'xmlns:{name}="{_OASIS}:{name}:1.0"' for name in ("office", "text", "table", "style", "meta"))
    + f' xmlns:fo="{_OASIS}:xsl-fo-compatible:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"'
)
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_STYLES = (
    f"{_DECLARATION}<office:document-styles {_NAMES}><office:styles>"
    '<style:style style:name="Standard" style:family="paragraph">'
    '<style:paragraph-properties fo:margin-bottom="0.2cm"/><style:text-properties fo:font-size="10pt"/></style:style>'
    '<style:style style:name="Heading" style:family="paragraph" style:parent-style-name="Standard">'
    '<style:text-properties fo:font-size="14pt" fo:font-weight="bold"/></style:style>'
    "</office:styles></office:document-styles>"
)
_MANIFEST = (
    f'{_DECLARATION}<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_TYPE}"/>'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{name}.xml" manifest:media-type="text/xml"/>'
        for name in ("content", "styles", "meta")
    )
    + "</manifest:manifest>"
)


def write(letter: Letter) -> bytes:
    content = (
        f"{_DECLARATION}<office:document-content {_NAMES}><office:body><office:text>"
        f"{''.join(_body(letter))}</office:text></office:body></office:document-content>"
    )
    meta = (
        f"{_DECLARATION}<office:document-meta {_NAMES}><office:meta><dc:title>{escape(letter.title)}</dc:title>"
        f"<meta:initial-creator>{escape(letter.author)}</meta:initial-creator><dc:language>{letter.language}</dc:language>"
        f"<meta:creation-date>{letter.issued.isoformat()}T09:30:00</meta:creation-date></office:meta></office:document-meta>"
    )
    members = {
        "mimetype": _TYPE,
        "content.xml": content,
        "styles.xml": _STYLES,
        "meta.xml": meta,
        "META-INF/manifest.xml": _MANIFEST,
    }
    return pack([(name, text.encode()) for name, text in members.items()], stored=frozenset({"mimetype"}))


def _body(letter: Letter) -> list[str]:
    parts = []
    if letter.kind is not Kind.PAGE:
        to = letter.recipient.address if letter.recipient else ()
        parts += [_line(line) for line in (*letter.sender.address, "", *to, "", letter.place_and_date)]
        parts += [_line(f"{name}: {value}") for name, value in letter.references]
    parts.append(_heading(letter.title, 1))
    if letter.kind is Kind.LETTER:
        parts.append(_line(letter.salutation))
    parts += [_marked(block) for block in letter.blocks]
    if letter.kind is Kind.LETTER:
        parts += [_line(line) for line in letter.closing]
    if letter.kind is not Kind.PAGE:
        parts += [_line(" · ".join(column)) for column in letter.footer]
    return parts


def _line(text: str) -> str:
    return f'<text:p text:style-name="Standard">{escape(text)}</text:p>'


def _heading(text: str, level: int) -> str:
    return f'<text:h text:style-name="Heading" text:outline-level="{level}">{escape(text)}</text:h>'


def _marked(block: Block) -> str:
    match block:
        case Heading():
            return _heading(block.text, block.level + 1)
        case Paragraph():
            return _line(block.text)
        case Bullets():
            return (
                "<text:list>"
                + "".join(f"<text:list-item>{_line(i)}</text:list-item>" for i in block.items)
                + "</text:list>"
            )
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    rows = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string">{_line(cell)}</table:table-cell>' for cell in row)
        + "</table:table-row>"
        for row in (table.header, *table.rows)
    )
    columns = f'<table:table-column table:number-columns-repeated="{len(table.header)}"/>'
    return f'<table:table table:name="T1">{columns}{rows}</table:table>'
