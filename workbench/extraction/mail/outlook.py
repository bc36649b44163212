"""MSG: Outlook's message in an OLE container, by python-oxmsg."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.archives.unpacking import Bomb, Unpacking
from workbench.extraction.building import from_text, version
from workbench.extraction.cleaning import clean, moment, tidy
from workbench.extraction.mail.eml import with_children
from workbench.extraction.mail.mime import decoded_as
from workbench.extraction.markup.html import html_to_text
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, Metadata

if TYPE_CHECKING:
    from oxmsg import Message
    from oxmsg.attachment import Attachment
    from oxmsg.recipient import Recipient


class OutlookReader:
    """Reads MSG files with their attachments; a nested message becomes an EML."""

    name = "outlook"
    gives = ("text", "metadata", "children")

    @property
    def version(self) -> str:
        return version("1", "python-oxmsg")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type == known.MSG else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("oxmsg")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        import codecs

        from oxmsg import Message

        # Chinese messages of old Outlooks name their code page so; Python knows it as Big5.
        codecs.register(lambda name: codecs.lookup("big5") if name in {"windows_950", "windows-950"} else None)
        try:
            message = Message.load(str(path))
            metadata = _metadata(message)
            text = tidy(_header_lines(metadata) + "\n\n" + _body(message))
        except Exception as fault:  # python-oxmsg and olefile raise many kinds on damaged files
            raise ExtractionError(f"The message is damaged ({fault}). Ask for an undamaged copy.") from fault
        unpacking = Unpacking(folder=options.scratch, limits=options.limits, packed_bytes=path.stat().st_size)
        trouble = _take_attachments(message.attachments, unpacking)
        return with_children(from_text(self, media_type, text, metadata=metadata), unpacking, trouble)


def _take_attachments(attachments: "Iterable[Attachment]", unpacking: Unpacking) -> str:
    trouble = ""
    for number, attachment in enumerate(attachments, start=1):
        try:
            name = attachment.file_name or f"part-{number}"
            data = attachment.file_bytes
            if data is None:
                trouble = f"The attachment '{clean(name)}' could not be taken out."
                continue
            unpacking.take(name, (data,), media_type=attachment.mime_type)
        except Bomb as bomb:
            return str(bomb)
        except Exception as fault:  # as above
            trouble = f"Attachment {number} could not be taken out ({fault})."
    return trouble


def _header_lines(metadata: Metadata) -> str:
    fields = (
        ("From", metadata.sender),
        ("To", ", ".join(metadata.recipients)),
        ("Subject", metadata.subject),
        ("Date", metadata.created_at.strftime("%a, %d %b %Y %H:%M:%S %z") if metadata.created_at else None),
    )
    return "\n".join(f"{name}: {value}" for name, value in fields if value)


def _body(message: "Message") -> str:
    if message.body and message.body.strip():
        return str(message.body)
    html = message.html_body
    if html:
        return html_to_text(html if isinstance(html, str) else decoded_as(html, None))
    return _rich_text(message)


def _rich_text(message: "Message") -> str:
    """Read the compressed RTF body (PR_RTF_COMPRESSED, [MS-OXRTFCP]), which some messages have alone."""
    from workbench.extraction.mail.rtf_compression import decompress

    packed = message.properties.binary_prop_value(0x1009)
    if not packed:
        return ""
    from striprtf.striprtf import rtf_to_text

    rich = decompress(packed).decode("latin-1")
    return str(rtf_to_text(rich, errors="replace"))  # type: ignore[no-untyped-call] # it has no types


def _metadata(message: "Message") -> Metadata:
    headers = dict(message.message_headers or {})
    return Metadata(
        title=message.subject,
        subject=message.subject,
        author=message.sender,
        sender=message.sender,
        recipients=tuple(_address(recipient) for recipient in message.recipients),
        created_at=moment(message.sent_date),
        raw={"headers": headers, "message_class": message.message_class},
    )


def _address(recipient: "Recipient") -> str:
    name, address = recipient.name or "", recipient.email_address or ""
    return f"{name} <{address}>" if name and address and name != address else name or address
