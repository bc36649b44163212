"""TNEF (winmail.dat): what Outlook packs a message's body and attachments into."""

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.archives.unpacking import Bomb, Unpacking
from workbench.extraction.building import from_text
from workbench.extraction.cleaning import tidy
from workbench.extraction.mail.eml import with_children
from workbench.extraction.mail.mime import decoded_as
from workbench.extraction.mail.rtf_compression import decompress, rich_text
from workbench.extraction.mail.tnef_stream import SIGNATURE, Attribute, Property, Value, attributes, properties, rows
from workbench.extraction.markup.html import html_to_text
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, Metadata

# An attached message or OLE object has the identifier of its interface before it.
_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
_IDENTIFIER = 16
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_NOTHING = "The message is damaged and nothing in it can be read. Ask for an undamaged copy."
_DAMAGED = "Parts of the message are damaged; what could be read is here."


@dataclass
class _Attached:
    """An attachment as it is put together from several attributes."""

    title: bytes = b""
    data: bytes = b""
    properties: dict[int, Value] = field(default_factory=dict)


@dataclass
class _Message:
    """What the attributes of a stream said."""

    code_page: str = "cp1252"
    subject: bytes = b""
    body: bytes = b""
    sender: bytes = b""
    sent: bytes = b""
    properties: dict[int, Value] = field(default_factory=dict)
    recipients: list[dict[int, Value]] = field(default_factory=list)
    attached: list[_Attached] = field(default_factory=list)
    is_damaged: bool = False


class TnefReader:
    """Reads winmail.dat: the text in whichever form it is there, and the attachments."""

    name = "tnef"
    gives = ("text", "metadata", "children")
    version = "2"

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type in {known.TNEF, "application/ms-tnef"} else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        data = path.read_bytes()
        if not data.startswith(SIGNATURE):
            raise ExtractionError("The file is no TNEF message. Ask for an undamaged copy.")
        message = _read(data)
        unpacking = Unpacking(folder=options.scratch, limits=options.limits, packed_bytes=len(data))
        trouble = _take_attachments(message, unpacking) or (_DAMAGED if message.is_damaged else "")
        metadata = _metadata(message)
        heading = "\n".join(
            f"{name}: {said}"
            for name, said in (
                ("From", metadata.sender),
                ("To", ", ".join(metadata.recipients)),
                ("Subject", metadata.subject),
            )
            if said
        )
        text = tidy(f"{heading}\n\n{_body(message)}")
        if trouble == _DAMAGED and not text and not unpacking.children:
            raise ExtractionError(_NOTHING)
        return with_children(from_text(self, media_type, text, metadata=metadata), unpacking, trouble)


def _read(data: bytes) -> _Message:
    message = _Message()
    for name, body, is_whole in attributes(data):
        # No attribute has the number 0: zeros are what a disk lost.
        message.is_damaged |= not (is_whole and name)
        if name == Attribute.CODE_PAGE:
            message.code_page = f"cp{int.from_bytes(body[:4], 'little')}"
        elif name == Attribute.SUBJECT:
            message.subject = body
        elif name == Attribute.BODY:
            message.body = body
        elif name == Attribute.FROM:
            message.sender = body
        elif name == Attribute.DATE_SENT:
            message.sent = body
        elif name == Attribute.MESSAGE_PROPERTIES:
            message.properties |= properties(body)
        elif name == Attribute.RECIPIENTS:
            message.recipients = rows(body)
        elif name == Attribute.ATTACHMENT_BEGINS:
            message.attached.append(_Attached())
        elif message.attached:
            _add(message.attached[-1], name, body)
    return message


def _add(attached: _Attached, name: int, body: bytes) -> None:
    if name in {Attribute.ATTACHMENT_TITLE, Attribute.ATTACHMENT_FILE_NAME}:
        attached.title = attached.title or body
    elif name == Attribute.ATTACHMENT_DATA:
        attached.data = body
    elif name == Attribute.ATTACHMENT_PROPERTIES:
        attached.properties |= properties(body)


def _take_attachments(message: _Message, unpacking: Unpacking) -> str:
    try:
        for number, attached in enumerate(message.attached, start=1):
            name = _text(attached.properties.get(Property.ATTACHMENT_LONG_NAME), message)
            name = name or _plain(attached.title, message)
            name = name or _text(attached.properties.get(Property.ATTACHMENT_NAME), message)
            name = name or _text(attached.properties.get(Property.DISPLAY_NAME), message)
            data, ending = _content(attached)
            if data:
                said = _text(attached.properties.get(Property.ATTACHMENT_TYPE), message)
                unpacking.take(_named(name or f"part-{number}", ending), (data,), media_type=said or None)
    except Bomb as bomb:
        return str(bomb)
    return ""


def _content(attached: _Attached) -> tuple[bytes, str]:
    """Return an attachment's bytes and, for a message, the extension it needs."""
    whole = attached.properties.get(Property.ATTACHMENT)
    if whole is None or not whole.data:
        return attached.data, ""
    if not whole.is_object:
        return whole.data, ""
    content = whole.data[_IDENTIFIER:]
    return content, known.extension(known.TNEF) if whole.data.startswith(_MESSAGE) else ""


def _named(name: str, ending: str) -> str:
    plain = name.replace("/", "-")
    return plain if plain.lower().endswith(ending) else f"{plain}{ending}"


def _body(message: _Message) -> str:
    """Return the text: plain, from HTML, from compressed RTF, or as old streams have it."""
    if plain := _text(message.properties.get(Property.BODY), message).strip():
        return plain
    if html := message.properties.get(Property.HTML_BODY):
        page = _text(html, message) if html.is_unicode else decoded_as(html.data.rstrip(b"\0"), _page(message))
        if text := html_to_text(page).strip():
            return text
    if packed := message.properties.get(Property.RICH_BODY):
        try:
            if text := rich_text(decompress(packed.data)).strip():
                return text
        except ExtractionError:
            message.is_damaged = True
    return _plain(message.body, message)


def _metadata(message: _Message) -> Metadata:
    subject = _text(message.properties.get(Property.SUBJECT), message) or _plain(message.subject, message)
    sender = _text(message.properties.get(Property.SENDER_NAME), message)
    address = _text(message.properties.get(Property.SENDER_SMTP_ADDRESS), message)
    address = address or _text(message.properties.get(Property.SENDER_ADDRESS), message)
    people = (
        _person(
            _text(row.get(Property.DISPLAY_NAME), message),
            _text(row.get(Property.SMTP_ADDRESS) or row.get(Property.ADDRESS), message),
        )
        for row in message.recipients
    )
    return Metadata(
        title=subject,
        subject=subject,
        author=sender or address,
        sender=_person(sender, address),
        recipients=tuple(dict.fromkeys(person for person in people if person)),
        created_at=_sent_at(message),
        raw={"attachments": len(message.attached)},
    )


def _person(name: str, address: str) -> str:
    return f"{name} <{address}>" if name and address and name != address else name or address


def _page(message: _Message) -> str:
    stated = message.properties.get(Property.CODE_PAGE)
    number = int.from_bytes(stated.data, "little") if stated else 0
    return {65001: "utf-8", 20127: "ascii", 28591: "iso-8859-1", 28605: "iso-8859-15"}.get(number, f"cp{number}")


def _text(value: Value | None, message: _Message) -> str:
    if value is None:
        return ""
    if value.is_unicode:
        return value.data.decode("utf-16-le", "replace").rstrip("\0")
    return _plain(value.data, message)


def _plain(data: bytes, message: _Message) -> str:
    return decoded_as(data.rstrip(b"\0"), message.code_page)


def _sent_at(message: _Message) -> datetime | None:
    """Return when it was sent: in steps of 100 ns since 1601, or as old streams have it in seven numbers."""
    stated = message.properties.get(Property.SENT_AT)
    try:
        if stated and len(stated.data) == 8:
            return _EPOCH + timedelta(microseconds=int.from_bytes(stated.data, "little") // 10)
        if len(message.sent) >= 12:
            year, month, day, hour, minute, second = struct.unpack_from("<6H", message.sent)
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    return None
