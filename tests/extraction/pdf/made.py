"""PDFs with everything that a page of text does not have, made by reportlab and qpdf."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.extraction import handmade

FONT = "DejaVuSans.ttf"
BODY = "Diese Seite trägt genug eigenen Text, um gelesen zu werden."


def drawn(draw: Callable[[Canvas], object], **options: object) -> bytes:
    """A PDF drawn by a function on reportlab's canvas."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True, **options)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def changed(data: bytes, change: Callable[[Pdf], object], **saving: object) -> bytes:
    """The same PDF after a change to its objects."""
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        change(document)
        document.save(buffer, **saving)
    return buffer.getvalue()


def form() -> bytes:
    """A form: a text field, a box that is ticked and one that is not, a choice, a group of buttons."""

    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 760, "Antrag auf Erstattung der Reisekosten")
        form = canvas.acroForm
        form.textfield(name="empfaenger", tooltip="Name", value="Käthe Großmann", x=72, y=700, width=200)
        form.checkbox(name="bahn", tooltip="Bahnfahrt", checked=True, x=72, y=660)
        form.checkbox(name="flug", tooltip="Flugreise", checked=False, x=72, y=630)
        form.choice(name="land", tooltip="Land", value="Norwegen", options=["Schweden", "Norwegen"], x=72, y=600)
        for value, chosen in (("einfach", False), ("hin-und-zurueck", True)):
            form.radio(name="fahrt", tooltip="Fahrt", value=value, selected=chosen, x=72, y=560 + 20 * chosen)

    return drawn(draw)


def without_appearances(document: Pdf) -> None:
    """Leave the values, but nothing of how they look."""
    for annotation in document.pages[0].Annots:
        if "/AP" in annotation:
            del annotation["/AP"]


def annotated(*notes: Mapping[str, object], body: str = BODY) -> bytes:
    """A page with annotations, each given by its entries."""

    def change(document: Pdf) -> None:
        page = document.pages[0]
        page.Annots = Array(
            [
                document.make_indirect(
                    Dictionary({"/Type": Name.Annot, "/Rect": Array([50, 500, 250, 540]), **_named(note)})
                )
                for note in notes
            ]
        )

    return changed(handmade.pdf(body), change)


def _named(entries: Mapping[str, object]) -> dict[str, object]:
    return {f"/{key}": value for key, value in entries.items()}


def attached(files: Mapping[str, bytes], *, media_type: str = "text/xml", relationship: str = "/Data") -> bytes:
    """A PDF with files in it, as PDF/A-3 has them."""

    def change(document: Pdf) -> None:
        for name, content in files.items():
            document.attachments[name] = pikepdf.AttachedFileSpec(
                document, content, filename=name, mime_type=media_type, relationship=Name(relationship)
            )

    return changed(handmade.pdf(BODY), change)


def pinned(name: str, content: bytes) -> bytes:
    """A PDF with a file pinned to its page."""

    def change(document: Pdf) -> None:
        stream = Stream(document, content)
        stream.Type = Name.EmbeddedFile
        file = Dictionary(Type=Name.Filespec, F=name, UF=name, EF=Dictionary(F=stream))
        note = Dictionary(
            Type=Name.Annot,
            Subtype=Name.FileAttachment,
            Rect=Array([50, 500, 70, 520]),
            FS=document.make_indirect(file),
        )
        document.pages[0].Annots = Array([document.make_indirect(note)])

    return changed(handmade.pdf(BODY), change)


def xfa(value: str, *, body: str = "Please wait...") -> bytes:
    """A dynamic form whose data stands in XML only."""
    data = (
        '<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><antrag>'
        f"<Nachname>{value}</Nachname><leer/></antrag></xfa:data></xfa:datasets>"
    )

    def change(document: Pdf) -> None:
        packet = Stream(document, data.encode())
        document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Array(["datasets", packet]))
        document.Root.NeedsRendering = True

    return changed(handmade.pdf(body), change)


def without_unicode(*lines: str, glyphs: int = 0) -> bytes:
    """A page that looks right and whose font does not say what its signs mean.

    Parameters
    ----------
    glyphs : added to the number of each glyph, so that the page looks wrong too
    """
    face = TTFont("DejaVu", FONT).face
    shown = [
        "".join(f"{face.charToGlyph.get(ord(letter), 0) + glyphs:04X}" for letter in line) for line in lines or (BODY,)
    ]
    text = "".join(f"<{line}> Tj 0 -40 Td " for line in shown)

    def change(document: Pdf) -> None:
        file = document.make_stream(Path(face.filename).read_bytes())
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name("/AAAAAA+Own"),
            Flags=4,
            FontFile2=file,
            ItalicAngle=0,
            FontBBox=Array([-1000, -300, 1500, 1000]),
            Ascent=900,
            Descent=-200,
            CapHeight=700,
            StemV=80,
        )
        glyphs_only = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name("/AAAAAA+Own"),
            DW=600,
            FontDescriptor=document.make_indirect(descriptor),
            CIDToGIDMap=Name.Identity,
            CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        )
        font = Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name("/AAAAAA+Own"),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([document.make_indirect(glyphs_only)]),
        )
        page = document.pages[0]
        page.Resources = Dictionary(Font=Dictionary(F=document.make_indirect(font)))
        page.Contents = document.make_stream(f"BT /F 16 Tf 40 700 Td {text}ET".encode())

    return changed(handmade.pdf(""), change)


def outlined(*lines: str) -> bytes:
    """A page whose letters are drawn as small areas, as programs for drawing export them."""
    image = handmade.page(*lines)
    pixels = np.asarray(image) < 128
    steps = []
    for row, dark in enumerate(pixels):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], dark.astype(np.int8), [0]))))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            steps.append(f"{start / 2} {780 - row / 2} {(end - start) / 2} 0.5 re")
    drawing = "\n".join(steps) + "\nf"

    def change(document: Pdf) -> None:
        document.pages[0].Contents = document.make_stream(drawing.encode())

    return changed(handmade.pdf(""), change)


def page_tree(kids: str, *, count: int = 1, box: str = "[0 0 595 842]", extra: str = "") -> bytes:
    """A PDF written by hand around its page tree; object 3 is a page."""
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{extra}>>",
        f"<</Type/Pages/Kids[{kids}]/Count {count}>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox{box}/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        "<</Length 51>>stream\nBT /F 12 Tf 50 700 Td (Eine Seite mit Text) Tj ET    \nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    return written(objects)


def written(objects: list[str]) -> bytes:
    """Objects, numbered from 1, as a PDF with a right table of them; the first is the catalog."""
    body, places = b"%PDF-1.7\n", []
    for number, thing in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{thing}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer<</Root 1 0 R/Size {len(objects) + 1}>>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + end.encode()
