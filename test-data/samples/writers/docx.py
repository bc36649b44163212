"""Letters as Word documents with headings, tables, header and footer."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from samples.model import Block, Bullets, Heading, Kind, Letter, Paragraph, Table
from samples.writers.zipped import settled

_FONTS = ("Calibri", "Times New Roman", "Arial", "Georgia")
_ALIGNMENTS = (WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT)


def write(letter: Letter) -> bytes:
    document = docx.Document()
    _describe(document, letter)
    normal: Any = document.styles["Normal"]  # python-docx types styles by their common base
    normal.font.name, normal.font.size = _FONTS[letter.style % 4], Pt(10)
    if letter.kind is not Kind.PAGE:
        _frame(document, letter)
        _opening(document, letter)
    document.add_heading(letter.title, 0 if letter.kind is Kind.PAGE else 1)
    if letter.kind is Kind.LETTER:
        document.add_paragraph(letter.salutation)
    for block in letter.blocks:
        _add(document, block)
    if letter.kind is Kind.LETTER:
        greeting, *names = letter.closing
        document.add_paragraph(greeting)
        document.add_paragraph("\n".join(names))
    buffer = io.BytesIO()
    document.save(buffer)
    return settled(buffer.getvalue())


def _describe(document: Document, letter: Letter) -> None:
    written = datetime.combine(letter.issued, time(9, 30), UTC)
    facts = document.core_properties
    facts.title, facts.author, facts.last_modified_by = letter.title, letter.author, letter.author
    facts.created = facts.modified = written
    facts.language = letter.language
    facts.comments = ""


def _frame(document: Document, letter: Letter) -> None:
    section = document.sections[0]
    head = section.header.paragraphs[0]
    head.alignment = _ALIGNMENTS[letter.style % 3]
    head.add_run(letter.sender.name).bold = True
    if letter.sender.tagline:
        head.add_run(f"\n{letter.sender.tagline}").italic = True
    foot = section.footer.paragraphs[0]
    foot.add_run("\n".join(" · ".join(column) for column in letter.footer)).font.size = Pt(7)


def _opening(document: Document, letter: Letter) -> None:
    if letter.recipient:
        document.add_paragraph("\n".join(letter.recipient.address))
    document.add_paragraph(letter.place_and_date).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if letter.references:
        document.add_paragraph("\n".join(f"{name}: {value}" for name, value in letter.references))


def _add(document: Document, block: Block) -> None:
    match block:
        case Heading():
            document.add_heading(block.text, block.level + 1)
        case Paragraph():
            document.add_paragraph(block.text)
        case Bullets():
            for item in block.items:
                document.add_paragraph(item, "List Bullet")
        case Table():
            _add_table(document, block)


def _add_table(document: Document, table: Table) -> None:
    grid = document.add_table(len(table.rows) + 1, len(table.header), "Light Grid Accent 1")
    # `grid.cell` measures the whole table each time; the flat list is made once.
    cells = grid._cells
    for place, text in enumerate(text for row in (table.header, *table.rows) for text in row):
        paragraph = cells[place].paragraphs[0]
        paragraph.add_run(text)
        if place % len(table.header) in table.right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph()
