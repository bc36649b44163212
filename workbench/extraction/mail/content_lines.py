"""The lines calendars and contact cards are made of (RFC 5545, RFC 6350, vCard 2.1).

`content_lines` unfolds, takes parameters apart and decodes quoted-printable;
what is no such line is passed over. The grammar is small and files from
telephones bend it, so that reading it leniently is shorter than asking a
library that refuses them.
"""

import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbench.extraction.mail.mime import decoded_as

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE_END = re.compile(r"\r\n|\n|\r")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NAME = re.compile(r"(?:[\w-]+\.)?([A-Za-z][\w-]*)(?=[;:])")
_PARAMETER = re.compile(r';([^=;:"]*)(?:=((?:"[^"]*"|[^;:"])*))?')


@dataclass(frozen=True, kw_only=True)
class ContentLine:
    """One property: NAME;PARAMETER=said:value.

    Parameters
    ----------
    name : upper case, without the group before it
    parameters : their names in upper case; one without a name, as vCard 2.1 has them, is its own name
    value : still escaped where the format escapes
    """

    name: str
    parameters: Mapping[str, str]
    value: str

    @property
    def text(self) -> str:
        """The value as one text."""
        return unescaped(self.value).strip()

    def parts(self, separator: str = ";") -> tuple[str, ...]:
        """Return the parts of a structured value, e.g. of a name or an address."""
        return tuple(unescaped(part).strip() for part in _split(self.value, separator))


def content_lines(text: str) -> Iterator[ContentLine]:
    """Give the properties of a calendar or card, in order."""
    for line in _whole(_LINE_END.split(_FOLD.sub("", text))):
        if found := _parsed(line):
            yield found


def _whole(lines: list[str]) -> Iterator[str]:
    """Join the lines of a quoted-printable value, which ends where no equals sign stands at the end."""
    pieces: list[str] = []
    for line in lines:
        is_quoted = bool(pieces) or "QUOTED-PRINTABLE" in line.partition(":")[0].upper()
        if is_quoted and line.endswith("="):
            pieces.append(line[:-1])
        else:
            yield "".join((*pieces, line))
            pieces = []
    yield "".join(pieces)


def _parsed(line: str) -> ContentLine | None:
    name = _NAME.match(line.lstrip())
    if name is None:
        return None
    rest = line.lstrip()[name.end() :]
    parameters: dict[str, str] = {}
    place = 0
    while match := _PARAMETER.match(rest, place):
        key, said = match.group(1).strip().upper(), (match.group(2) or "").replace('"', "").strip()
        parameters[key] = f"{parameters[key]},{said}" if key in parameters else said
        place = match.end()
    if rest[place : place + 1] != ":":
        return None
    return ContentLine(name=name.group(1).upper(), parameters=parameters, value=_decoded(rest[place + 1 :], parameters))


def _decoded(value: str, parameters: Mapping[str, str]) -> str:
    encoding = parameters.get("ENCODING", "").upper()
    if encoding != "QUOTED-PRINTABLE" and "QUOTED-PRINTABLE" not in parameters:
        return value
    data = quopri.decodestring(value.encode("utf-8", "surrogateescape"))
    return decoded_as(data, parameters.get("CHARSET"))


def unescaped(value: str) -> str:
    """Return a value with its backslash codes resolved."""
    return _ESCAPED.sub(lambda match: "\n" if match.group(1) in "nN" else match.group(1), value)


def _split(value: str, separator: str) -> list[str]:
    """Split at separators that no backslash stands before."""
    parts = [""]
    for piece in re.findall(rf"\\.|[{separator}]|[^\\{separator}]+|\\", value, re.DOTALL):
        if piece == separator:
            parts.append("")
        else:
            parts[-1] += piece
    return parts
