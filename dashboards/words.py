"""Numbers, times and states as people read them. Pure functions to plain text and escaped HTML."""

from datetime import UTC, datetime
from html import escape
from urllib.parse import urlencode

DECISIONS = {
    "classified": "Classified",
    "needs_review": "Needs review",
    "unreadable": "Unreadable",
    "container": "Container",
    "pending": "Pending",
}

RUN_STATES = {
    "queued": "Queued",
    "running": "Running",
    "finished": "Finished",
    "finished_with_problems": "Finished, with problems",
    "failed": "Failed",
    "interrupted": "Interrupted",
    "rolled_back": "Rolled back",
}

TONES = {
    "classified": "good",
    "finished": "good",
    "needs_review": "warn",
    "finished_with_problems": "warn",
    "interrupted": "warn",
    "unreadable": "bad",
    "failed": "bad",
    "running": "busy",
}

# What people call the formats; others are shown by the last part of their media type.
_FORMATS = {
    "application/pdf": "PDF",
    "application/msword": "Word",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
    "application/vnd.ms-excel": "Excel",
    "application/vnd.ms-powerpoint": "PowerPoint",
    "application/vnd.ms-outlook": "Outlook mail",
    "application/vnd.oasis.opendocument.text": "OpenDocument text",
    "application/vnd.oasis.opendocument.spreadsheet": "OpenDocument sheet",
    "application/vnd.oasis.opendocument.presentation": "OpenDocument slides",
    "application/zip": "ZIP",
    "application/rtf": "RTF",
    "message/rfc822": "Mail",
    "text/plain": "Text",
    "text/html": "HTML",
    "text/csv": "CSV",
    "text/markdown": "Markdown",
}


def count(number: float) -> str:
    """12345 as "12 345", with narrow spaces that do not break."""
    return f"{number:,.0f}".replace(",", "\u202f")


def many(number: int, one: str, more: str = "") -> str:
    """ "1 document", "2 documents"."""
    return f"{count(number)} {one if number == 1 else more or one + 's'}"


def size(number: float) -> str:
    """Bytes in decimal units."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 999.5:
            return f"{number:.0f} {unit}" if unit == "B" or number >= 10 else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def percent(share: float | None) -> str:
    """0.82 as "82 %"; a dash where there is none."""
    return "–" if share is None else f"{share:.0%}".replace("%", "\u202f%")


def duration(seconds: float) -> str:
    """ "0.4 s", "12 s", "3 min 20 s", "2 h 5 min"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def moment(time: datetime | None, *, seconds: bool = False) -> str:
    """A time of this machine's zone, to the minute or the second."""
    return f"{time.astimezone():{'%Y-%m-%d %H:%M:%S' if seconds else '%Y-%m-%d %H:%M'}}" if time else "–"


def ago(time: datetime, *, now: datetime | None = None) -> str:
    """How long something is past: "just now", "5 min ago"; the date after a week."""
    seconds = ((now or datetime.now(UTC)) - time).total_seconds()
    if seconds < 60:
        return "just now"
    for unit, length in (("min", 60), ("h", 3600), ("d", 86400)):
        if seconds < {"min": 3600, "h": 86400, "d": 7 * 86400}[unit]:
            return f"{seconds // length:.0f} {unit} ago"
    return moment(time)[:10]


def file_format(media_type: str) -> str:
    """What people call a media type."""
    kind, _, rest = media_type.partition("/")
    return _FORMATS.get(media_type) or (rest or kind).rsplit(".", 1)[-1].removeprefix("x-").upper()


def chip(state: str, title: str) -> str:
    """A state as a small coloured label."""
    return f'<span class="chip {TONES.get(state, "plain")}">{escape(title)}</span>'


def alert(sentence: str) -> str:
    """A sentence that a person should not miss; nothing where there is none."""
    return f'<div class="alert" role="alert">{escape(sentence)}</div>' if sentence else ""


def link(title: str, **query: str | int) -> str:
    """A link within the dashboards; the title is escaped."""
    return f'<a href="?{escape(urlencode(query))}">{escape(title)}</a>'


def bar(confidence: float | None) -> str:
    """A confidence as a thin bar."""
    if confidence is None:
        return ""
    return f'<span class="bar" title="{percent(confidence)}"><i style="width:{confidence:.0%}"></i></span>'
