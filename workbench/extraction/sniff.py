"""What is this file, by its bytes first and its name second?

`media_type` looks at the magic number, into ZIP and OLE containers, and at
the first lines of text. The name decides only among formats that look alike
(kinds of text) and for bytes that say nothing.
"""

import re
import zlib
from pathlib import Path

from workbench.extraction import media_types as known
from workbench.extraction.containers import ole_type, zip_type
from workbench.extraction.damage import is_mostly_text
from workbench.extraction.encodings import decode, is_text
from workbench.extraction.mail.signed_content import is_cms

HEAD = 4096
_SAMPLE = 64 * 1024

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", known.RTF),
    (b"\x89PNG\r\n\x1a\n", known.PNG),
    (b"\xff\xd8\xff", known.JPEG),
    (b"II*\0", known.TIFF),
    (b"MM\0*", known.TIFF),
    (b"II+\0", known.TIFF),
    (b"MM\0+", known.TIFF),
    (b"GIF87a", known.GIF),
    (b"GIF89a", known.GIF),
    (b"7z\xbc\xaf\x27\x1c", known.SEVEN_ZIP),
    (b"Rar!\x1a\x07", known.RAR),
    (b"\xffWPC", known.WPD),
    (b"\x28\xb5\x2f\xfd", known.ZSTD),
    (b"\x1f\x9d", known.COMPRESS),
    (b"MSCF\0\0\0\0", known.CAB),
    (b"!<arch>\ndebian-binary", known.DEB),
    (b"\xed\xab\xee\xdb", known.RPM),
    (b"xar!\0", known.XAR),
    (b"fLaC", known.FLAC),
    (b"OggS", known.OGG),
    (b"ID3", known.MP3),
    (b"\x78\x9f\x3e\x22", known.TNEF),
    (b"\x7fELF", "application/x-executable"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
)
_BRANDS = {
    b"heic": known.HEIC,
    b"heix": known.HEIC,
    b"hevc": known.HEIC,
    b"heim": known.HEIC,
    b"heis": known.HEIC,
    b"mif1": known.HEIC,
    b"msf1": known.HEIC,
    b"avif": "image/avif",
    b"qt  ": known.MOV,
    b"M4A ": known.M4A,
    b"M4B ": known.M4A,
}
_RIFF = {b"WEBP": known.WEBP, b"WAVE": known.WAV, b"AVI ": known.AVI}
_COMPRESSED = (
    (b"\x1f\x8b", known.GZIP, known.TAR_GZ),
    (b"BZh", known.BZIP2, known.TAR_BZ2),
    (b"\xfd7zXZ\0", known.XZ, known.TAR_XZ),
)
_CPIO = re.compile(rb"07070[12][0-9A-Fa-f]{104}|070707[0-7]{70}")
_LZH = re.compile(rb"..-lh[015678]-.{13}[\0\1\2]", re.DOTALL)
_HEADER = re.compile(
    r"^(received|return-path|delivered-to|from|to|cc|subject|date|message-id|mime-version|reply-to|sender|"
    r"content-type|content-transfer-encoding|x-[\w-]+|list-[\w-]+|dkim-signature|arc-[\w-]+|authentication-results|"
    r"thread-[\w-]+|in-reply-to|references|envelope-to|user-agent|organization)[ \t]*:",
    re.IGNORECASE,
)
_HTML = re.compile(
    r"^\s*(<\?xml[^>]*>\s*)?(<!--.{0,2000}?-->\s*)*(<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]|<meta\s|<title>|<table[\s>]|<div[\s>]|<p>)",
    re.IGNORECASE | re.DOTALL,
)
_XML_ROOT = re.compile(
    r"^\s*(?:<\?xml.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>\s*)*<([A-Za-z_][\w.:-]*)", re.DOTALL
)
_SUBRIP = re.compile(r"\s*\d+[ \t]*\r?\n\d\d:\d\d:\d\d[,.]\d{1,3}[ \t]*-->")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[\s?]")


def media_type(path: Path, name: str) -> str:
    """Return the media type of the file at `path`, whose own name is `name`."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    return (
        from_head(head, name)
        or _from_inside(path, head, name)
        or _from_text(head, name)
        or _from_damaged_text(path, head, name)
        or _from_name(name)
    )


def media_type_of(path: Path, name: str) -> str:
    """Return the media type of any path; of what is no plain file, or cannot be opened, only that it is unknown."""
    try:
        return media_type(path, name) if path.is_file() else known.OCTETS
    except OSError:
        return known.OCTETS


def from_head(head: bytes, name: str) -> str | None:
    """Tell the type from the first bytes alone, None where they do not say."""
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if b"%PDF-" in head[:1024]:
        return known.PDF
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], known.MP4)
    if head[4:8] in {b"moov", b"mdat", b"wide"}:
        return known.MOV
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if _CPIO.match(head):
        return known.CPIO
    if _LZH.match(head):
        return known.LZH
    if head.startswith(b"\x1aE\xdf\xa3"):
        return known.WEBM if b"webm" in head[:64] else known.MKV
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in {12, 40, 52, 56, 64, 108, 124}:
        return known.BMP
    if head[:1] == b"\xff" and len(head) > 2 and head[1] & 0xE6 == 0xE2 and not is_text(head):
        return known.MP3
    if is_cms(head):
        return known.PKCS7
    return known.TAR if is_tar(head) else None


def is_tar(head: bytes) -> bool:
    """Has the first block a tar header, by its magic or by its checksum?"""
    if len(head) < 512:
        return False
    if head[257:262] == b"ustar":
        return True
    try:
        expected = int(head[148:156].strip(b" \0") or b"x", 8)
    except ValueError:
        return False
    return expected == sum(head[:148]) + 8 * 0x20 + sum(head[156:512])


def _from_inside(path: Path, head: bytes, name: str) -> str | None:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return zip_type(path, head, name)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return ole_type(path, name)
    if _is_disc(path, head):
        return known.ISO
    for magic, single, archive in _COMPRESSED:
        if head.startswith(magic):
            return archive if is_tar(_first_block(path, single)) else single
    return None


def _is_disc(path: Path, head: bytes) -> bool:
    """Does the sector after the boot area begin as an ISO 9660 volume does?"""
    if len(head) < HEAD:
        return False
    with path.open("rb") as file:
        file.seek(32_769)
        return file.read(5) == b"CD001"


def _first_block(path: Path, media_type: str) -> bytes:
    import bz2
    import gzip
    import lzma

    kind = {known.GZIP: gzip.GzipFile, known.BZIP2: bz2.BZ2File, known.XZ: lzma.LZMAFile}[media_type]
    try:
        with kind(path) as file:
            return bytes(file.read(512))
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError):
        return b""


def _from_text(head: bytes, name: str) -> str | None:
    if not is_text(head):
        return None
    return _text_type(decode(head)[0], known.by_extension(name))


def _text_type(text: str, promised: str | None) -> str:
    if promised in {known.EML, known.MHTML}:
        return promised
    if mail := _mail_type(text, promised):
        return mail
    for start, found in (("BEGIN:VCALENDAR", known.ICS), ("BEGIN:VCARD", known.VCF), ("WEBVTT", known.VTT)):
        if text.lstrip().startswith(start):
            return found
    if _SUBRIP.match(text):
        return known.SRT
    if promised in known.TEXTUAL and promised not in {known.XML, known.HTML, known.XHTML, known.TXT}:
        return promised
    return _markup_type(text, promised) or _json_type(text) or (promised if promised in known.TEXTUAL else known.TXT)


def _from_damaged_text(path: Path, head: bytes, name: str) -> str | None:
    """Tell text with bytes in it that are none: a mail by its headers, anything else where its name promises it."""
    promised = known.by_extension(name)
    opening = re.split(rb"\r?\n\r?\n", head.lstrip(b"\r\n"), maxsplit=1)[0]
    if is_text(opening):
        headers = decode(opening)[0]
        if promised in {known.EML, known.MHTML} and _header_count(headers):
            return promised
        if found := _mail_type(headers, promised):
            return found
    if promised not in known.TEXTUAL or not is_mostly_text(_sample(path)):
        return None
    kept = head.replace(b"\0", b"")
    return _text_type(decode(kept)[0], promised) if is_text(kept) else promised


def _sample(path: Path) -> bytes:
    """Return the beginning, the middle and the end: a lost block must not stand for the whole file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= 3 * _SAMPLE:
            return file.read()
        pieces = []
        for place in (0, size // 2, size - _SAMPLE):
            file.seek(place)
            pieces.append(file.read(_SAMPLE))
    return b"".join(pieces)


def _mail_type(text: str, promised: str | None) -> str | None:
    if text.startswith("From ") and _header_count(text.partition("\n")[2]) >= 2:
        return known.EML if promised in {known.EML, known.MSG} else known.MBOX
    # An Outlook message is binary: text of that name was written by a program that means any mail.
    fewest = 1 if promised == known.MSG else 3
    if promised in known.TEXTUAL - {known.TXT, known.MBOX} or _header_count(text) < fewest:
        return None
    return known.MHTML if re.search(r"^Snapshot-Content-Location:", text, re.MULTILINE) else known.EML


def _header_count(text: str) -> int:
    """Count the mail headers a text begins with; folded lines are passed over."""
    count = 0
    for line in text.splitlines()[:60]:
        if line[:1] in {" ", "\t"} and count:
            continue
        if not _HEADER.match(line):
            break
        count += 1
    return count


def _markup_type(text: str, promised: str | None) -> str | None:
    root = _XML_ROOT.match(text)
    tag = root.group(1).rpartition(":")[2].lower() if root else ""
    if tag == "svg":
        return known.SVG
    if _HTML.match(text):
        return known.XHTML if _XML_DECLARATION.match(text) or promised == known.XHTML else known.HTML
    if _XML_DECLARATION.match(text) or (root and promised == known.XML):
        return known.XML
    return None


def _json_type(text: str) -> str | None:
    return (
        known.JSON
        if re.match(r'^\s*(\{\s*("|\})|\[\s*[\[{"\d\]tfn-])', text) and text.rstrip()[-1:] in '}],"'
        else None
    )


def _from_name(name: str) -> str:
    """Believe the name for bytes that say nothing: a broken PDF is still meant as a PDF."""
    promised = known.by_extension(name)
    return promised if promised and promised not in known.TEXTUAL else known.OCTETS
