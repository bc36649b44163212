"""Letters as PDF with text, four letterhead styles, built-in fonts only."""

from __future__ import annotations

import io
from html import escape
from typing import Any

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor, black
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, ListFlowable, PageTemplate, Spacer
from reportlab.platypus import Paragraph as Text
from reportlab.platypus import Table as Grid

from samples.model import Block, Bullets, Heading, Kind, Letter, Paragraph, Table

_FONTS = (("Helvetica", "Helvetica-Bold"), ("Times-Roman", "Times-Bold"))
_COLOURS = ("#1d4e79", "#5b1f2e", "#24603c", "#444444")
_LONG = ("contract", "report")
_MARGIN = 22 * mm
_WIDTH = A4[0] - 2 * _MARGIN


def write(letter: Letter) -> bytes:
    return _render(letter, None)


def write_encrypted(letter: Letter, password: str) -> bytes:
    """The same, to be opened with `password` only."""
    # Printing allowed; the encryption key follows from the passwords and the fixed document id.
    return _render(letter, StandardEncryption(password, ownerPassword=f"{password}-owner", canModify=0, strength=128))


def _render(letter: Letter, encryption: StandardEncryption | None) -> bytes:
    rl_config.invariant = 1
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=A4,
        title=letter.title,
        author=letter.author,
        subject=letter.sender.name,
        invariant=1,
        encrypt=encryption,
        initialFontName=_FONTS[letter.style % 2][0],
    )
    top = 18 * mm if letter.kind is Kind.PAGE else 34 * mm
    frame = Frame(_MARGIN, 26 * mm, _WIDTH, A4[1] - 26 * mm - top, leftPadding=0, rightPadding=0)
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=lambda canvas, _: _decorate(canvas, letter)))
    document.build(_story(letter))
    return buffer.getvalue()


def _style(
    letter: Letter, size: float = 10, *, bold: bool = False, align: int = TA_LEFT, after: float = 6
) -> ParagraphStyle:
    font = _FONTS[letter.style % 2][bold]
    return ParagraphStyle("text", fontName=font, fontSize=size, leading=size * 1.3, alignment=align, spaceAfter=after)


def _body(letter: Letter) -> ParagraphStyle:
    """Running text; contracts and reports are set wider, as they are in offices."""
    style = _style(letter, 11 if letter.category in _LONG else 10)
    if letter.category in _LONG:
        style.leading, style.spaceAfter = 16, 8
    return style


def _text(content: str, style: ParagraphStyle) -> Text:
    return Text(escape(content).replace("\n", "<br/>"), style)


def _colour(letter: Letter) -> Color:
    return HexColor(_COLOURS[letter.style % 4])


def _decorate(canvas: Any, letter: Letter) -> None:  # reportlab's canvas is untyped
    """Letterhead and footer of one page."""
    canvas.saveState()
    if letter.kind is not Kind.PAGE:
        _letterhead(canvas, letter)
        _feet(canvas, letter)
    canvas.setFont(_FONTS[letter.style % 2][0], 7)
    canvas.drawRightString(
        A4[0] - _MARGIN, 8 * mm, f"{'Seite' if letter.language == 'de' else 'Page'} {canvas.getPageNumber()}"
    )
    canvas.restoreState()


def _letterhead(canvas: Any, letter: Letter) -> None:  # reportlab's canvas is untyped
    regular, bold = _FONTS[letter.style % 2]
    name, line = letter.sender.name, A4[1] - 18 * mm
    canvas.setFillColor(_colour(letter))
    canvas.setFont(bold, 15)
    draw, x = (
        (canvas.drawString, _MARGIN + 12 * mm),
        (canvas.drawCentredString, A4[0] / 2),
        (canvas.drawRightString, A4[0] - _MARGIN),
        (canvas.drawString, _MARGIN),
    )[letter.style % 4]
    draw(x, line, name)
    canvas.setFont(regular, 8)
    draw(x, line - 5 * mm, letter.sender.tagline or f"{letter.sender.street} · {letter.sender.town}")
    if letter.style % 4 == 0:
        canvas.roundRect(_MARGIN, line - 5 * mm, 9 * mm, 9 * mm, 2 * mm, stroke=0, fill=1)
    if letter.style % 2:
        canvas.setStrokeColor(_colour(letter))
        canvas.line(_MARGIN, line - 8 * mm, A4[0] - _MARGIN, line - 8 * mm)


def _feet(canvas: Any, letter: Letter) -> None:  # reportlab's canvas is untyped
    if not letter.footer:
        return
    width = _WIDTH / len(letter.footer)
    canvas.setFillColor(HexColor("#555555"))
    canvas.line(_MARGIN, 23 * mm, A4[0] - _MARGIN, 23 * mm)
    for column, lines in enumerate(letter.footer):
        for row, line in enumerate(_wrapped(canvas, lines, width - 4)):
            canvas.setFont(_FONTS[letter.style % 2][0], 6.2)
            canvas.drawString(_MARGIN + column * width, 20 * mm - row * 7.4, line)


def _wrapped(canvas: Any, lines: tuple[str, ...], width: float) -> list[str]:  # reportlab's canvas is untyped
    """The lines, broken at spaces where they are wider than their column."""
    out: list[str] = []
    for line in lines:
        current = ""
        for word in line.split(" "):
            longer = f"{current} {word}".strip()
            if current and canvas.stringWidth(longer, "Helvetica", 6.2) > width:
                out.append(current)
                longer = word
            current = longer
        out.append(current)
    return out


def _story(letter: Letter) -> list[Flowable]:
    story: list[Flowable] = []
    if letter.kind is not Kind.PAGE:
        story += _opening(letter)
    size = 13 if letter.kind is Kind.LETTER else 17
    story.append(_text(letter.title, _style(letter, size, bold=True, after=8)))
    if letter.kind is Kind.PAGE and letter.references:
        story.append(_text(" · ".join(f"{k}: {v}" for k, v in letter.references), _style(letter, 9, after=10)))
    if letter.kind is Kind.LETTER:
        story.append(_text(letter.salutation, _style(letter)))
    for block in letter.blocks:
        story += _flow(block, letter)
    if letter.kind is Kind.LETTER:
        story += _signature(letter)
    return story


def _opening(letter: Letter) -> list[Flowable]:
    sender = letter.sender
    small, body = _style(letter, 6.5, after=2), _style(letter, after=0)
    address = [_text(f"{sender.name} · {sender.street} · {sender.town}", small)]
    if letter.recipient:
        address += [_text(line, body) for line in letter.recipient.address]
    facts = (*letter.references, ("Datum" if letter.language == "de" else "Date", letter.place_and_date))
    if letter.style % 2:
        line = "    ".join(f"{name}: {value}" for name, value in facts[:-1])
        date = _text(letter.place_and_date, _style(letter, align=TA_RIGHT, after=8))
        return [*address, Spacer(1, 9 * mm), date, _text(line, _style(letter, 8.5, after=12))]
    side = [
        [_text(name, _style(letter, 8, after=0)), _text(value, _style(letter, 8, bold=True, after=0))]
        for name, value in facts
    ]
    everywhere = ((0, 0), (-1, -1))
    tight = [("VALIGN", *everywhere, "TOP"), ("TOPPADDING", *everywhere, 1), ("BOTTOMPADDING", *everywhere, 1)]
    info = Grid(side, colWidths=[34 * mm, 40 * mm], style=tight)
    both = Grid(
        [[address, info]],
        colWidths=[_WIDTH - 76 * mm, 76 * mm],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, 0), 0)],
    )
    return [both, Spacer(1, 11 * mm)]


def _signature(letter: Letter) -> list[Flowable]:
    greeting, *names = letter.closing
    ink = ParagraphStyle("ink", fontName="Times-Italic", fontSize=15, leading=19, textColor=HexColor("#20336b"))
    out: list[Flowable] = [Spacer(1, 4 * mm), _text(greeting, _style(letter, after=3))]
    if names:
        out.append(_text(names[0], ink))
    return out + [_text(name, _style(letter, after=0)) for name in names]


def _flow(block: Block, letter: Letter) -> list[Flowable]:
    match block:
        case Heading():
            heading = _style(letter, 13 - block.level, bold=True, after=4)
            heading.keepWithNext = 1
            return [_text(block.text, heading)]
        case Paragraph():
            return [_text(block.text, _body(letter))]
        case Bullets():
            items = [_text(item, _style(letter, after=2)) for item in block.items]
            return [ListFlowable(items, bulletType="bullet", bulletFontSize=7, leftIndent=14), Spacer(1, 2 * mm)]
        case Table():
            return [_grid(block, letter), Spacer(1, 4 * mm)]


def _grid(table: Table, letter: Letter) -> Grid:
    plain, bold = _style(letter, 9, after=0), _style(letter, 9, bold=True, after=0)
    figures, sums = _style(letter, 9, align=TA_RIGHT, after=0), _style(letter, 9, bold=True, align=TA_RIGHT, after=0)

    def cell(text: str, column: int, heavy: bool) -> Text:
        styles = (figures, sums) if column in table.right else (plain, bold)
        return _text(text, styles[heavy])

    first_total = len(table.rows) - table.totals
    rows = [[cell(text, column, True) for column, text in enumerate(table.header)]]
    rows += [
        [cell(text, column, number >= first_total) for column, text in enumerate(row)]
        for number, row in enumerate(table.rows)
    ]
    lines: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, _colour(letter)),
    ]
    if letter.style % 4 == 2:
        lines.append(("GRID", (0, 0), (-1, -1), 0.3, black))
    else:
        lines.append(("LINEBELOW", (0, 1), (-1, -1), 0.2, HexColor("#bbbbbb")))
    return Grid(rows, colWidths=_widths(table), style=lines, repeatRows=1)


def _widths(table: Table) -> list[float]:
    """Column widths after the longest cell of each, within bounds."""
    longest = [max(len(row[column]) for row in (table.header, *table.rows)) for column in range(len(table.header))]
    weights = [min(max(length, 9), 34) for length in longest]
    return [_WIDTH * weight / sum(weights) for weight in weights]
