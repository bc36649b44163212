"""A message attached to an Outlook message, as the mail it was: headers, text, attachments.

In the OLE container such a message is a storage, no file of its own; as a
mail it becomes a child that is read like any other.
"""

from collections.abc import Iterable
from email.header import Header
from email.message import Message as Mail
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, parseaddr
from typing import TYPE_CHECKING

from workbench.extraction.cleaning import clean, phrase
from workbench.extraction.mail.outlook_parts import attached_name, body, recipient

if TYPE_CHECKING:
    from oxmsg import Message
    from oxmsg.attachment import Attachment
    from oxmsg.storage import Storage

# Where an attachment keeps the message that it is: property 3701 of the type for objects.
_STORAGE = "__substg1.0_3701000D"
# The properties of a message inside another one begin earlier than those of a file of its own.
_OFFSET = 24
_DEEPEST = 5


def nested(attachment: "Attachment") -> "Message | None":
    """Return the message that an attachment is, None for a file."""
    from oxmsg import Message
    from oxmsg.properties import Properties

    storages: Iterable[Storage] = getattr(attachment._storage, "storages", ())
    inner = next((storage for storage in storages if storage.name == _STORAGE), None)
    if inner is None or not any(stream.name == "__properties_version1.0" for stream in inner.streams):
        return None
    message = Message(inner)
    # A lazy property of the library: set beforehand, because the library looks for them behind a longer header.
    message.__dict__["_properties"] = Properties(inner, properties_header_offset=_OFFSET)
    return message


def as_mail(message: "Message", *, depth: int = 0) -> Mail:
    """Write a message as a mail, with what is attached to it."""
    mail = MIMEMultipart()
    for name, people in (("From", (message.sender or "",)), ("To", map(recipient, message.recipients))):
        if said := ", ".join(_address(person) for person in people if phrase(person)):
            mail[name] = said
    if subject := phrase(message.subject):
        mail["Subject"] = Header(subject, "utf-8").encode()
    if sent := message.sent_date:
        mail["Date"] = format_datetime(sent)
    mail.attach(MIMEText(clean(body(message)), "plain", "utf-8"))
    for number, attachment in enumerate(message.attachments, start=1):
        if part := _part(attachment, number, depth=depth):
            mail.attach(part)
    return mail


def _address(person: str) -> str:
    """Return a person for a header: the name encoded, the address as it is."""
    name, address = parseaddr(phrase(person) or "")
    if not address.isascii() or not address:
        return Header(phrase(person) or "", "utf-8").encode()
    return formataddr((name, address))


def _part(attachment: "Attachment", number: int, *, depth: int) -> Mail | None:
    data = attachment.file_bytes
    name = phrase(attached_name(attachment)) or f"part-{number}"
    if data is not None:
        part = MIMEApplication(data)
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
        return part
    inner = nested(attachment) if depth < _DEEPEST else None
    return MIMEMessage(as_mail(inner, depth=depth + 1)) if inner else None
