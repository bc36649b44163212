"""Letters as mails: text and HTML, attachments, umlauts in the headers, and nothing random in them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from samples.model import Kind, Letter
from samples.people import mailbox
from samples.writers import html, txt


@dataclass(frozen=True)
class Attachment:
    """A file in a mail; `media_type` `message/rfc822` nests another mail."""

    name: str
    content: bytes
    media_type: str


def write(letter: Letter) -> bytes:
    return write_with(letter, ())


def write_with(letter: Letter, attachments: Sequence[Attachment]) -> bytes:
    """The mail with attachments; odd styles send quoted-printable text, even ones base64 and HTML beside it."""
    message = _headed(letter)
    encoding = "quoted-printable" if letter.style % 2 else "base64"
    message.set_content(_text(letter), cte=encoding)
    if letter.style % 2 == 0:
        message.add_alternative(html.page(letter), subtype="html", cte="quoted-printable")
    for attachment in attachments:
        _attach(message, attachment)
    _fix_boundaries(message, _fingerprint(letter))
    return message.as_bytes(policy=SMTP)


def _text(letter: Letter) -> str:
    """The body with a signature; what a form says in its head stands above it."""
    facts = "\n".join(f"{name}: {value}" for name, value in letter.references)
    head = f"{facts}\n\n" if facts and letter.kind is not Kind.LETTER else ""
    signature = "\n".join(" | ".join(column) for column in letter.footer)
    return f"{head}{txt.body(letter)}\n" + (f"\n-- \n{signature}\n" if signature else "")


def _headed(letter: Letter) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = letter.title
    message["From"] = Address(letter.author, mailbox(letter.author), letter.sender.domain)
    to = letter.recipient
    message["To"] = (
        Address(to.name, "info", to.domain)
        if to
        else Address("Verteiler" if letter.language == "de" else "Readers", "alle", letter.sender.domain)
    )
    message["Date"] = format_datetime(datetime.combine(letter.issued, time(8, 5 + letter.style), UTC))
    message["Message-ID"] = f"<{_fingerprint(letter)}@{letter.sender.domain}>"
    return message


def _fingerprint(letter: Letter) -> str:
    return hashlib.sha256(txt.text(letter).encode()).hexdigest()[:20]


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    kind, subtype = attachment.media_type.split("/")
    if kind == "message":
        message.add_attachment(message_from_bytes(attachment.content, policy=SMTP), filename=attachment.name)
        return
    message.add_attachment(attachment.content, maintype=kind, subtype=subtype, filename=attachment.name)


def _fix_boundaries(message: EmailMessage, mark: str) -> None:
    """Name each boundary after the letter; the standard library would draw them."""
    parts = (part for part in message.walk() if part.is_multipart() and part.get_content_maintype() == "multipart")
    for number, part in enumerate(parts):
        if part.get_boundary() is None:
            part.set_boundary(f"=_{mark}_{number}")
