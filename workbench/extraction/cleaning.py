"""Text and metadata as a database keeps them: no NULs, no lone surrogates, bounded.

PostgreSQL refuses NUL characters and surrogates in text and in jsonb alike;
other control characters only disturb search. Pure functions.
"""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

# Soft hyphens and other invisible marks inside of words would keep them from being found.
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\xad\u200b\u2060\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Possessive and not begun in the middle, or a long run of blanks would cost its square.
_BLANK_LINES = re.compile(r"(?<![ \t])[ \t]++(?=\n)|\n{3,}")

MAX_STRING = 4_000
MAX_ITEMS = 200
MAX_RAW = 64_000
_DEEPEST = 8


def clean(text: str) -> str:
    """Return `text` without characters that no database keeps, and with plain line ends."""
    if not text.isascii() or not text.isprintable():
        text = _FORBIDDEN.sub("", _LINE_ENDS.sub("\n", text))
    return text


def tidy(text: str) -> str:
    """Return cleaned text without trailing blanks and long gaps."""
    return _BLANK_LINES.sub(lambda gap: "\n\n" if "\n" in gap[0] else "", clean(text)).strip()


def phrase(value: object) -> str | None:
    """Return a one-line string for a metadata field, None when it says nothing."""
    if not isinstance(value, str):
        return None
    return " ".join(clean(value).split())[:MAX_STRING] or None


def join_pages(pages: Iterable[str]) -> tuple[str, tuple[int, ...]]:
    """Join pages with a blank line between; give the text and where each page begins. Blank pages alone give ""."""
    parts: list[str] = []
    starts: list[int] = []
    offset = 0
    for page in pages:
        starts.append(offset)
        parts.append(page)
        offset += len(page) + 2
    text = "\n\n".join(parts)
    return (text, tuple(starts)) if any(parts) else ("", (0,) * len(starts))


def jsonable(values: Mapping[str, Any]) -> dict[str, Any]:  # Any: whatever a file's metadata holds
    """Return metadata as bounded JSON: strings cut, bytes left out, dates in ISO form."""
    kept: dict[str, Any] = {}
    room = MAX_RAW
    for key, value in list(values.items())[:MAX_ITEMS]:
        plain = _plain(value, 0)
        size = len(key) + _size(plain)
        if plain is None or size > room:
            continue
        kept[clean(str(key))[:MAX_STRING]] = plain
        room -= size
    return kept


def _plain(value: Any, depth: int) -> Any:  # Any: JSON in, JSON out
    if value is None or isinstance(value, bool | int):
        # jsonb holds any integer, but a thousand-digit one is an attack and not a fact.
        return value if value is None or -(10**30) < value < 10**30 else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return clean(value)[:MAX_STRING]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if depth >= _DEEPEST or isinstance(value, bytes | bytearray):
        return None
    if isinstance(value, Mapping):
        items = list(value.items())[:MAX_ITEMS]
        return {clean(str(key))[:MAX_STRING]: _plain(item, depth + 1) for key, item in items}
    if isinstance(value, Iterable):
        return [_plain(item, depth + 1) for item, _ in zip(value, range(MAX_ITEMS), strict=False)]
    return clean(str(value))[:MAX_STRING]


def _size(value: Any) -> int:  # Any: JSON
    if isinstance(value, str):
        return len(value) + 2
    if isinstance(value, dict):
        return sum(len(key) + _size(item) + 4 for key, item in value.items())
    if isinstance(value, list):
        return sum(_size(item) + 2 for item in value)
    return 8


_PDF_DATE = re.compile(r"D?:?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?\s*(Z|[+-]\d\d'?:?(?:\d\d)?'?)?")
_EXIF_DATE = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?")


def moment(value: object) -> datetime | None:
    """Read a date of PDF, EXIF, ISO 8601 or Python; a time without a zone counts as UTC."""
    if isinstance(value, datetime):
        return _in_utc(value)
    if not isinstance(value, str) or not value.strip():
        return None
    text = value.strip()
    try:
        return _in_utc(datetime.fromisoformat(text))
    except ValueError:
        pass
    for pattern in (_EXIF_DATE, _PDF_DATE):
        if match := pattern.match(text):
            return _from_parts(match)
    return None


def _from_parts(match: re.Match[str]) -> datetime | None:
    numbers = [
        int(part) if part else default for part, default in zip(match.groups()[:6], (1, 1, 1, 0, 0, 0), strict=True)
    ]
    zone = match.group(7) if match.re is _PDF_DATE else None
    iso = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*numbers)
    digits = re.sub(r"\D", "", zone or "")
    offset = f"{zone[0]}{digits[:2]}:{digits[2:4] or '00'}" if zone and digits else "+00:00"
    try:
        return _in_utc(datetime.fromisoformat(iso + offset))
    except ValueError:
        return None


def _in_utc(value: datetime) -> datetime | None:
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
