"""Where the clocks are: this machine's zone, and when a zone's clocks change."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from workbench.errors import ConfigError

# Long enough for both changes of a year, whenever one looks.
LOOKAHEAD = timedelta(days=400)
# No zone changes its clocks twice within this.
_STEP = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def machine_zone(etc: Path = Path("/etc")) -> str:
    """The machine's time zone, which cron and systemd go by; "UTC" where none is set.

    TZ is no matter here: a shell's is unknown to cron, and a schedule must
    not be due at other times because of who asks.
    """
    link = etc / "localtime"
    if link.is_symlink():
        _, found, name = str(link.readlink()).partition("zoneinfo/")
        if found and _is_zone(name):
            return name
    file = etc / "timezone"
    name = file.read_text(encoding="utf-8").strip() if file.is_file() else ""
    return name if name and _is_zone(name) else "UTC"


def zone(name: str) -> ZoneInfo:
    """A zone by its name in the IANA database."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(f"there is no time zone '{name}'") from error


def offset(name: str, moment: datetime) -> timedelta:
    """What the clocks of a zone are ahead of UTC."""
    return moment.astimezone(zone(name)).utcoffset() or timedelta()


def changes(name: str, start: datetime) -> list[datetime]:
    """When the clocks of a zone change within `LOOKAHEAD`, in UTC and to the minute."""
    begin = start.replace(second=0, microsecond=0)
    steps = [begin + step * _STEP for step in range(LOOKAHEAD // _STEP)]
    return [_pin_down(name, step) for step in steps if offset(name, step) != offset(name, step + _STEP)]


def differences(from_zone: str, to_zone: str, start: datetime) -> set[timedelta]:
    """What must be added to a time of day here to have it there, at any time within `LOOKAHEAD`."""
    moments = [start, *changes(from_zone, start), *changes(to_zone, start)]
    return {offset(to_zone, moment) - offset(from_zone, moment) for moment in moments}


def _pin_down(name: str, before: datetime) -> datetime:
    after = before + _STEP
    while after - before > _MINUTE:
        middle = before + (after - before) // 2 // _MINUTE * _MINUTE
        if offset(name, middle) == offset(name, after):
            after = middle
        else:
            before = middle
    return after


def _is_zone(name: str) -> bool:
    try:
        zone(name)
    except ConfigError:
        return False
    return True


def shown(moment: datetime, name: str) -> str:
    """A moment as the clocks of a zone show it."""
    return f"{moment.astimezone(zone(name)):%a %Y-%m-%d %H:%M %Z}"


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
