"""Text, people and names out of an Outlook message, as far as python-oxmsg leaves that to us."""

from typing import TYPE_CHECKING

from workbench.extraction.mail.mime import decoded_as
from workbench.extraction.mail.rtf_compression import decompress, rich_text
from workbench.extraction.markup.html import html_to_text

if TYPE_CHECKING:
    from oxmsg import Message
    from oxmsg.attachment import Attachment
    from oxmsg.recipient import Recipient

_HTML, _RICH = 0x1013, 0x1009
_CODE_PAGE = 0x3FDE
_ENCODINGS = {65001: "utf-8", 20127: "ascii", 28591: "iso-8859-1", 28605: "iso-8859-15", 50220: "iso-2022-jp"}
_SHORT_NAME, _DISPLAY_NAME = 0x3704, 0x3001


def body(message: "Message") -> str:
    """Return the text: plain, from HTML, or from the compressed RTF that some messages have alone."""
    if message.body and message.body.strip():
        return str(message.body)
    if html := _html(message):
        return html_to_text(html)
    packed = message.properties.binary_prop_value(_RICH)
    return rich_text(decompress(packed)) if packed else ""


def _html(message: "Message") -> str:
    """Return the HTML; python-oxmsg itself refuses a page with one letter that its code page does not know."""
    data = message.properties.binary_prop_value(_HTML)
    if data is None:
        return str(message.html_body or "")
    number = message.properties.int_prop_value(_CODE_PAGE)
    return decoded_as(data, _ENCODINGS.get(number, f"cp{number}") if number else None)


def recipient(entry: "Recipient") -> str:
    """Return a recipient's name and address as mails write them."""
    name, address = entry.name or "", entry.email_address or ""
    return f"{name} <{address}>" if name and address and name != address else name or address


def attached_name(attachment: "Attachment") -> str:
    """Return the long, the short or the shown name of an attachment, "" for none."""
    properties = attachment.properties
    names = (attachment.file_name, *(properties.str_prop_value(key) for key in (_SHORT_NAME, _DISPLAY_NAME)))
    return next((name for name in names if name), "")
