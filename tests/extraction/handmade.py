"""Small files of every format, written by other libraries than those that read them."""

import io
import struct
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage

from PIL import Image, ImageDraw, ImageFont

FONT = "DejaVuSans.ttf"


def docx() -> bytes:
    """A letter with letterhead, footer, heading, table and a text box's worth of umlauts."""
    import docx as writer

    document = writer.Document()
    document.core_properties.title = "Kündigung des Mietvertrags"
    document.core_properties.author = "Jürgen Groß"
    document.sections[0].header.paragraphs[0].text = "Rheingold Datentechnik AG, Lindental"
    document.sections[0].footer.paragraphs[0].text = "Geschäftsführer: Sönke Vößing"
    document.add_heading("Kündigung", level=1)
    document.add_paragraph("Hiermit kündigen wir den Mietvertrag fristgerecht zum nächsten Quartal.")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text = "Kaltmiete"
    table.rows[0].cells[1].text = "1.250,00 €"
    return _saved(document)


def pptx() -> bytes:
    """Two slides, the first with notes."""
    import pptx as writer

    deck = writer.Presentation()
    for title, note in (("Unser Konzept", "Nicht vergessen: Zahlen nennen"), ("Ausgangslage", "")):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = title
        if note:
            slide.notes_slide.notes_text_frame.text = note
    return _saved(deck)


def xlsx() -> bytes:
    """Two sheets with text, numbers and a date."""
    from datetime import date

    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Umsätze"
    for row in (("Monat", "Umsatz"), ("März", 1250), ("April", 12.5), (date(2025, 4, 30), "Stichtag")):
        book.active.append(row)
    book.create_sheet("Notizen")["A1"] = "geprüft von Käthe"
    return _saved(book)


def odt() -> bytes:
    """An OpenDocument text with a heading and a paragraph."""
    from odfdo import Document, Header, Paragraph

    document = Document("text")
    document.body.clear()
    document.body.append(Header(1, "Bescheid"))
    document.body.append(Paragraph("Der Beitrag beträgt 480,25 Euro im Jahr."))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def epub(chapter: str = "Es war einmal ein Lager in Lindental.") -> bytes:
    """A book of one chapter."""
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="b/p.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Das Lager</dc:title>'
        "<dc:creator>Käthe Groß</dc:creator><dc:language>de</dc:language></metadata>"
        '<manifest><item id="a" href="c1.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    page = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>1</title></head>'
        f"<body><h1>Kapitel eins</h1><p>{chapter}</p></body></html>"
    )
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "b/p.opf": package,
            "b/c1.xhtml": page,
        }
    )


def pdf(*pages: str, password: str = "", title: str = "Rechnung 4711") -> bytes:
    """A PDF with one line of text a page."""
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt=StandardEncryption(password, strength=128) if password else None, invariant=True)
    canvas.setTitle(title)
    for page in pages:
        canvas.drawString(72, 720, page)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def scanned_pdf(*pages: Image.Image) -> bytes:
    """A PDF whose pages are pictures only."""
    buffer = io.BytesIO()
    pages[0].save(buffer, "PDF", resolution=150, save_all=True, append_images=list(pages[1:]))
    return buffer.getvalue()


def page(*lines: str, size: int = 32) -> Image.Image:
    """A white page with large black lines."""
    image = Image.new("L", (1100, 120 + 70 * len(lines)), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(FONT, size)
    for number, line in enumerate(lines):
        draw.text((60, 50 + 70 * number), line, font=font, fill=0)
    return image


def picture(image: Image.Image, kind: str, **options: object) -> bytes:
    """A picture's bytes in a format."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def mail() -> bytes:
    """A message with plain and HTML body, a PDF and a message attached."""
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = "a@example.org", "b@example.org", "Die ursprüngliche Frage"
    inner.set_content("Wann kommt die Lieferung?")
    message = EmailMessage()
    message["From"] = "Jürgen Groß <juergen@example.org>"
    message["To"] = "Käthe Müller <kaethe@example.org>, lager@example.org"
    message["Subject"] = "Rechnung für März – fällig"
    message["Date"] = "Wed, 15 Jan 2025 09:08:00 +0100"
    message.set_content("Guten Tag,\n\nanbei unsere Rechnung über 480,25 €.\n")
    message.add_alternative("<p>Guten Tag,</p><p>anbei unsere Rechnung über 480,25 €.</p>", subtype="html")
    message.add_attachment(pdf("Rechnung"), maintype="application", subtype="pdf", filename="Rechnung März.pdf")
    message.add_attachment(inner)
    return bytes(message)


def zipped(members: Mapping[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=0 if name == "mimetype" else compression)
    return buffer.getvalue()


def _saved(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def ole(streams: Mapping[str, bytes]) -> bytes:
    """An OLE container: a FAT sector, a directory sector, then the streams, each of at least 4096 bytes."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    fat, body, entries = [table, end], b"", []
    for number, (name, content) in enumerate(streams.items(), start=1):
        padded = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\0")
        start, count = len(fat), len(padded) // 512
        fat += [*range(start + 1, start + count), end]
        body += padded
        following = number + 1 if number < len(streams) else free
        entries.append(_ole_entry(name, 2, sibling=following, child=free, start=start, size=len(padded)))
    assert len(fat) <= 128
    assert len(entries) <= 3
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<I", 0) + b"\xff" * (108 * 4)
    root = _ole_entry("Root Entry", 5, sibling=free, child=1, start=end, size=0)
    directory = b"".join([root, *entries]).ljust(512, b"\0")
    return header + struct.pack("<128I", *fat, *[free] * (128 - len(fat))) + directory + body


def _ole_entry(name: str, kind: int, *, sibling: int, child: int, start: int, size: int) -> bytes:
    raw = (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0")
    links = struct.pack("<HBBIII", 2 * len(name) + 2, kind, 1, 0xFFFFFFFF, sibling, child)
    return raw + links + b"\0" * 36 + struct.pack("<IQ", start, size)


def doc(*pieces: str | bytes, flags: int = 0x0200) -> bytes:
    """A Word 97 document of these pieces: bytes are stored as cp1252, text as UTF-16."""
    stream = bytearray(2048)
    struct.pack_into("<HH", stream, 0, 0xA5EC, 0x00C1)
    struct.pack_into("<H", stream, 0x0A, flags)
    positions, descriptors = [0], b""
    for piece in pieces:
        offset = len(stream) * 2 | 0x40000000 if isinstance(piece, bytes) else len(stream)
        stream += piece if isinstance(piece, bytes) else piece.encode("utf-16-le")
        positions.append(positions[-1] + len(piece))
        descriptors += struct.pack("<HIH", 0, offset, 0)
    pieces_table = struct.pack(f"<{len(positions)}I", *positions) + descriptors
    clx = b"\x01\x02\0\xff\xff" + b"\x02" + struct.pack("<I", len(pieces_table)) + pieces_table
    struct.pack_into("<II", stream, 0x01A2, 0, len(clx))
    return ole({"WordDocument": bytes(stream), "1Table": clx})


def ppt(*texts: str) -> bytes:
    """A PowerPoint 97 presentation with these texts in slides, and one in the master."""

    def record(kind: int, body: bytes, *, container: bool = False) -> bytes:
        return struct.pack("<HHI", 0xF if container else 0, kind, len(body)) + body

    slides = b"".join(record(0x0FA0, text.encode("utf-16-le")) for text in texts) + record(0x0FA8, b"Gr\xfc\xdfe")
    master = record(0x03F8, record(0x0FA0, "Titel bearbeiten".encode("utf-16-le")), container=True)
    return ole({"PowerPoint Document": master + record(0x03EE, record(0xF00D, slides, container=True), container=True)})
