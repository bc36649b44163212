"""Bytes to characters: byte order mark, NUL pattern, UTF-8, then charset-normalizer.

`decode` always answers; what no encoding explains becomes replacement
characters. Nothing here looks at a format.
"""

import codecs
import re

_MARKS = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 4096
# charset-normalizer's time grows with its input, its verdict hardly changes after this much.
_GUESSED = 20_000
# What German and English files without a mark are in practice.
_WESTERN = "cp1252"
_WESTERN_LETTERS = frozenset(
    "äöüÄÖÜßéèêëáàâçñóòôíìîïúùûåÅæÆøØÉÈÀÁÇÑÓ€–—„“”‚‘’…•§°²³£©®«»·½¼µ´\u00a0×±™".encode("cp1252")
)
# What charset-normalizer proposes for Western European texts that it is unsure of.
_LOOK_ALIKES = frozenset(
    {"cp1252", "cp1258", "cp437", "cp775", "cp850", "cp858", "hp_roman8", "iso8859_1", "iso8859_3", "iso8859_4"}
    | {"iso8859_10", "iso8859_14", "iso8859_15", "iso8859_16", "latin_1", "mac_roman", "mac_iceland", "mac_latin2"}
    | {"mac_turkish", "ptcp154"}
)
_NO_TEXT = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})
_UMLAUTS = {"cp850": b"\x81\x84\x94\xe1", "mac_roman": b"\x8a\x9a\x9f\xa7"}
_CP1252_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def decode(data: bytes, *, declared: str | None = None) -> tuple[str, str]:
    """Return the text of `data` and the encoding it was read in.

    Parameters
    ----------
    declared : what the file or its envelope claims; believed after marks and UTF-8
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding
    if wide := _wide_encoding(data[:_SAMPLE]):
        return data.decode(wide, "replace"), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as fault:
        if _is_cut_off(data, fault) or _is_mostly_utf8(data):
            return data.decode("utf-8", "replace"), "utf-8"
    encoding = _usable(declared) or _guess(data[:_GUESSED].replace(b"\0", b""))
    return data.decode(encoding, "replace"), encoding


def is_text(data: bytes) -> bool:
    """Do these bytes read as characters: no NULs outside UTF-16/32, few control codes?"""
    if not data:
        return False
    if any(data.startswith(mark) for mark, _ in _MARKS) or _wide_encoding(data[:_SAMPLE]):
        return True
    if b"\0" in data:
        return False
    controls = sum(data.count(code) for code in (*range(0x01, 0x08), *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x7F))
    return controls * 50 <= len(data)


def _wide_encoding(sample: bytes) -> str | None:
    """Tell UTF-16 and UTF-32 without a mark by where their NULs stand."""
    if len(sample) < 4 or sample.count(0) * 4 < len(sample):
        return None
    quarter = len(sample) // 4
    shares = [sample[place : quarter * 4 : 4].count(0) / quarter for place in range(4)]
    if min(shares[1:]) > 0.9 and shares[0] < 0.5:
        return "utf-32-le"
    if min(shares[:3]) > 0.9 and shares[3] < 0.5:
        return "utf-32-be"
    even, odd = shares[0] + shares[2], shares[1] + shares[3]
    # Binary data has its NULs everywhere; Latin text in UTF-16 only on one side.
    if odd > 1.4 and even < 0.1:
        return "utf-16-le"
    if even > 1.4 and odd < 0.1:
        return "utf-16-be"
    return None


def _is_cut_off(data: bytes, fault: UnicodeDecodeError) -> bool:
    return fault.start >= len(data) - 3 and fault.start > 0 and max(data[: fault.start]) > 0x7F


def _is_mostly_utf8(data: bytes) -> bool:
    """Is it UTF-8 with a few damaged letters, rather than a code page?"""
    text = data[: _GUESSED * 5].decode("utf-8", "replace")
    damaged = text.count("�")
    whole = sum(1 for letter in text if letter > "\x7f") - damaged
    return whole > 20 * damaged


def _usable(declared: str | None) -> str | None:
    if not declared:
        return None
    try:
        name = codecs.lookup(declared.strip().strip("\"'")).name
        # Python also knows codecs that are no encodings of text (base64) or only of names (idna).
        b"a".decode(name, "replace")
    except (LookupError, ValueError):
        return None
    if name.replace("-", "_") in _NO_TEXT:
        return None
    # A page that decodes as ISO 8859-1 is cp1252 in truth: browsers read it so as well.
    return {"iso8859-1": _WESTERN, "ascii": _WESTERN, "utf-8": None}.get(name, name)


def _guess(sample: bytes) -> str:
    for encoding, umlauts in _UMLAUTS.items():
        if _speaks_for(sample, umlauts):
            return encoding
    if _is_western(sample):
        return _WESTERN
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    if best is None or best.encoding in _LOOK_ALIKES:
        return _WESTERN
    return best.encoding


def _is_western(sample: bytes) -> bool:
    """Are the few high bytes letters and signs of Western Europe among plain ones?

    Decided here because a guess from three umlauts in a short note is as
    likely to be Chinese.
    """
    high = [byte for byte in sample if byte > 0x7F]
    usual = sum(1 for byte in high if byte in _WESTERN_LETTERS)
    return len(high) * 2 < len(sample) and usual * 10 >= len(high) * 9


def _speaks_for(sample: bytes, umlauts: bytes) -> bool:
    """Are most high bytes this code page's German letters, and is cp1252 out of the question?"""
    high = [byte for byte in sample if byte > 0x7F]
    hits = sum(1 for byte in high if byte in umlauts)
    western = sum(1 for byte in high if byte in b"\xe4\xf6\xfc\xc4\xd6\xdc\xdf\xe9\xe0\xe8")
    undefined = _CP1252_UNDEFINED.search(sample) is not None
    return hits > 0 and hits * 2 > len(high) and hits > 2 * western and (undefined or hits * 10 > 8 * len(high))
