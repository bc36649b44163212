"""One sample or more of every format that the workbench knows by name."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from tests.extraction import handmade
from tests.extraction.samples import footage, old_office, packages, packs
from workbench.extraction import media_types as known

_MAIN = "application/vnd.openxmlformats-officedocument."
_LETTER = ("Kündigung", "Mietvertrag", "Kaltmiete", "1.250,00 €", "Rheingold Datentechnik AG", "Sönke Vößing")
_BOOK = ("Umsätze", "März", "1250", "geprüft von Käthe")
_DECK = ("Unser Konzept", "Ausgangslage", "Zahlen nennen")
_TAGS = ("Sitzung im März", "Käthe Müller")
_MEMBERS = ("Rechnung.txt", "480,25 Euro", "zweite Datei")
_SCAN = ("Rechnung", "Lindental", "Betrag")


@dataclass(frozen=True)
class Sample:
    """A file's name, its media type, its bytes, and words that must be found in it or in its members."""

    name: str
    media_type: str
    make: Callable[[], bytes]
    words: tuple[str, ...]


def _text(words: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: words.encode(encoding)


def _docx(kind: str) -> Callable[[], bytes]:
    former = f"{_MAIN}wordprocessingml.document.main+xml"
    return lambda: packages.converted(handmade.docx(), former, kind)


def _xlsx(kind: str) -> Callable[[], bytes]:
    former = f"{_MAIN}spreadsheetml.sheet.main+xml"
    return lambda: packages.converted(handmade.xlsx(), former, kind)


def _pptx(kind: str) -> Callable[[], bytes]:
    former = f"{_MAIN}presentationml.presentation.main+xml"
    return lambda: packages.converted(handmade.pptx(), former, kind)


def _page() -> Image.Image:
    return handmade.page("Rechnung 4711", "Ort: Lindental", "Betrag: 480,25 EUR")


def _scan(kind: str, **options: object) -> Callable[[], bytes]:
    return lambda: handmade.picture(_page(), kind, **options)


_PDF = handmade.pdf
_WORD = (
    Sample("a.pdf", known.PDF, lambda: _PDF("Rechnung 4711 vom Maerz", "Seite zwei"), ("Rechnung 4711", "Seite zwei")),
    Sample("a.docx", known.DOCX, handmade.docx, _LETTER),
    Sample("strict.docx", known.DOCX, lambda: packages.strict(handmade.docx()), _LETTER),
    Sample("a.docm", known.DOCM, _docx("application/vnd.ms-word.document.macroEnabled.main+xml"), _LETTER),
    Sample("a.dotm", known.DOCM, _docx("application/vnd.ms-word.template.macroEnabledTemplate.main+xml"), _LETTER),
    Sample("a.dotx", known.DOTX, _docx(f"{_MAIN}wordprocessingml.template.main+xml"), _LETTER),
    Sample("a.doc", known.DOC, old_office.doc, ("Kündigung des Mietvertrags", "nächsten Quartal")),
    Sample("a.dot", known.DOC, old_office.doc, ("Kündigung des Mietvertrags",)),
    Sample("a.rtf", known.RTF, lambda: rb"{\rtf1\ansi\ansicpg1252 Sch\'f6ne Gr\u252?\u223?e}", ("Schöne Grüße",)),
    Sample("a.odt", known.ODT, handmade.odt, ("Bescheid", "480,25 Euro")),
    Sample(
        "a.pages",
        known.PAGES,
        lambda: packages.apple("pages", "Einladung zur Feier", "Grüße"),
        ("Einladung zur Feier", "Grüße"),
    ),
    Sample("09.pages", known.PAGES, lambda: packages.apple_09("Brief aus Köln", "Zelle"), ("Brief aus Köln",)),
)
_SHEETS = (
    Sample("a.xlsx", known.XLSX, handmade.xlsx, _BOOK),
    Sample("strict.xlsx", known.XLSX, lambda: packages.strict(handmade.xlsx()), _BOOK),
    Sample("a.xltx", known.XLSX, _xlsx(f"{_MAIN}spreadsheetml.template.main+xml"), _BOOK),
    Sample("a.xlsm", known.XLSM, _xlsx("application/vnd.ms-excel.sheet.macroEnabled.main+xml"), _BOOK),
    Sample("a.xlsb", known.XLSB, packages.xlsb, ("Lager", "Bestände in Kisten", "815.5")),
    Sample("a.xls", known.XLS, old_office.xls, ("Übersicht", "Umsätze des Monats", "4711.5")),
    Sample("95.xls", known.XLS, old_office.xls_95, ("Blatt", "Lagerbestände")),
    Sample("a.ods", known.ODS, lambda: packages.opendocument("spreadsheet"), ("Kosten", "Miete für März", "1250")),
    Sample("a.numbers", known.NUMBERS, lambda: packages.apple("numbers", "Bestände im Lager"), ("Bestände im Lager",)),
    Sample("a.csv", known.CSV, _text("Größe;Menge\n1,5;3\n"), ("Größe", "Menge")),
    Sample("a.tsv", known.TSV, _text("Größe\tMenge\n1,5\t3\n", "cp1252"), ("Größe", "Menge")),
)
_SLIDES = (
    Sample("a.pptx", known.PPTX, handmade.pptx, _DECK),
    Sample("strict.pptx", known.PPTX, lambda: packages.strict(handmade.pptx()), _DECK),
    Sample("a.potx", known.PPTX, _pptx(f"{_MAIN}presentationml.template.main+xml"), _DECK),
    Sample("a.ppsx", known.PPSX, _pptx(f"{_MAIN}presentationml.slideshow.main+xml"), _DECK),
    Sample("a.pptm", known.PPTM, _pptx("application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"), _DECK),
    Sample("a.ppt", known.PPT, old_office.ppt, ("Unser Konzept für Lindental", "Zahlen und Fakten")),
    Sample("a.odp", known.ODP, lambda: packages.opendocument("presentation"), ("Herzlich willkommen in Lindental",)),
    Sample(
        "a.key",
        known.KEY,
        lambda: packages.apple("key", "Ein neuer Anfang", "Notiz für mich"),
        ("Ein neuer Anfang", "Notiz"),
    ),
)
_DRAWN = (
    Sample("a.odg", known.ODG, lambda: packages.drawing(known.ODG), ("Lageplan der Halle",)),
    Sample("a.sxi", known.SXI, lambda: packages.drawing(known.SXI), ("Lageplan der Halle",)),
    Sample("a.sxw", known.SXW, lambda: packages.openoffice_1(known.SXW), ("Bescheid aus Köln", "Miete")),
    Sample("a.sxc", known.SXC, lambda: packages.openoffice_1(known.SXC), ("Bescheid aus Köln", "Miete")),
    Sample("a.vsdx", known.VSDX, packages.vsdx, ("Prüfung der Ware", "Wareneingang")),
)
_HTML = "<!DOCTYPE html><html><body><h1>Angebot</h1><p>Preis: 12,50&nbsp;€ für Käufer</p></body></html>"
_XHTML = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>Angebot für Käufer</p></body></html>'
_MHTML = (
    "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    "<p>Grüße aus dem Archiv</p>\r\n--b--\r\n"
)
_ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Sitzung im Großen\r\n  Saal\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)
_VCF = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Käthe Müller\r\nEMAIL:kaethe@example.org\r\nEND:VCARD\r\n"
_MBOX = "From a@b.c Thu Jan  1 00:00:00 2025\nFrom: a@b.c\nTo: d@e.f\nSubject: Zur Lieferung\n\nDie Kisten sind da.\n\n"
_TEX = "\\documentclass{article}\\begin{document}\\section{Einleitung}Die Größe zählt.\\end{document}"
_TEXTS = (
    Sample("a.html", known.HTML, _text(_HTML), ("Angebot", "12,50", "Käufer")),
    Sample("utf16.html", known.HTML, _text(_HTML, "utf-16"), ("Angebot", "12,50", "Käufer")),
    Sample("a.xhtml", known.XHTML, _text(_XHTML), ("Angebot für Käufer",)),
    Sample("a.mhtml", known.MHTML, _text(_MHTML), ("Grüße aus dem Archiv",)),
    Sample("a.txt", known.TXT, _text("Schöne Grüße\n"), ("Schöne Grüße",)),
    Sample("latin.txt", known.TXT, _text("Schöne Grüße aus Köln\n", "cp1252"), ("Schöne Grüße aus Köln",)),
    Sample("wide.txt", known.TXT, _text("Schöne Grüße\n", "utf-16"), ("Schöne Grüße",)),
    Sample("a.md", known.MARKDOWN, _text("# Überschrift\n\nEin Absatz.\n"), ("Überschrift", "Ein Absatz.")),
    Sample("a.rst", known.RST, _text("Überschrift\n===========\n\nEin Absatz.\n"), ("Überschrift", "Ein Absatz.")),
    Sample("a.adoc", known.ASCIIDOC, _text("= Überschrift\n\nEin Absatz.\n"), ("Überschrift", "Ein Absatz.")),
    Sample("a.tex", known.LATEX, _text(_TEX), ("Einleitung", "Die Größe zählt.")),
    Sample("a.json", known.JSON, _text('{"name": "M\\u00fcller", "menge": 3}'), ("Müller", "menge")),
    Sample("a.jsonl", known.JSONL, _text('{"name": "M\\u00fcller"}\n{"name": "Groß"}\n'), ("Müller", "Groß")),
    Sample("a.yaml", known.YAML, _text("name: Müller\nmenge: 3\n"), ("Müller",)),
    Sample("a.toml", known.TOML, _text('name = "Müller"\nmenge = 3\n'), ("Müller",)),
    Sample("a.xml", known.XML, _text('<?xml version="1.0"?><r ort="Köln"><name>Müller</name></r>'), ("Müller", "Köln")),
    Sample(
        "a.vtt",
        known.VTT,
        _text("WEBVTT\n\n00:00.000 --> 00:01.000\nGuten Tag, Frau Groß\n"),
        ("Guten Tag, Frau Groß",),
    ),
    Sample(
        "a.srt", known.SRT, _text("1\n00:00:00,000 --> 00:00:01,000\nGuten Tag, Frau Groß\n"), ("Guten Tag, Frau Groß",)
    ),
    Sample("a.eml", known.EML, handmade.mail, ("Rechnung für März", "480,25 €", "Wann kommt die Lieferung?")),
    Sample("a.mbox", known.MBOX, _text(_MBOX), ("Zur Lieferung", "Die Kisten sind da.")),
    Sample(
        "a.msg",
        known.MSG,
        old_office.msg,
        ("Angebot für Fenster", "Jürgen Groß", "480,25 Euro", "Käthe Müller", "zwölf Kisten"),
    ),
    Sample("winmail.dat", known.TNEF, old_office.tnef, ("Protokoll der Sitzung über Kanäle",)),
    Sample("a.txt.p7m", known.PKCS7, lambda: old_office.signed("Vertrag über Möbel".encode()), ("Vertrag über Möbel",)),
    Sample("a.ics", known.ICS, _text(_ICS), ("Sitzung im Großen Saal",)),
    Sample("a.vcf", known.VCF, _text(_VCF), ("Käthe Müller", "kaethe@example.org")),
    Sample("a.epub", known.EPUB, handmade.epub, ("Kapitel eins", "Lager in Lindental")),
)
_PICTURES = (
    Sample("a.png", known.PNG, _scan("PNG"), _SCAN),
    Sample("a.jpg", known.JPEG, _scan("JPEG"), _SCAN),
    Sample(
        "a.tif",
        known.TIFF,
        _scan("TIFF", save_all=True, append_images=[handmade.page("Seite zwei", "Ende")]),
        (*_SCAN, "Seite zwei"),
    ),
    Sample("a.gif", known.GIF, _scan("GIF"), _SCAN),
    Sample("a.bmp", known.BMP, _scan("BMP"), _SCAN),
    Sample("a.webp", known.WEBP, _scan("WEBP", lossless=True), _SCAN),
    Sample("a.heic", known.HEIC, lambda: footage.heic(_page()), _SCAN),
    Sample(
        "a.svg",
        known.SVG,
        _text('<svg xmlns="http://www.w3.org/2000/svg"><text>Lageplan Süd</text></svg>'),
        ("Lageplan Süd",),
    ),
)
_PACKS = (
    Sample("a.zip", known.ZIP, lambda: handmade.zipped(packs.MEMBERS), _MEMBERS),
    Sample("nested.zip", known.ZIP, lambda: handmade.zipped({"in.7z": packs.written("7zip")}), ("in.7z", *_MEMBERS)),
    Sample("a.7z", known.SEVEN_ZIP, lambda: packs.written("7zip"), _MEMBERS),
    Sample("a.rar", known.RAR, packs.rar5, _MEMBERS),
    Sample("old.rar", known.RAR, packs.rar4, _MEMBERS),
    Sample("a.tar", known.TAR, lambda: packs.tar("w"), _MEMBERS),
    Sample("a.tar.gz", known.TAR_GZ, lambda: packs.tar("w:gz"), _MEMBERS),
    Sample("a.tar.bz2", known.TAR_BZ2, lambda: packs.tar("w:bz2"), _MEMBERS),
    Sample("a.tar.xz", known.TAR_XZ, lambda: packs.tar("w:xz"), _MEMBERS),
    Sample("a.txt.gz", known.GZIP, lambda: packs.single("gz"), (packs.ONE,)),
    Sample("a.txt.bz2", known.BZIP2, lambda: packs.single("bz2"), (packs.ONE,)),
    Sample("a.txt.xz", known.XZ, lambda: packs.single("xz"), (packs.ONE,)),
    Sample("a.tar.zst", known.ZSTD, lambda: packs.written("gnutar", "zstd"), _MEMBERS),
    Sample("a.tar.Z", known.COMPRESS, lambda: packs.written("gnutar", "compress"), _MEMBERS),
    Sample("a.iso", known.ISO, lambda: packs.written("iso9660"), ("480,25 Euro", "zweite Datei")),
    Sample("a.cab", known.CAB, packs.cab, _MEMBERS),
    Sample("a.deb", known.DEB, packs.deb, _MEMBERS),
    Sample("a.rpm", known.RPM, packs.rpm, _MEMBERS),
    Sample("a.cpio", known.CPIO, lambda: packs.written("cpio_newc"), _MEMBERS),
    Sample("a.lzh", known.LZH, packs.lzh, _MEMBERS),
    Sample("a.xar", known.XAR, lambda: packs.written("xar"), _MEMBERS),
)
_FOOTAGE = (
    Sample("a.mp3", known.MP3, lambda: footage.sound("mp3"), _TAGS),
    Sample("a.wav", known.WAV, lambda: footage.sound("wav"), _TAGS),
    Sample("a.m4a", known.M4A, lambda: footage.sound("m4a"), (*_TAGS, "Haushalt")),
    Sample("a.flac", known.FLAC, lambda: footage.sound("flac"), _TAGS),
    Sample("a.ogg", known.OGG, lambda: footage.sound("ogg"), _TAGS),
    Sample(
        "a.mp4",
        known.MP4,
        lambda: footage.film("mp4", captions="mov_text"),
        (*_TAGS, "Begrüßung", "Guten Tag, Frau Groß"),
    ),
    Sample("a.mov", known.MOV, lambda: footage.film("mov", captions="mov_text"), (*_TAGS, "Guten Tag, Frau Groß")),
    Sample(
        "a.mkv", known.MKV, lambda: footage.film("mkv", captions="srt"), (*_TAGS, "Begrüßung", "Guten Tag, Frau Groß")
    ),
    Sample(
        "a.webm",
        known.WEBM,
        lambda: footage.film("webm", captions="webvtt", video="libvpx"),
        (*_TAGS, "Guten Tag, Frau Groß"),
    ),
    Sample("a.avi", known.AVI, lambda: footage.film("avi"), _TAGS),
)

EVERY: tuple[Sample, ...] = (*_WORD, *_SHEETS, *_SLIDES, *_DRAWN, *_TEXTS, *_PICTURES, *_PACKS, *_FOOTAGE)
