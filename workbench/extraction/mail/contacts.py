"""VCF: contact cards of versions 2.1 to 4.0, one or many in a file."""

from collections.abc import Iterator
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.building import from_text
from workbench.extraction.cleaning import moment, tidy
from workbench.extraction.encodings import decode
from workbench.extraction.mail.content_lines import ContentLine, content_lines
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, Metadata

# Pictures, sounds and keys, and what says how a program handles the card.
_UNREAD = frozenset(
    {"BEGIN", "END", "VERSION", "PRODID", "UID", "REV", "PHOTO", "LOGO", "SOUND", "KEY", "SORT-STRING", "CLASS"}
    | {"MAILER", "CLIENTPIDMAP", "XML", "FN", "N"}
)
_LABELS = {
    "NICKNAME": "Nickname",
    "ORG": "Organization",
    "TITLE": "Title",
    "ROLE": "Role",
    "EMAIL": "Mail",
    "TEL": "Telephone",
    "ADR": "Address",
    "LABEL": "Address",
    "URL": "Link",
    "IMPP": "Messenger",
    "BDAY": "Birthday",
    "ANNIVERSARY": "Anniversary",
    "CATEGORIES": "Categories",
    "RELATED": "Related",
    "MEMBER": "Member",
    "LANG": "Language",
    "TZ": "Time zone",
    "NOTE": "Note",
}
_KINDS = {"WORK": "work", "HOME": "home", "CELL": "mobile", "FAX": "fax"}
_Card = list[ContentLine]


class ContactReader:
    """Reads contact cards; a damaged file is still read as plain text."""

    name = "contacts"
    gives = ("text", "metadata")
    version = "1"

    def claim(self, media_type: str, head: bytes) -> int:
        return 60 if media_type == known.VCF else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        cards = _cards(content_lines(decode(path.read_bytes())[0]))
        if not cards:
            raise ExtractionError("The file holds no contact card.")
        text = tidy("\n\n".join("\n".join(_told(card)) for card in cards))
        names = [_name(card) for card in cards]
        written = (moment(line.text) for line in cards[0] if line.name == "REV")
        metadata = Metadata(
            title=names[0] if len(cards) == 1 else f"{len(cards)} contacts",
            modified_at=next(written, None),
            software=next((line.text for line in cards[0] if line.name == "PRODID"), None),
            raw={"contacts": len(cards), "names": names[:200]},
        )
        return from_text(self, media_type, text, metadata=metadata)


def _cards(lines: Iterator[ContentLine]) -> list[_Card]:
    """Return the properties of each card; a card inside another one (AGENT) counts for itself."""
    cards: list[_Card] = []
    for line in lines:
        if line.name == "BEGIN" and line.value.strip().upper() == "VCARD":
            cards.append([])
        elif cards:
            cards[-1].append(line)
    return [card for card in cards if card]


def _name(card: _Card) -> str:
    """Return the name as written, or made of its parts: family, given, additional, prefix, suffix."""
    written = next((line.text for line in card if line.name == "FN" and line.text), "")
    if written:
        return written
    parts = next((line.parts() for line in card if line.name == "N"), ())
    family, given, additional, prefix, suffix = (*parts, "", "", "", "", "")[:5]
    made = " ".join(part for part in (prefix, given, additional, family, suffix) if part)
    return made or next((line.text for line in card if line.name in {"ORG", "NICKNAME", "EMAIL"}), "")


def _told(card: _Card) -> Iterator[str]:
    yield _name(card)
    for name, label in _LABELS.items():
        for line in card:
            if line.name == name and (said := ", ".join(filter(None, line.parts()))):
                yield f"{label}{_kind(line)}: {said}"
    others = (line for line in card if line.name not in _UNREAD and line.name not in _LABELS)
    for line in others:
        if not line.name.startswith("X-") and line.text:
            yield f"{line.name.capitalize()}: {line.text}"


def _kind(line: ContentLine) -> str:
    """Return whether a number or address is that of work or home, as far as it is said."""
    said = f"{line.parameters.get('TYPE', '')},{','.join(line.parameters)}".upper().split(",")
    kinds = [word for code, word in _KINDS.items() if code in said]
    return f" ({', '.join(kinds)})" if kinds else ""
