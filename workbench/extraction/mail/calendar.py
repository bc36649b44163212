"""ICS: appointments, tasks and notes with their dates, places and people."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.archives.unpacking import Bomb, Unpacking
from workbench.extraction.building import from_text
from workbench.extraction.cleaning import tidy
from workbench.extraction.encodings import decode
from workbench.extraction.mail.content_lines import ContentLine, content_lines
from workbench.extraction.mail.eml import with_children
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, Metadata

_KINDS = {"VEVENT": "event", "VTODO": "task", "VJOURNAL": "note", "VFREEBUSY": "availability"}
# What says how a program handles an entry, not what it is about.
_TECHNICAL = frozenset(
    {"UID", "DTSTAMP", "SEQUENCE", "PRODID", "VERSION", "CALSCALE", "TRANSP", "CREATED", "LAST-MODIFIED", "BEGIN"}
    | {"END", "RECURRENCE-ID", "PRIORITY", "CLASS", "ACTION", "TRIGGER", "REQUEST-STATUS"}
)
_LABELS = {
    "DTSTART": "Start",
    "DTEND": "End",
    "DUE": "Due",
    "DURATION": "Duration",
    "COMPLETED": "Completed",
    "LOCATION": "Location",
    "ORGANIZER": "Organizer",
    "ATTENDEE": "Attendee",
    "RRULE": "Repeats",
    "RDATE": "Also on",
    "EXDATE": "Except on",
    "STATUS": "Status",
    "CATEGORIES": "Categories",
    "URL": "Link",
    "CONTACT": "Contact",
    "COMMENT": "Comment",
    "RESOURCES": "Resources",
    "FREEBUSY": "Busy",
    "ATTACH": "Attachment",
    "GEO": "Place",
    "PERCENT-COMPLETE": "Percent done",
}
_DATES = frozenset({"DTSTART", "DTEND", "DUE", "COMPLETED", "RDATE", "EXDATE"})
_PROSE = ("SUMMARY", "DESCRIPTION")
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?\Z")
_MOST_PEOPLE = 500


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """One appointment, task or note."""

    kind: str
    lines: list[ContentLine] = field(default_factory=list)

    def first(self, name: str) -> ContentLine | None:
        return next((line for line in self.lines if line.name == name), None)


class CalendarReader:
    """Reads iCalendar files; a damaged one is still read as plain text."""

    name = "calendar"
    gives = ("text", "metadata", "children")
    version = "1"

    def claim(self, media_type: str, head: bytes) -> int:
        return 60 if media_type == known.ICS else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        lines = list(content_lines(decode(path.read_bytes())[0]))
        entries = _entries(lines)
        if not entries:
            raise ExtractionError("The calendar holds no entry.")
        calendar = {line.name: line.text for line in lines if line.name in {"X-WR-CALNAME", "METHOD", "PRODID"}}
        unpacking = Unpacking(folder=options.scratch, limits=options.limits, packed_bytes=path.stat().st_size)
        trouble = _take_attachments(entries, unpacking)
        texts = [calendar.get("X-WR-CALNAME", ""), *("\n".join(_told(entry)) for entry in entries)]
        text = tidy("\n\n".join(text for text in texts if text))
        extraction = from_text(self, media_type, text, metadata=_metadata(entries, calendar))
        return with_children(extraction, unpacking, trouble)


def _entries(lines: list[ContentLine]) -> list[_Entry]:
    """Return the entries with their own properties; alarms and time zones inside or beside them are left out."""
    entries: list[_Entry] = []
    inside: list[str] = []
    for line in lines:
        component = line.value.strip().upper()
        if line.name == "BEGIN":
            inside.append(component)
            if component in _KINDS:
                entries.append(_Entry(kind=_KINDS[component]))
        elif line.name == "END":
            while inside and inside.pop() != component:
                pass
        elif inside and inside[-1] in _KINDS:
            entries[-1].lines.append(line)
    return entries


def _told(entry: _Entry) -> Iterator[str]:
    summary, description = (entry.first(name) for name in _PROSE)
    if summary:
        yield summary.text
    for name, label in _LABELS.items():
        yield from (f"{label}: {said}" for line in entry.lines if line.name == name and (said := _said(line)))
    if description:
        yield description.text
    for line in entry.lines:
        known_here = line.name in _LABELS or line.name in _TECHNICAL or line.name.startswith("X-")
        if not known_here and line is not summary and line is not description and line.text:
            yield f"{line.name.capitalize()}: {line.text}"


def _said(line: ContentLine) -> str:
    if line.name in _DATES:
        return ", ".join(filter(None, (_date(said, line) for said in line.value.split(","))))
    if line.name in {"ORGANIZER", "ATTENDEE"}:
        return _person(line)
    if line.name == "ATTACH":
        return "" if _is_inline(line) else line.value.strip()
    return _rule(line.value) if line.name == "RRULE" else line.text


def _rule(value: str) -> str:
    """Return how an entry repeats: FREQ=WEEKLY;BYDAY=MO as "weekly, byday MO"."""
    steps = (part.partition("=") for part in value.split(";"))
    return ", ".join(said.lower() if name == "FREQ" else f"{name.lower()} {said}" for name, _, said in steps if said)


def _date(said: str, line: ContentLine) -> str:
    """Return a date as people write it, with the zone it is meant in."""
    match = _MOMENT.match(said.strip())
    if match is None:
        return said.strip()
    year, month, day, hour, minute, _, utc = match.groups()
    zone = "UTC" if utc else line.parameters.get("TZID", "")
    clock = f" {hour}:{minute} {zone}".rstrip() if hour else ""
    return f"{year}-{month}-{day}{clock}"


def _moment(line: ContentLine | None) -> datetime | None:
    """Return a date in UTC; one whose zone nobody here knows counts as UTC."""
    match = _MOMENT.match(line.value.strip()) if line else None
    if match is None or line is None:
        return None
    try:
        moment = datetime(*(int(part or 0) for part in match.groups()[:6]))  # type: ignore[arg-type]
        zone = ZoneInfo(line.parameters["TZID"]) if line.parameters.get("TZID") else UTC
        return moment.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    except LookupError:
        return moment.replace(tzinfo=UTC)


def _person(line: ContentLine) -> str:
    name = line.parameters.get("CN", "").strip()
    address = re.sub(r"^mailto:", "", line.value.strip(), flags=re.IGNORECASE)
    return f"{name} <{address}>" if name and address and name != address else name or address


def _metadata(entries: list[_Entry], calendar: dict[str, str]) -> Metadata:
    first = entries[0]
    summary, organizer = first.first("SUMMARY"), first.first("ORGANIZER")
    people = (_person(line) for entry in entries for line in entry.lines if line.name == "ATTENDEE")
    starts = [moment for entry in entries if (moment := _moment(entry.first("DTSTART") or entry.first("DUE")))]
    ends = [moment for entry in entries if (moment := _moment(entry.first("DTEND") or entry.first("DUE")))]
    title = summary.text if summary and len(entries) == 1 else calendar.get("X-WR-CALNAME")
    return Metadata(
        title=title or (summary.text if summary else None),
        subject=summary.text if summary else None,
        author=organizer.parameters.get("CN") or _person(organizer) if organizer else None,
        sender=_person(organizer) if organizer else None,
        recipients=tuple(dict.fromkeys(people))[:_MOST_PEOPLE],
        created_at=_moment(first.first("CREATED") or first.first("DTSTAMP")),
        modified_at=_moment(first.first("LAST-MODIFIED")),
        software=calendar.get("PRODID"),
        raw={
            "entries": len(entries),
            "kinds": sorted({entry.kind for entry in entries}),
            "method": calendar.get("METHOD", ""),
            "starts_at": min(starts, default=None),
            "ends_at": max(ends, default=None),
        },
    )


def _is_inline(line: ContentLine) -> bool:
    said = f"{line.parameters.get('ENCODING', '')} {line.parameters.get('VALUE', '')}".upper()
    return "BASE64" in said or "BINARY" in said or line.value.startswith("data:")


def _take_attachments(entries: list[_Entry], unpacking: Unpacking) -> str:
    """Write the attachments to the scratch folder; return a sentence when something went wrong."""
    trouble = ""
    inline = (line for entry in entries for line in entry.lines if line.name == "ATTACH" and _is_inline(line))
    for number, line in enumerate(inline, start=1):
        media_type = line.parameters.get("FMTTYPE") or None
        given = (line.parameters.get(key) for key in ("FILENAME", "X-FILENAME", "X-APPLE-FILENAME", "X-LABEL"))
        name = next(filter(None, given), f"attachment-{number}{known.extension(media_type or '')}")
        try:
            data = base64.b64decode(line.value.rpartition("base64,")[2])
            unpacking.take(name, (data,), media_type=media_type)
        except (binascii.Error, ValueError):
            trouble = f"The attachment '{name}' is damaged and could not be taken out."
        except Bomb as bomb:
            return str(bomb)
    return trouble
