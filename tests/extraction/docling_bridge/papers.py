"""PDFs with headings, columns, lists and tables, written by ReportLab."""

import io
from collections.abc import Sequence

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    ListFlowable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Table,
)

STYLES = getSampleStyleSheet()
WIDTH, HEIGHT = A4


def sentence(topic: str, words: int = 60) -> str:
    """A paragraph whose words tell where it belongs."""
    return " ".join(f"{topic}{number}" for number in range(words)) + "."


def article() -> bytes:
    """A title over two columns, with headings, a list and a ruled table, on pages with header and footer."""
    story: list[Flowable] = [Paragraph("Lagerhaltung in Lindental", STYLES["Title"]), FrameBreak()]
    for number, topic in enumerate(("Regal", "Kiste", "Palette", "Stapler", "Rampe", "Tor"), start=1):
        story += [
            Paragraph(f"{number} Von der Sache {topic}", STYLES["Heading2"]),
            Paragraph(sentence(topic, 70), STYLES["BodyText"]),
        ]
        if topic == "Kiste":
            story.append(ruled())
        if topic == "Palette":
            points = [Paragraph(f"Punkt {letter} der Liste", STYLES["BodyText"]) for letter in "ABC"]
            story.append(ListFlowable(points, bulletType="bullet"))
    columns = [Frame(50, 60, 235, HEIGHT - 170), Frame(310, 60, 235, HEIGHT - 170)]
    return _built(story, [Frame(50, HEIGHT - 105, 495, 60), *columns])


def ruled() -> Table:
    """A small table with a line around each cell."""
    rows = [["Posten", "Menge", "Preis"], ["Schrauben", "12", "3,50"], ["Muttern", "7", "1,20"]]
    return Table(rows, style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black)])


def invoice() -> bytes:
    """A table without lines, and sums beside their names."""
    rows = [["Pos", "Bezeichnung", "Menge", "Betrag"]]
    rows += [[str(number), f"Artikel {number} aus Stahl", str(number * 3), f"{number},50"] for number in range(1, 6)]
    return _built(
        [
            Paragraph("Rechnung", STYLES["Title"]),
            Paragraph(sentence("Anschreiben", 40), STYLES["BodyText"]),
            Table(rows, colWidths=[40, 220, 80, 80]),
            Paragraph("Vielen Dank", STYLES["BodyText"]),
        ],
        [Frame(50, 60, 495, HEIGHT - 120)],
    )


def pages(texts: Sequence[str], *, password: str = "") -> bytes:
    """One paragraph a page."""
    story: list[Flowable] = []
    for text in texts:
        story += [Paragraph(text, STYLES["BodyText"]), PageBreak()]
    return _built(story, [Frame(50, 60, 495, HEIGHT - 120)], password=password)


def _built(story: list[Flowable], frames: list[Frame], *, password: str = "") -> bytes:
    def margins(canvas, document):
        canvas.setFont("Helvetica", 8)
        canvas.drawString(50, HEIGHT - 30, "Blatt für Lagerkunde, Jahrgang 7")
        canvas.drawString(280, 25, f"Seite {document.page}")

    buffer = io.BytesIO()
    seal = StandardEncryption(password, strength=128) if password else None
    template = BaseDocTemplate(buffer, pagesize=A4, encrypt=seal, invariant=True, title="Lagerhaltung")
    template.addPageTemplates([PageTemplate(frames=frames, onPage=margins)])
    template.build(story)
    return buffer.getvalue()
