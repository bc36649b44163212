"""Letters as Markdown, as wikis and note-takers keep them."""

from __future__ import annotations

from samples.model import Block, Bullets, Heading, Kind, Letter, Paragraph, Table


def write(letter: Letter) -> bytes:
    parts = [f"# {letter.title}"]
    if letter.kind is not Kind.PAGE:
        parts.append(f"**{letter.sender.name}**, {letter.sender.street}, {letter.sender.town}")
        if letter.recipient:
            to = "An" if letter.language == "de" else "To"
            parts.append(f"{to}: {', '.join(letter.recipient.address)}")
    facts = [f"- {name}: {value}" for name, value in letter.references]
    parts.append("\n".join([*facts, f"- {letter.place_and_date}"]))
    if letter.kind is Kind.LETTER:
        parts.append(letter.salutation)
    parts += [_marked(block) for block in letter.blocks]
    if letter.kind is Kind.LETTER:
        parts.append("  \n".join(letter.closing))
    if letter.kind is not Kind.PAGE:
        parts += ["---", "  \n".join(" · ".join(column) for column in letter.footer)]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def _marked(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * (block.level + 1)} {block.text}"
        case Paragraph():
            return block.text
        case Bullets():
            return "\n".join(f"- {item}" for item in block.items)
        case Table():
            rule = "|".join(" ---: " if column in block.right else " --- " for column in range(len(block.header)))
            rows = [" | ".join(row) for row in (block.header, *block.rows)]
            return "\n".join([f"| {rows[0]} |", f"|{rule}|", *(f"| {row} |" for row in rows[1:])])
