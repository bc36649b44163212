"""Letters as web pages."""

from __future__ import annotations

from html import escape

from samples.model import Block, Bullets, Heading, Kind, Letter, Paragraph, Table

_LOOKS = (
    "body{font-family:sans-serif;max-width:46em}table{border-collapse:collapse}td,th{border:1px solid #ccc}",
    "body{font-family:serif;margin:4em}th{text-align:left;border-bottom:2px solid #5b1f2e}.r{text-align:right}",
    "body{font:14px Arial}header{background:#24603c;color:#fff;padding:1em}table{width:100%}",
    "body{font-family:Georgia}h1{font-size:1.3em}footer{font-size:.7em;color:#666}",
)


def write(letter: Letter) -> bytes:
    return page(letter).encode("utf-8")


def page(letter: Letter) -> str:
    """The whole page; the look follows the style of the sender."""
    head = (
        f'<!DOCTYPE html>\n<html lang="{letter.language}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(letter.title)}</title>\n"
        f'<meta name="author" content="{escape(letter.author)}">\n'
        f'<meta name="date" content="{letter.issued.isoformat()}">\n'
        f"<style>{_LOOKS[letter.style % 4]}</style>\n</head>\n<body>"
    )
    parts = [head]
    if letter.kind is not Kind.PAGE:
        parts.append(_opening(letter))
    parts.append(f"<h1>{escape(letter.title)}</h1>")
    if letter.kind is Kind.LETTER:
        parts.append(f"<p>{escape(letter.salutation)}</p>")
    parts += [_marked(block) for block in letter.blocks]
    if letter.kind is Kind.LETTER:
        parts.append(f"<p>{'<br>'.join(escape(line) for line in letter.closing)}</p>")
    if letter.kind is not Kind.PAGE:
        lines = "<br>".join(escape(" · ".join(column)) for column in letter.footer)
        parts.append(f"<footer>{lines}</footer>")
    return "\n".join([*parts, "</body>\n</html>\n"])


def _opening(letter: Letter) -> str:
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in letter.references)
    to = "<br>".join(escape(line) for line in letter.recipient.address) if letter.recipient else ""
    return (
        f"<header><strong>{escape(letter.sender.name)}</strong><br>{escape(letter.sender.tagline)}</header>\n"
        f"<address>{to}</address>\n<dl>{facts}</dl>\n<p>{escape(letter.place_and_date)}</p>"
    )


def _marked(block: Block) -> str:
    match block:
        case Heading():
            return f"<h{block.level + 1}>{escape(block.text)}</h{block.level + 1}>"
        case Paragraph():
            return f"<p>{escape(block.text)}</p>"
        case Bullets():
            return "<ul>\n" + "\n".join(f"<li>{escape(item)}</li>" for item in block.items) + "\n</ul>"
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in table.header)
    return "\n".join(["<table>", f"<tr>{head}</tr>", *(_row(row, table.right) for row in table.rows), "</table>"])


def _row(cells: tuple[str, ...], right: tuple[int, ...]) -> str:
    marks = ('<td class="r">' if column in right else "<td>" for column in range(len(cells)))
    return "<tr>" + "".join(f"{mark}{escape(cell)}</td>" for mark, cell in zip(marks, cells, strict=True)) + "</tr>"
