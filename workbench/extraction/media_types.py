"""The formats that are known by name: media type, extensions, title.

Data only. `sniff` uses the extensions where the bytes do not tell; `formats`
joins this table with the registry.
"""

from dataclasses import dataclass

OCTETS = "application/octet-stream"

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOTX = "application/vnd.openxmlformats-officedocument.wordprocessingml.template"
DOCM = "application/vnd.ms-word.document.macroenabled.12"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSM = "application/vnd.ms-excel.sheet.macroenabled.12"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PPSX = "application/vnd.openxmlformats-officedocument.presentationml.slideshow"
PPTM = "application/vnd.ms-powerpoint.presentation.macroenabled.12"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
MSG = "application/vnd.ms-outlook"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"
ODG = "application/vnd.oasis.opendocument.graphics"
SXW = "application/vnd.sun.xml.writer"
SXC = "application/vnd.sun.xml.calc"
SXI = "application/vnd.sun.xml.impress"
VSDX = "application/vnd.ms-visio.drawing.main+xml"
VSD = "application/vnd.visio"
PUB = "application/x-mspublisher"
WPS = "application/vnd.ms-works"
WPD = "application/vnd.wordperfect"
RTF = "application/rtf"
PDF = "application/pdf"
EPUB = "application/epub+zip"
HTML = "text/html"
XHTML = "application/xhtml+xml"
MHTML = "multipart/related"
EML = "message/rfc822"
MBOX = "application/mbox"
TNEF = "application/vnd.ms-tnef"
PKCS7 = "application/pkcs7-mime"
TXT = "text/plain"
MARKDOWN = "text/markdown"
RST = "text/x-rst"
ASCIIDOC = "text/asciidoc"
LATEX = "application/x-latex"
CSV = "text/csv"
TSV = "text/tab-separated-values"
JSON = "application/json"
JSONL = "application/x-ndjson"
YAML = "application/yaml"
TOML = "application/toml"
XML = "application/xml"
SVG = "image/svg+xml"
VTT = "text/vtt"
SRT = "application/x-subrip"
ICS = "text/calendar"
VCF = "text/vcard"
PAGES = "application/vnd.apple.pages"
NUMBERS = "application/vnd.apple.numbers"
KEY = "application/vnd.apple.keynote"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
GIF = "image/gif"
BMP = "image/bmp"
WEBP = "image/webp"
HEIC = "image/heic"
ZIP = "application/zip"
SEVEN_ZIP = "application/x-7z-compressed"
RAR = "application/vnd.rar"
TAR = "application/x-tar"
TAR_GZ = "application/x-compressed-tar"
TAR_BZ2 = "application/x-bzip2-compressed-tar"
TAR_XZ = "application/x-xz-compressed-tar"
GZIP = "application/gzip"
BZIP2 = "application/x-bzip2"
XZ = "application/x-xz"
ZSTD = "application/zstd"
COMPRESS = "application/x-compress"
ISO = "application/x-iso9660-image"
CAB = "application/vnd.ms-cab-compressed"
DEB = "application/vnd.debian.binary-package"
CPIO = "application/x-cpio"
RPM = "application/x-rpm"
LZH = "application/x-lzh-compressed"
XAR = "application/x-xar"
MP3 = "audio/mpeg"
WAV = "audio/wav"
M4A = "audio/mp4"
FLAC = "audio/flac"
OGG = "audio/ogg"
MP4 = "video/mp4"
MOV = "video/quicktime"
MKV = "video/x-matroska"
WEBM = "video/webm"
AVI = "video/x-msvideo"


@dataclass(frozen=True)
class MediaType:
    """One known format; the first extension is the usual one."""

    name: str
    title: str
    extensions: tuple[str, ...]


KNOWN: tuple[MediaType, ...] = (
    MediaType(PDF, "PDF", ("pdf",)),
    MediaType(DOCX, "Word document", ("docx",)),
    MediaType(DOCM, "Word document with macros", ("docm", "dotm")),
    MediaType(DOTX, "Word template", ("dotx",)),
    MediaType(DOC, "Word 97-2003 document", ("doc", "dot")),
    MediaType(RTF, "Rich text", ("rtf",)),
    MediaType(ODT, "OpenDocument text", ("odt", "ott")),
    MediaType(PAGES, "Apple Pages", ("pages",)),
    MediaType(XLSX, "Excel workbook", ("xlsx", "xltx")),
    MediaType(XLSM, "Excel workbook with macros", ("xlsm", "xltm")),
    MediaType(XLSB, "Excel binary workbook", ("xlsb",)),
    MediaType(XLS, "Excel 97-2003 workbook", ("xls", "xlt")),
    MediaType(ODS, "OpenDocument spreadsheet", ("ods", "ots")),
    MediaType(NUMBERS, "Apple Numbers", ("numbers",)),
    MediaType(CSV, "Comma-separated values", ("csv",)),
    MediaType(TSV, "Tab-separated values", ("tsv", "tab")),
    MediaType(PPTX, "PowerPoint presentation", ("pptx", "potx")),
    MediaType(PPSX, "PowerPoint show", ("ppsx",)),
    MediaType(PPTM, "PowerPoint presentation with macros", ("pptm", "ppsm", "potm")),
    MediaType(PPT, "PowerPoint 97-2003 presentation", ("ppt", "pps", "pot")),
    MediaType(ODP, "OpenDocument presentation", ("odp", "otp")),
    MediaType(KEY, "Apple Keynote", ("key",)),
    MediaType(ODG, "OpenDocument drawing", ("odg", "otg")),
    MediaType(SXW, "OpenOffice 1 text", ("sxw", "stw")),
    MediaType(SXC, "OpenOffice 1 spreadsheet", ("sxc", "stc")),
    MediaType(SXI, "OpenOffice 1 presentation", ("sxi", "sti")),
    MediaType(VSDX, "Visio drawing", ("vsdx", "vstx", "vsdm")),
    MediaType(VSD, "Visio 97-2010 drawing", ("vsd",)),
    MediaType(PUB, "Publisher document", ("pub",)),
    MediaType(WPS, "Works document", ("wps",)),
    MediaType(WPD, "WordPerfect document", ("wpd",)),
    MediaType(HTML, "HTML", ("html", "htm")),
    MediaType(XHTML, "XHTML", ("xhtml", "xht")),
    MediaType(MHTML, "Web archive", ("mhtml", "mht")),
    MediaType(TXT, "Plain text", ("txt", "text", "log", "ini", "cfg", "conf")),
    MediaType(MARKDOWN, "Markdown", ("md", "markdown")),
    MediaType(RST, "reStructuredText", ("rst",)),
    MediaType(ASCIIDOC, "AsciiDoc", ("adoc", "asciidoc", "asc")),
    MediaType(LATEX, "LaTeX", ("tex", "latex")),
    MediaType(JSON, "JSON", ("json",)),
    MediaType(JSONL, "JSON lines", ("jsonl", "ndjson")),
    MediaType(YAML, "YAML", ("yaml", "yml")),
    MediaType(TOML, "TOML", ("toml",)),
    MediaType(XML, "XML", ("xml", "xsd", "xsl", "rss", "atom")),
    MediaType(VTT, "WebVTT subtitles", ("vtt",)),
    MediaType(SRT, "SubRip subtitles", ("srt",)),
    MediaType(EML, "Mail message", ("eml",)),
    MediaType(MBOX, "Mailbox", ("mbox",)),
    MediaType(MSG, "Outlook message", ("msg", "oft")),
    MediaType(TNEF, "Outlook message inside another mail (winmail.dat)", ("tnef", "winmail.dat")),
    MediaType(PKCS7, "Signed or encrypted file (S/MIME)", ("p7m",)),
    MediaType(ICS, "Calendar", ("ics",)),
    MediaType(VCF, "Contact card", ("vcf",)),
    MediaType(EPUB, "EPUB book", ("epub",)),
    MediaType(PNG, "PNG image", ("png",)),
    MediaType(JPEG, "JPEG image", ("jpg", "jpeg", "jpe")),
    MediaType(TIFF, "TIFF image", ("tif", "tiff")),
    MediaType(GIF, "GIF image", ("gif",)),
    MediaType(BMP, "Bitmap image", ("bmp", "dib")),
    MediaType(WEBP, "WebP image", ("webp",)),
    MediaType(HEIC, "HEIC photo", ("heic", "heif")),
    MediaType(SVG, "SVG drawing", ("svg",)),
    MediaType(ZIP, "ZIP archive", ("zip",)),
    MediaType(SEVEN_ZIP, "7-Zip archive", ("7z",)),
    MediaType(RAR, "RAR archive", ("rar",)),
    MediaType(TAR, "TAR archive", ("tar",)),
    MediaType(TAR_GZ, "TAR archive, gzip", ("tar.gz", "tgz")),
    MediaType(TAR_BZ2, "TAR archive, bzip2", ("tar.bz2", "tbz2", "tbz")),
    MediaType(TAR_XZ, "TAR archive, xz", ("tar.xz", "txz")),
    MediaType(GZIP, "gzip file", ("gz",)),
    MediaType(BZIP2, "bzip2 file", ("bz2",)),
    MediaType(XZ, "xz file", ("xz",)),
    MediaType(ZSTD, "Zstandard file or TAR archive", ("zst", "tar.zst", "tzst")),
    MediaType(COMPRESS, "compress file or TAR archive", ("z", "tar.z")),
    MediaType(ISO, "Image of a CD or DVD", ("iso",)),
    MediaType(CAB, "Windows cabinet", ("cab",)),
    MediaType(DEB, "Debian package", ("deb",)),
    MediaType(RPM, "RPM package", ("rpm",)),
    MediaType(CPIO, "CPIO archive", ("cpio",)),
    MediaType(LZH, "LZH archive", ("lzh", "lha")),
    MediaType(XAR, "XAR archive", ("xar",)),
    MediaType(MP3, "MP3 audio", ("mp3",)),
    MediaType(WAV, "WAV audio", ("wav",)),
    MediaType(M4A, "MPEG-4 audio", ("m4a",)),
    MediaType(FLAC, "FLAC audio", ("flac",)),
    MediaType(OGG, "Ogg audio", ("ogg", "oga", "opus")),
    MediaType(MP4, "MPEG-4 video", ("mp4", "m4v")),
    MediaType(MOV, "QuickTime video", ("mov",)),
    MediaType(MKV, "Matroska video", ("mkv",)),
    MediaType(WEBM, "WebM video", ("webm",)),
    MediaType(AVI, "AVI video", ("avi",)),
    MediaType(OCTETS, "Any other file", ()),
)

_BY_EXTENSION = {extension: known.name for known in KNOWN for extension in known.extensions}
_EXTENSIONS = {known.name: known.extensions for known in KNOWN}

TEXTUAL = frozenset(
    {TXT, MARKDOWN, RST, ASCIIDOC, LATEX, CSV, TSV, JSON, JSONL, YAML, TOML, XML, SVG, VTT, SRT, ICS, VCF}
    | {HTML, XHTML, MHTML, EML, MBOX}
)
"""Formats that are written in characters, so that an extension may decide among them."""

WRAPPINGS = frozenset(
    {ZIP, SEVEN_ZIP, RAR, TAR, TAR_GZ, TAR_BZ2, TAR_XZ, GZIP, BZIP2, XZ, MBOX}
    | {ZSTD, COMPRESS, ISO, CAB, DEB, CPIO, RPM, LZH, XAR}
)
"""Containers that are nothing by themselves; a mail or a PDF that carries others is a document of its own."""

OPEN_XML = frozenset({DOCX, DOTX, DOCM, XLSX, XLSM, XLSB, PPTX, PPSX, PPTM})
"""Office Open XML: a ZIP, or an OLE container when it is encrypted."""


def by_extension(name: str) -> str | None:
    """Return the media type that a file's name promises, longest extension first."""
    parts = name.lower().rsplit("/", 1)[-1].split(".")
    for count in (2, 1):
        # Of two parts it may be the whole name: winmail.dat.
        if len(parts) >= max(count, 2) and (known := _BY_EXTENSION.get(".".join(parts[-count:]))):
            return known
    return None


def extension(media_type: str) -> str:
    """Return the usual extension with its dot, "" where there is none."""
    known = _EXTENSIONS.get(media_type, ())
    return f".{known[0]}" if known else ""
