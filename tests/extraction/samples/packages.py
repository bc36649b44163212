"""Office files that are ZIPs: the variants that no library writes, made of parts."""

import io
import struct
import zipfile
from collections.abc import Mapping

from tests.extraction import handmade

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def converted(data: bytes, former: str, later: str) -> bytes:
    """An Office Open XML file with another main content type: a template, a show, one with macros."""
    return rewritten(data, {"[Content_Types].xml": lambda part: part.replace(former.encode(), later.encode())})


def rewritten(data: bytes, changes: Mapping) -> bytes:
    """A ZIP in which some members are changed by functions."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            part = old.read(info)
            new.writestr(info.filename, changes[info.filename](part) if info.filename in changes else part)
    return buffer.getvalue()


def strict(data: bytes) -> bytes:
    """An Office Open XML file in the namespaces of ISO's strict variant."""
    pairs = (
        (
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        ),
        (
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ),
        (
            b"http://schemas.openxmlformats.org/presentationml/2006/main",
            b"http://purl.oclc.org/ooxml/presentationml/main",
        ),
        (b"http://schemas.openxmlformats.org/drawingml/2006/main", b"http://purl.oclc.org/ooxml/drawingml/main"),
        (_OFFICE.encode(), b"http://purl.oclc.org/ooxml/officeDocument/relationships"),
    )

    def change(part: bytes) -> bytes:
        for former, later in pairs:
            part = part.replace(former, later)
        return part

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
    return rewritten(data, dict.fromkeys(names, change))


def far_sheet() -> bytes:
    """An XLSB sheet with a cell in its first row, and one in the last row's last column."""
    cells = b""
    for row, column in ((0, 0), (1_048_575, 16_383)):
        cells += _record(0, struct.pack("<IIHHBI", row, 0, 300, 0, 0, 1) + struct.pack("<II", column, column))
        cells += _record(5, struct.pack("<IId", column, 0, 1.5))
    return _record(129) + _record(145) + cells + _record(146) + _record(130)


def _record(kind: int, body: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return number + bytes([len(body)]) + body


def xlsb() -> bytes:
    """A binary workbook with one sheet: a text and a number."""

    def wide(text: str) -> bytes:
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    sheet_entry = struct.pack("<II", 0, 1) + wide("rId1") + wide("Lager")
    book = _record(131) + _record(143) + _record(156, sheet_entry) + _record(144) + _record(132)
    cells = _record(6, struct.pack("<II", 0, 0) + wide("Bestände in Kisten")) + _record(
        5, struct.pack("<IId", 1, 0, 815.5)
    )
    row = _record(0, struct.pack("<IIHHBI", 0, 0, 300, 0, 0, 1) + struct.pack("<II", 0, 1))
    sheet = (
        _record(129)
        + _record(148, struct.pack("<IIII", 0, 0, 0, 1))
        + _record(145)
        + row
        + cells
        + _record(146)
        + _record(130)
    )
    types = (
        f'<Types xmlns="{_TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
        '<Override PartName="/xl/worksheets/sheet1.bin" ContentType="application/vnd.ms-excel.worksheet"/></Types>'
    )
    return handmade.zipped(
        {
            "[Content_Types].xml": types,
            "_rels/.rels": relations("officeDocument", "xl/workbook.bin"),
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": relations("worksheet", "worksheets/sheet1.bin"),
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def relations(kind: str, target: str) -> str:
    """A part's relations with one target."""
    one = f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_RELATIONS}">{one}</Relationships>'


def opendocument(kind: str) -> bytes:
    """An OpenDocument spreadsheet or presentation."""
    from odfdo import Document, DrawPage, Frame, Paragraph, Table

    document = Document(kind)
    document.body.clear()
    if kind == "spreadsheet":
        table = Table("Kosten", width=2, height=1)
        table.set_value((0, 0), "Miete für März")
        table.set_value((1, 0), 1250)
        document.body.append(table)
    else:
        page = DrawPage("page1", name="Begrüßung")
        page.append(Frame.text_frame(Paragraph("Herzlich willkommen in Lindental"), size=("10cm", "2cm")))
        document.body.append(page)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def drawing(kind: str) -> bytes:
    """A drawing or a slide of OpenDocument and of OpenOffice 1, which differ in their namespaces only."""
    box = "<draw:text-box><text:p>Lageplan der Halle</text:p></draw:text-box>"
    return _open_document(kind, f"<draw:page><draw:frame>{box}</draw:frame></draw:page>")


def openoffice_1(kind: str) -> bytes:
    """A text or a sheet of OpenOffice 1."""
    row = "<table:table-row><table:table-cell><text:p>Miete</text:p></table:table-cell></table:table-row>"
    return _open_document(kind, f"<text:p>Bescheid aus Köln</text:p><table:table>{row}</table:table>")


def _open_document(kind: str, body: str) -> bytes:
    names = " ".join(
        f'xmlns:{name}="http://openoffice.org/2000/{name}"' for name in ("office", "text", "table", "draw")
    )
    content = f"<office:document-content {names}><office:body>{body}</office:body></office:document-content>"
    return handmade.zipped({"mimetype": kind, "content.xml": content})


def vsdx() -> bytes:
    """A Visio drawing of two pages."""

    def page(text: str) -> str:
        shape = f'<Shape ID="1"><Text><cp IX="0"/>{text}</Text></Shape>'
        namespace = "http://schemas.microsoft.com/office/visio/2012/main"
        return f'<PageContents xmlns="{namespace}"><Shapes>{shape}</Shapes></PageContents>'

    kind = "application/vnd.ms-visio.drawing.main+xml"
    types = f'<Types xmlns="{_TYPES}"><Override PartName="/visio/document.xml" ContentType="{kind}"/></Types>'
    return handmade.zipped(
        {
            "[Content_Types].xml": types,
            "visio/pages/page1.xml": page("Wareneingang"),
            "visio/pages/page2.xml": page("Prüfung der <pp IX='0'/>Ware"),
        }
    )


def apple(kind: str, *texts: str) -> bytes:
    """A document of iWork 2013 and later: packed objects, of which the texts are storages."""
    stream = b"".join(_object(number, 2001, _field(3, text.encode())) for number, text in enumerate(texts, start=10))
    members = {"Index/Document.iwa": _iwa(stream), "Index/Metadata.iwa": _iwa(b"")}
    if kind == "numbers":
        cells = b"".join(_field(3, b"\x08\x01" + _field(3, text.encode())) for text in texts)
        members["Index/Tables/DataList.iwa"] = _iwa(_object(99, 6005, b"\x08\x01" + cells))
        members["Index/CalculationEngine.iwa"] = _iwa(b"")
    if kind == "key":
        members["Index/Slide.iwa"] = members["Index/Document.iwa"]
        members["Index/MasterSlide-1.iwa"] = _iwa(_object(1, 2001, _field(3, b"Titeltext")))
    return handmade.zipped(members, compression=zipfile.ZIP_STORED)


def apple_09(paragraph: str, cell: str) -> bytes:
    """A document of iWork '09, which was XML."""
    xml = (
        '<?xml version="1.0"?><sl:document xmlns:sl="http://developer.apple.com/namespaces/sl" '
        'xmlns:sf="http://developer.apple.com/namespaces/sf" xmlns:sfa="http://developer.apple.com/namespaces/sfa">'
        f"<sf:text-storage><sf:text-body><sf:p>{paragraph}</sf:p></sf:text-body></sf:text-storage>"
        f'<sf:tabular-model><sf:ct sfa:s="{cell}"/></sf:tabular-model></sl:document>'
    )
    return handmade.zipped({"index.xml": xml})


def _field(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(value)) + value


def _object(identifier: int, kind: int, payload: bytes) -> bytes:
    message = b"\x08" + _varint(kind) + b"\x18" + _varint(len(payload))
    header = b"\x08" + _varint(identifier) + _field(2, message)
    return _varint(len(header)) + header + payload


def _iwa(stream: bytes) -> bytes:
    """Snappy of literals only, of at most 60 bytes each."""
    pieces = [stream[place : place + 60] for place in range(0, len(stream), 60)]
    block = _varint(len(stream)) + b"".join(bytes([len(piece) - 1 << 2]) + piece for piece in pieces)
    return b"\0" + len(block).to_bytes(3, "little") + block


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
