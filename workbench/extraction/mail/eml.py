"""EML: a message's text under its header lines, its attachments as children."""

import re
from collections.abc import Iterable
from dataclasses import replace
from email.message import Message
from email.utils import parseaddr
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.archives.unpacking import Bomb, Unpacking
from workbench.extraction.building import from_text
from workbench.extraction.cleaning import clean, tidy
from workbench.extraction.damage import marked
from workbench.extraction.mail import mime
from workbench.extraction.mail.signed_content import is_cms, signed_content
from workbench.extraction.mail.uuencoding import taken_out
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, ExtractionState, Metadata

_SHOWN = ("From", "To", "Cc", "Subject", "Date")
_ENCRYPTED = "The message is encrypted. Ask the recipient for an open copy."
_PGP_MARK = "-----BEGIN PGP MESSAGE-----"
_PGP = "Part of the message is encrypted with PGP. Ask the recipient for an open copy."
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_HEADER_LINE = re.compile(rb"^[!-9;-~]{1,80}[ \t]*:", re.MULTILINE)


class MailReader:
    """Reads messages as RFC 5322 means them and as the world sends them."""

    name = "mail"
    gives = ("text", "metadata", "children")
    version = "3"

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type == known.EML else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        data = path.read_bytes()
        if not _HEADER_LINE.search(data[:65536]):
            raise ExtractionError("The file has no mail headers. Ask for an undamaged copy.")
        message = mime.parsed(data)
        heading = "\n".join(f"{name}: {value}" for name in _SHOWN if (value := mime.header(message, name)))
        try:
            content = opened(message)
        except ExtractionError as sealed:
            extraction = from_text(self, media_type, tidy(heading), metadata=mail_metadata(message))
            return replace(extraction, state=sealed.state or ExtractionState.PARTIAL, message=str(sealed))
        unpacking = Unpacking(folder=options.scratch, limits=options.limits, packed_bytes=max(len(data), 1))
        body, files = taken_out(mime.body(content))
        trouble = _take_attachments(content, files, unpacking) or (_PGP if _PGP_MARK in body else "")
        extraction = from_text(self, media_type, tidy(f"{heading}\n\n{body}"), metadata=mail_metadata(message))
        return marked(with_children(extraction, unpacking, trouble), _headers(data) + body)


def _headers(data: bytes) -> str:
    """Return the header lines as they are written."""
    return _BLANK_LINE.split(data[:65536], maxsplit=1)[0].decode("latin-1")


def opened(message: Message) -> Message:
    """Return the message itself, or the one inside an opaque S/MIME signature.

    Raises
    ------
    ExtractionError
        It is encrypted as a whole (S/MIME or PGP/MIME).
    """
    kind = message.get_content_type()
    if kind == "multipart/encrypted":
        raise ExtractionError(_ENCRYPTED, state=ExtractionState.ENCRYPTED)
    if kind not in {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
        return message
    data = mime.payload(message)
    if not is_cms(data):
        return message
    return mime.parsed(signed_content(data))


def with_children(extraction: Extraction, unpacking: Unpacking, trouble: str) -> Extraction:
    """Add what was unpacked; trouble with the attachments leaves the text readable."""
    extraction = replace(extraction, children=tuple(unpacking.children))
    if extraction.children and extraction.state is ExtractionState.EMPTY:
        extraction = replace(extraction, state=ExtractionState.OK, message="")
    if not trouble:
        return extraction
    return replace(extraction, state=ExtractionState.PARTIAL, message=trouble, warnings=(*extraction.warnings, trouble))


def _take_attachments(message: Message, files: Iterable[tuple[str, bytes]], unpacking: Unpacking) -> str:
    """Write the attachments to the scratch folder; return a sentence when a limit ended it."""
    try:
        for name, data in files:
            unpacking.take(clean(name).replace("/", "-"), (data,))
        for number, part in enumerate(mime.attachments(message), start=1):
            data = _content(part)
            if not data and not mime.file_name(part):
                continue
            unpacking.take(
                _name(part, number),
                (data,),
                media_type=part.get_content_type(),
                metadata={
                    "content_id": mime.header(part, "Content-ID").strip("<>"),
                    "disposition": part.get_content_disposition() or "",
                },
            )
    except Bomb as bomb:
        return str(bomb)
    return ""


def _content(part: Message) -> bytes:
    return mime.nested_bytes(part) if part.get_content_type() == known.EML else mime.payload(part)


def _name(part: Message, number: int) -> str:
    """Return the declared name, or one made of subject or type, so that the type can be told from it."""
    name = clean(mime.file_name(part))
    if part.get_content_type() != known.EML:
        return name or f"part-{number}{known.extension(part.get_content_type())}"
    inner = next(mime.subparts(part), None)
    stem = name or clean(mime.header(inner, "Subject") if inner is not None else "")
    stem = stem.replace("/", "-")[:100] or f"message-{number}"
    return stem if stem.lower().endswith(".eml") else f"{stem}.eml"


def mail_metadata(message: Message) -> Metadata:
    """Return sender, recipients, subject and date; `raw` keeps every header."""
    subject = mime.header(message, "Subject")
    senders = mime.addresses(message, "From") or mime.addresses(message, "Sender", "Return-Path")
    headers: dict[str, list[str]] = {}
    for key in message.keys():  # noqa: SIM118 - Message is no dict: iterating it is not typed
        headers.setdefault(key.lower(), [])
    for key in headers:
        headers[key] = [mime.header_text(value) for value in message.get_all(key, [])][:50]
    return Metadata(
        title=subject,
        subject=subject,
        author=parseaddr(senders[0])[0] or senders[0] if senders else None,
        sender=senders[0] if senders else None,
        recipients=mime.addresses(message, "To", "Cc", "Bcc"),
        created_at=mime.sent_at(message),
        software=mime.header(message, "X-Mailer") or mime.header(message, "User-Agent"),
        raw={"headers": {key: values[0] if len(values) == 1 else values for key, values in headers.items()}},
    )
