"""The words of RTF: body, headers, notes and text boxes, in the code page of each font.

Takes the bytes as they are. Pictures, embedded data, styles, field codes and
deleted text are no words; what a field shows is. Format: Rich Text Format 1.9.1.
"""

import re
from dataclasses import dataclass, field, replace

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,20})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n\0]+|([^\\{}\r\n\0]+)|\\"
)


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


# Groups without words. Their names are those of the specification.
_SILENT = _words(
    """
    fonttbl colortbl stylesheet info pict objdata objclass objname fldinst sp shprslt nonshppict
    filetbl revtbl listtable listoverridetable listpicture rsidtbl generator themedata
    colorschememapping datastore latentstyles xmlnstbl bkmkstart bkmkend datafield formfield
    template private background wgrffmtfilter mmathPr pgptbl atnid atnauthor atnref atndate
    atnparent atrfstart atrfend blipuid pnseclvl upr ffname ffdeftext ffformat passwordhash
    userprops docvar htmltag mhtmltag mailmerge ftnsep ftnsepc aftnsep aftnsepc
    """
)
# Groups marked as ignorable that hold words nevertheless.
_WORDS = _words("shpinst shptxt shppict pntext annotation ud fldrslt do dptxbxtext")
_HEADERS = _words("header headerl headerr headerf")
_FOOTERS = _words("footer footerl footerr footerf")
_NOTES = _words("footnote annotation")
_SIGNS = {
    **dict.fromkeys(["par", "line", "row", "nestrow", "sect", "page", "column", "softline"], "\n"),
    **dict.fromkeys(["tab", "cell", "nestcell"], "\t"),
    **dict.fromkeys(["emspace", "enspace", "qmspace"], " "),
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
}
_SYMBOLS = {b"\\": "\\", b"{": "{", b"}": "}", b"~": " ", b"_": "-", b"\n": "\n", b"\r": "\n"}
_CHARACTER_SETS = {77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253"} | {
    **{162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874"},
    **{238: "cp1250", 254: "cp437", 255: "cp850"},
}
_FAMILIES = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
_DEEPEST = 2_000


@dataclass(frozen=True)
class _Group:
    """What holds inside a pair of braces."""

    place: str = "body"
    is_silent: bool = False
    is_deleted: bool = False
    skipped_after_unicode: int = 1
    encoding: str | None = None


@dataclass
class _Page:
    """The words so far by place, and the bytes that wait to be decoded."""

    encoding: str
    places: dict[str, list[str]] = field(default_factory=dict)
    waiting: bytearray = field(default_factory=bytearray)
    fonts: dict[int, str] = field(default_factory=dict)
    font: int = 0
    default_font: int = 0

    def flush(self, group: _Group) -> None:
        if self.waiting:
            text = bytes(self.waiting).decode(group.encoding or self.encoding, "replace")
            self.places.setdefault(group.place, []).append(text)
            self.waiting.clear()

    def write(self, group: _Group, text: str) -> None:
        self.flush(group)
        self.places.setdefault(group.place, []).append(text)


def rtf_text(data: bytes, *, encoding: str = "cp1252") -> str:
    """Return the words of an RTF document: headers first, then the body, notes, footers; each once.

    Parameters
    ----------
    encoding : what the document is written in where neither it nor a font says so
    """
    page = _Page(encoding=encoding)
    groups = [_Group()]
    place = skipping = 0
    is_first = is_ignorable = False
    while match := _TOKEN.match(data, place):
        place = match.end()
        word, number, code, symbol, brace, text = match.groups()
        group = groups[-1]
        if brace == b"{":
            if len(groups) < _DEEPEST:
                page.flush(group)
                groups.append(group)
            is_first, is_ignorable, skipping = True, False, 0
            continue
        if brace == b"}":
            page.flush(group)
            del groups[max(1, len(groups) - 1) :]
            skipping = 0
        elif word is not None:
            value = int(number) if number is not None else None
            if word == b"bin":
                # A count beyond the end is damaged: what follows is text.
                place += value if value and 0 < value <= len(data) - place else 0
            elif skipping:
                skipping -= 1
            elif is_first or group.is_silent:
                groups[-1] = _opened(page, group, word.decode(), value, is_ignorable=is_ignorable, is_first=is_first)
                skipping = _written(page, groups[-1], word.decode(), value)
            else:
                groups[-1] = _changed(page, group, word.decode(), value)
                skipping = _written(page, groups[-1], word.decode(), value)
        elif symbol == b"*":
            is_ignorable = True
            continue
        elif skipping and (code or text):
            cut = skipping if text else 1
            skipping -= len(text[:cut]) if text else 1
            if text and not _is_quiet(group):
                page.waiting += text[cut:]
        elif not _is_quiet(group):
            if code:
                page.waiting.append(int(code, 16))
            elif text:
                page.waiting += text
            elif symbol in _SYMBOLS:
                page.write(group, _SYMBOLS[symbol])
        is_first = is_ignorable = False
    page.flush(groups[-1])
    return _joined(page.places)


def _is_quiet(group: _Group) -> bool:
    return group.is_silent or group.is_deleted


def _opened(page: _Page, group: _Group, word: str, value: int | None, *, is_ignorable: bool, is_first: bool) -> _Group:
    """Return what holds after the first control word of a group, which names its kind."""
    if group.is_silent:
        # The table of fonts has no words, but says in which code page each font is written.
        if word == "f" and value is not None:
            page.font = value
        elif word == "fcharset" and value in _CHARACTER_SETS:
            page.fonts[page.font] = _CHARACTER_SETS[value]
        return group
    if word in _SILENT or (is_ignorable and word not in _WORDS):
        return replace(group, is_silent=True)
    for names, place in ((_HEADERS, "header"), (_FOOTERS, "footer"), (_NOTES, "notes"), ({"shptxt"}, "notes")):
        if word in names:
            page.places.setdefault(place, []).append("\n")
            return replace(group, place=place)
    return _changed(page, group, word, value)


def _changed(page: _Page, group: _Group, word: str, value: int | None) -> _Group:
    """Return what holds after a control word that changes the letters after it."""
    if word == "f":
        page.flush(group)
        return replace(group, encoding=page.fonts.get(value or 0))
    if word == "plain":
        page.flush(group)
        return replace(group, encoding=page.fonts.get(page.default_font), is_deleted=False)
    if word == "uc":
        return replace(group, skipped_after_unicode=min(max(value or 0, 0), 8))
    if word == "deleted":
        return replace(group, is_deleted=value != 0)
    if word == "deff":
        page.default_font = value or 0
    elif word == "ansicpg" and value:
        page.encoding = _known(f"cp{value}", page.encoding)
    elif word in _FAMILIES:
        page.encoding = _FAMILIES[word]
    return group


def _written(page: _Page, group: _Group, word: str, value: int | None) -> int:
    """Write what a control word stands for; return how many letters after it repeat it for old programs."""
    if word == "u" and value is not None:
        if not _is_quiet(group):
            page.write(group, chr(value & 0xFFFF))
        return group.skipped_after_unicode
    if word in _SIGNS and not _is_quiet(group):
        page.write(group, _SIGNS[word])
    return 0


def _known(encoding: str, otherwise: str) -> str:
    try:
        "".encode(encoding)
    except LookupError:
        return "utf-8" if encoding == "cp65001" else otherwise
    return encoding


def _joined(places: dict[str, list[str]]) -> str:
    found: list[str] = []
    for place in ("header", "body", "notes", "footer"):
        # Characters beyond the first plane are written as two halves.
        text = "".join(places.get(place, ())).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if place in {"header", "footer"}:
            text = "\n".join(dict.fromkeys(line.strip() for line in text.split("\n")))
        found += [text] if text.strip() else []
    return "\n".join(found)
