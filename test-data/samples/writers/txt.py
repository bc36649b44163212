"""Letters as plain text, in any encoding that can hold them."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from samples.model import Block, Bullets, Heading, Kind, Letter, Paragraph, Table

_WIDTH = 78


def write(letter: Letter) -> bytes:
    return text(letter).encode("utf-8")


def write_as(letter: Letter, encoding: str) -> bytes:
    """In another encoding; characters it lacks are replaced."""
    return text(letter).replace("\n", "\r\n").encode(encoding, "replace")


def text(letter: Letter) -> str:
    """The whole letter with addresses and footer."""
    parts = list(_opening(letter)) if letter.kind is not Kind.PAGE else []
    parts += [_underlined(letter.title, "=") if letter.style % 2 else letter.title]
    if letter.kind is Kind.PAGE and letter.references:
        parts.append("\n".join(f"{name}: {value}" for name, value in letter.references))
    parts.append(body(letter))
    if letter.kind is not Kind.PAGE and letter.footer:
        parts.append("-" * _WIDTH + "\n" + "\n".join(" | ".join(column) for column in letter.footer))
    return "\n\n".join(parts) + "\n"


def body(letter: Letter) -> str:
    """Salutation, text and signature: what stands in a mail."""
    parts = [letter.salutation] if letter.kind is Kind.LETTER else []
    parts += [_plain(block) for block in letter.blocks]
    if letter.kind is Kind.LETTER:
        parts.append("\n".join(letter.closing))
    return "\n\n".join(parts)


def _opening(letter: Letter) -> Iterator[str]:
    yield "\n".join(letter.sender.address)
    if letter.recipient:
        yield "\n".join(letter.recipient.address)
    yield letter.place_and_date.rjust(_WIDTH)
    if letter.references:
        yield "\n".join(f"{name + ':':<22}{value}" for name, value in letter.references)


def _plain(block: Block) -> str:
    match block:
        case Heading():
            return _underlined(block.text, "-")
        case Paragraph():
            return fill(block.text, _WIDTH, break_long_words=False, break_on_hyphens=False)
        case Bullets():
            return "\n".join(
                fill(item, _WIDTH, initial_indent="  * ", subsequent_indent="    ") for item in block.items
            )
        case Table():
            return _columns(block)


def _underlined(line: str, mark: str) -> str:
    return f"{line}\n{mark * len(line)}"


def _columns(table: Table) -> str:
    rows = (table.header, *table.rows)
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.header))]
    lines = [
        "  ".join(
            text.rjust(width) if column in table.right else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    rule = "-" * max(len(line) for line in lines)
    lines.insert(1, rule)
    if table.totals:
        lines.insert(len(lines) - table.totals, rule)
    return "\n".join(lines)
