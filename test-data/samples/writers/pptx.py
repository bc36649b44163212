"""The letter as slides: a title, then a slide for each heading, list or table."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time
from typing import Any

from pptx import Presentation
from pptx.util import Inches, Pt

from samples.model import Bullets, Heading, Letter, Paragraph, Table
from samples.writers.zipped import settled


def write(letter: Letter) -> bytes:
    slides: Any = Presentation()  # python-pptx leaves shapes untyped
    facts = slides.core_properties
    facts.title, facts.author, facts.last_modified_by = letter.title, letter.author, letter.author
    facts.created = facts.modified = datetime.combine(letter.issued, time(9, 30), UTC)
    first = slides.slides.add_slide(slides.slide_layouts[0])
    first.shapes.title.text = letter.title
    first.placeholders[1].text = f"{letter.sender.name}\n{letter.place_and_date}"
    for title, lines in _chapters(letter):
        slide = slides.slides.add_slide(slides.slide_layouts[1])
        slide.shapes.title.text = title
        frame = slide.placeholders[1].text_frame
        frame.text = "\n".join(lines)
        for paragraph in frame.paragraphs:
            paragraph.font.size = Pt(14 if sum(map(len, lines)) > 500 else 18)
        slide.notes_slide.notes_text_frame.text = f"{letter.author}: {title}"
    for table in letter.tables():
        _add_table(slides, letter.title, table)
    buffer = io.BytesIO()
    slides.save(buffer)
    return settled(buffer.getvalue())


def _chapters(letter: Letter) -> list[tuple[str, list[str]]]:
    """Titles with their lines, at most seven to a slide."""
    chapters: list[tuple[str, list[str]]] = [(letter.title, [])]
    for block in letter.blocks:
        match block:
            case Heading():
                chapters.append((block.text, []))
            case Paragraph():
                chapters[-1][1].append(block.text)
            case Bullets():
                chapters[-1][1].extend(block.items)
        if sum(map(len, chapters[-1][1])) > 600:
            chapters.append((chapters[-1][0], []))
    return [(title, lines) for title, lines in chapters if lines]


def _add_table(slides: Any, title: str, table: Table) -> None:  # python-pptx leaves shapes untyped
    slide = slides.slides.add_slide(slides.slide_layouts[5])
    slide.shapes.title.text = title
    rows = (table.header, *table.rows)
    grid = slide.shapes.add_table(len(rows), len(table.header), Inches(0.5), Inches(1.6), Inches(9), Inches(0.4)).table
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            cell = grid.cell(number, column)
            cell.text = text
            cell.text_frame.paragraphs[0].font.size = Pt(11)
