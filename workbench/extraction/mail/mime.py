"""MIME messages of any quality: parsing, bodies, attachments.

Built on the standard library's parser, which never refuses a message, and on
fallbacks for what its header and content classes refuse afterwards.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import Message
from email.utils import parsedate_to_datetime

from workbench.extraction.encodings import decode
from workbench.extraction.markup.html import html_to_text

_ALIASES = {"windows-950": "big5", "cp-850": "cp850", "iso-8859-8-i": "iso8859_8", "x-mac-roman": "mac_roman"}
_FEWEST_TO_SHOW = 3
# Quotes, brackets and comments are looked through only so far: an opening one without its end makes no long search.
_ADDRESS = re.compile(r'(?:"(?:\\.|[^"\\]){0,500}"|<[^<>]{0,500}>|\([^()]{0,500}\)|[^,;"<(]|["<(])+')
# The standard library takes the parameters of a header apart in time that grows with its square.
_MAX_PARAMETERS = 16_000
_MAX_HEADER = 500_000
# A boundary folded over two lines is one with a blank; the parser keeps the line break and finds no part.
_FOLDED_BOUNDARY = re.compile(rb'(boundary="[^"\r\n]{0,200})\r?\n[ \t]+', re.IGNORECASE)
# What mails call Latin 1 holds the letters that Windows adds to it.
_LATIN = frozenset({"iso-8859-1", "latin-1", "latin1", "l1"})


class _Bounded(email.policy.Compat32):
    """Keeps headers as they are written, up to a length no honest one has."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[: _MAX_PARAMETERS if name.lower().startswith("content-") else _MAX_HEADER]


_LENIENT = _Bounded()


def parsed(data: bytes) -> Message:
    """Parse a message; leading blank lines and a mailbox's "From " line are passed over."""
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t \0")
    if data.startswith(b"From "):
        data = data.partition(b"\n")[2]
    if b"\n" not in data and b"\r" in data:
        data = data.replace(b"\r", b"\n")
    data = _FOLDED_BOUNDARY.sub(rb"\1 ", data)
    # compat32 keeps every header as written; `default` raises on some malformed ones while merely reading them.
    return email.message_from_bytes(data, policy=_LENIENT)


def header(message: Message, name: str) -> str:
    """Return a header decoded and on one line, "" where it is missing."""
    return header_text(message.get(name))


def addresses(message: Message, *names: str) -> tuple[str, ...]:
    """Return the mail addresses in the named headers, with their names, as written."""
    found: list[str] = []
    for name in names:
        for value in message.get_all(name, []):
            found += _split_addresses(header_text(value))
    return tuple(dict.fromkeys(found))


def _split_addresses(text: str) -> list[str]:
    """Split at commas and semicolons outside quotes and brackets."""
    pieces = _ADDRESS.findall(text)
    return [piece.strip() for piece in pieces if piece.strip() and piece.strip() != "undisclosed-recipients:"]


def header_text(value: object) -> str:
    """Return a header value decoded and on one line."""
    if value is None:
        return ""
    text = _raw_text(value)
    text = re.sub(r"\?=\s+=\?", "?==?", re.sub(r"\r?\n[ \t]*", " ", text))
    return " ".join(re.sub(r"=\?([\w.:*-]+)\?([bqBQ])\?([^?]*(?:\?(?!=)[^?]*)*)\?=", _word, text).split())


def _raw_text(value: object) -> str:
    """Return a header's characters; raw 8-bit ones arrive as surrogates and are decoded."""
    text = str(value) if isinstance(value, str) else "".join(_chunks(value))
    if any("\udc80" <= letter <= "\udcff" for letter in text):
        text = decode(text.encode("utf-8", "surrogateescape"))[0]
    return text


def _chunks(value: object) -> Iterator[str]:
    """Give the pieces of a `Header`, which compat32 makes of 8-bit headers."""
    for chunk, _ in getattr(value, "_chunks", []):
        yield chunk


def _word(match: re.Match[str]) -> str:
    """Decode an encoded word (RFC 2047), leniently."""
    charset, kind, body = match.group(1).partition("*")[0], match.group(2).lower(), match.group(3)
    import base64
    import binascii
    import quopri

    try:
        if kind == "b":
            data = base64.b64decode(body + "=" * (-len(body) % 4))
        else:
            data = quopri.decodestring(body.replace("_", " ").encode("utf-8", "surrogateescape"), header=False)
    except (binascii.Error, ValueError):
        return match[0]
    return decoded_as(data, charset)


def decoded_as(data: bytes, charset: str | None) -> str:
    """Decode a body or header by its declared character set where that is believable."""
    name = _ALIASES.get((charset or "").lower().strip("\"' "), charset)
    if name and name.lower().replace("_", "-") not in {"utf-8", "us-ascii", "ascii", "unknown-8bit", "default"}:
        try:
            return data.decode("cp1252" if name.lower().replace("_", "-") in _LATIN else name.strip("\"' "))
        except (LookupError, ValueError):
            pass
    if (charset or "").lower().startswith("utf-7"):
        return data.decode("utf-7", "replace")
    return decode(data, declared=name)[0]


def sent_at(message: Message) -> datetime | None:
    """Return the Date header in UTC, None where it is none."""
    text = header(message, "Date")
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def payload(part: Message) -> bytes:
    """Return a part's bytes after its transfer encoding, b"" for a multipart."""
    try:
        content = part.get_payload(decode=True)
    except (ValueError, AssertionError, LookupError):
        content = None
    if isinstance(content, bytes):
        return content
    raw = part.get_payload()
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""


def body(message: Message) -> str:
    """Return the text of a message: of alternatives the plain one, unless it is only a stub."""
    texts: list[str] = []
    for part in _bodies(message):
        text = decoded_as(payload(part), part.get_content_charset())
        texts.append(html_to_text(text) if part.get_content_type() == "text/html" else text.strip())
    return "\n\n".join(text for text in texts if text.strip())


def _bodies(part: Message) -> Iterator[Message]:
    if not part.is_multipart():
        if is_body(part):
            yield part
        return
    if part.get_content_type() == "message/rfc822":
        return
    children = list(subparts(part))
    if part.get_content_type() == "multipart/alternative":
        chosen = _best_alternative(children)
        children = [chosen] if chosen is not None else []
    for child in children:
        yield from _bodies(child)


def _best_alternative(children: list[Message]) -> Message | None:
    plain = next((child for child in children if child.get_content_type() == "text/plain" and is_body(child)), None)
    rich = [child for child in children if child.get_content_type() != "text/plain" and any(_bodies(child))]
    if plain is None:
        return rich[-1] if rich else None
    text = payload(plain).strip()
    # "This message is in HTML": some senders put a stub where the text should be.
    if rich and (len(text) < _FEWEST_TO_SHOW or (len(text) < 200 and b"html" in text.lower())):
        return rich[-1]
    return plain


def is_body(part: Message) -> bool:
    """Is this part shown as the text of the message rather than attached?"""
    if part.get_content_maintype() == "multipart":
        # Its boundary is missing, so that the parser could not take it apart.
        return isinstance(part.get_payload(), str)
    if part.get_content_maintype() != "text" or part.get_content_subtype() not in {"plain", "html", "enriched"}:
        return False
    return not (part.get_content_disposition() == "attachment" or file_name(part))


def file_name(part: Message) -> str:
    """Return the name a part declares, decoded, "" for none."""
    try:
        name = part.get_filename()
    except (ValueError, TypeError, LookupError, IndexError):
        name = None
    return header_text(name) if name else ""


def subparts(part: Message) -> Iterator[Message]:
    """Give the direct parts of a multipart."""
    content = part.get_payload()
    if isinstance(content, list):
        yield from (child for child in content if isinstance(child, Message))


def attachments(message: Message) -> Iterator[Message]:
    """Give every part that is not the text: attached files, pictures in the text, nested messages."""
    if message.get_content_type() == "message/rfc822":
        yield message
    elif message.is_multipart():
        for child in subparts(message):
            yield from attachments(child)
    elif not is_body(message):
        yield message


def html_parts(message: Message) -> list[str]:
    """Return the HTML pages of a message, in order."""
    parts = [part for part in message.walk() if part.get_content_type() in {"text/html", "application/xhtml+xml"}]
    return [decoded_as(payload(part), part.get_content_charset()) for part in parts]


def nested_bytes(part: Message) -> bytes:
    """Return the message inside a message/rfc822 part."""
    inner = next(subparts(part), None)
    if inner is None:
        return payload(part)
    try:
        return inner.as_bytes()
    except (MessageError, UnicodeError, LookupError, ValueError, TypeError, AttributeError):
        return _written(inner)


def _written(message: Message) -> bytes:
    """Write a message that the standard library parsed but refuses to write."""
    lines = [f"{name}: {value if isinstance(value, str) else header_text(value)}" for name, value in message.items()]
    parts = list(subparts(message))
    content = message.get_payload()
    if parts:
        boundary = b"--" + (message.get_boundary() or "boundary").encode("utf-8", "surrogateescape")
        body = b"".join(boundary + b"\n" + _written(part) + b"\n" for part in parts) + boundary + b"--\n"
    else:
        body = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else b""
    return "\n".join(lines).encode("utf-8", "surrogateescape") + b"\n\n" + body
