"""MSG: Outlook's message in an OLE container, by python-oxmsg."""

import codecs
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs
from workbench.extraction.archives.unpacking import Bomb, Unpacking
from workbench.extraction.building import from_text, version
from workbench.extraction.cleaning import clean, moment, tidy
from workbench.extraction.damage import reason
from workbench.extraction.mail.eml import with_children
from workbench.extraction.mail.outlook_nested import as_mail, nested
from workbench.extraction.mail.outlook_parts import attached_name, body, recipient
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, Metadata

if TYPE_CHECKING:
    from oxmsg import Message
    from oxmsg.attachment import Attachment


class OutlookReader:
    """Reads MSG files with their attachments; a nested message becomes an EML."""

    name = "outlook"
    gives = ("text", "metadata", "children")

    @property
    def version(self) -> str:
        return version("2", "python-oxmsg")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type == known.MSG else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("oxmsg")

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        from oxmsg import Message

        _know_code_pages()
        try:
            message = Message.load(str(path))
            metadata = _metadata(message)
            text = tidy(_header_lines(metadata) + "\n\n" + body(message))
        except Exception as fault:  # python-oxmsg and olefile raise many kinds on damaged files
            said = reason(fault, path, options.name)
            raise ExtractionError(f"The message is damaged ({said}). Ask for an undamaged copy.") from fault
        unpacking = Unpacking(folder=options.scratch, limits=options.limits, packed_bytes=path.stat().st_size)
        trouble = _take_attachments(message.attachments, unpacking)
        return with_children(from_text(self, media_type, text, metadata=metadata), unpacking, trouble)


@lru_cache(maxsize=1)
def _know_code_pages() -> None:
    """Chinese messages of old Outlooks name their code page so; Python knows it as Big5."""
    codecs.register(lambda name: codecs.lookup("big5") if name in {"windows_950", "windows-950"} else None)


def _take_attachments(attachments: "Iterable[Attachment]", unpacking: Unpacking) -> str:
    trouble = ""
    for number, attachment in enumerate(attachments, start=1):
        try:
            name = attached_name(attachment) or f"part-{number}"
            data, inner = attachment.file_bytes, None
            if data is None and (inner := nested(attachment)):
                data, name = as_mail(inner).as_bytes(), _mail_name(inner.subject or name)
            if data is None:
                trouble = f"The attachment '{clean(name)}' could not be taken out."
                continue
            unpacking.take(name, (data,), media_type=known.EML if inner else attachment.mime_type)
        except Bomb as bomb:
            return str(bomb)
        except Exception as fault:  # as above
            trouble = f"Attachment {number} could not be taken out ({fault})."
    return trouble


def _mail_name(subject: str) -> str:
    return f"{clean(subject).replace('/', '-')[:100]}{known.extension(known.EML)}"


def _header_lines(metadata: Metadata) -> str:
    fields = (
        ("From", metadata.sender),
        ("To", ", ".join(metadata.recipients)),
        ("Subject", metadata.subject),
        ("Date", metadata.created_at.strftime("%a, %d %b %Y %H:%M:%S %z") if metadata.created_at else None),
    )
    return "\n".join(f"{name}: {value}" for name, value in fields if value)


def _metadata(message: "Message") -> Metadata:
    headers = dict(message.message_headers or {})
    return Metadata(
        title=message.subject,
        subject=message.subject,
        author=message.sender,
        sender=message.sender,
        recipients=tuple(map(recipient, message.recipients)),
        created_at=moment(message.sent_date),
        raw={"headers": headers, "message_class": message.message_class},
    )
