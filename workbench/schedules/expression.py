"""A cron expression in its time zone: when it is due, in words, and as plain numbers.

The meaning is Debian cron's, by cronsim: day of the month and day of the week
are alternatives unless one begins with a star; what falls into the hour that
is skipped in spring is due once when it is over, what is named in the hour
that comes twice in autumn is due once, at its first coming. Besides, L and
LW (last day, last working day), 5L and MON#2 (last Friday, second Monday).
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError

from workbench.errors import ConfigError
from workbench.schedules import clock

_SHORT = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
# Longer than any change of clocks: due times are reckoned from a little earlier, so that they do not depend on
# where within such a change one begins.
_MARGIN = timedelta(hours=4)
# How far back the newest due time is looked for; 29 February can be eight years away.
_WINDOWS = [timedelta(days=days) for days in (1 / 24, 2, 35, 370, 9 * 366, 50 * 366)]
_EXPECTED = "expected are five fields, e.g. '30 2 * * *' for half past two every night, or @daily"

# What may be the last day, or the last working day, of a month.
_PLAIN = {CronSim.LAST: set(range(28, 32)), CronSim.LAST_WEEKDAY: set(range(26, 32))}


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The five fields as numbers, Sunday 0; they hold every due time, and with L or # more than those."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    is_either_day: bool
    is_exact: bool


@dataclass(frozen=True, kw_only=True)
class Expression:
    """When something is due."""

    text: str
    zone: str

    def __post_init__(self) -> None:
        clock.zone(self.zone)
        if len(self.five.split()) != 5:
            raise ConfigError(f"{_EXPECTED}; '{self.text}' is neither")
        try:
            next(self._ticks(datetime(2026, 1, 1, tzinfo=UTC)))
        except CronSimError as error:
            raise ConfigError(f"'{self.text}': {_what(error)}; {_EXPECTED}") from error
        except StopIteration:
            raise ConfigError(f"'{self.text}' is never due: there is no such day") from None

    @property
    def five(self) -> str:
        """The expression as five fields."""
        return _SHORT.get(self.text.strip().lower(), " ".join(self.text.split()))

    @property
    def words(self) -> str:
        """The expression as a person says it."""
        return CronSim(self.five, datetime(2026, 1, 1)).explain()

    @property
    def fields(self) -> Fields:
        """The expression as plain numbers."""
        parsed = CronSim(self.five, datetime(2026, 1, 1))
        weekdays = {day if isinstance(day, int) else day[0] for day in parsed.weekdays}
        days = set[int]().union(*(_PLAIN.get(day, {day}) for day in parsed.days))
        return Fields(
            minutes=frozenset(parsed.minutes),
            hours=frozenset(parsed.hours),
            days=frozenset(days),
            months=frozenset(parsed.months),
            weekdays=frozenset(day % 7 for day in weekdays),
            is_either_day=not parsed.day_and,
            is_exact=days == parsed.days and weekdays == parsed.weekdays,
        )

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Due times after a moment, oldest first, in UTC."""
        last = moment
        for tick in self._ticks(moment - _MARGIN):
            if tick > last:
                yield tick
                last = tick

    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Due times after one moment and not after another."""
        for due in self.after(after):
            if due > until:
                return
            yield due

    def latest(self, until: datetime) -> datetime | None:
        """The newest due time that is not after a moment; None where there was none for fifty years."""
        for window in _WINDOWS:
            if found := deque(self.between(until - window, until), maxlen=1):
                return found[0]
        return None

    def moved(self, start: datetime) -> list[datetime]:
        """Due times of the coming year that the zone's clocks do not show, or show for the second time."""
        fields = self.fields
        return [
            due
            for change in clock.changes(self.zone, start)
            for due in self.between(change - _MARGIN, change + _MARGIN)
            if self._is_moved(due, fields)
        ]

    def shown(self, moment: datetime) -> str:
        """A moment as the clocks of its zone show it."""
        return clock.shown(moment, self.zone)

    def _is_moved(self, due: datetime, fields: Fields) -> bool:
        there = due.astimezone(clock.zone(self.zone))
        return bool(there.fold) or there.hour not in fields.hours or there.minute not in fields.minutes

    def _ticks(self, moment: datetime) -> Iterator[datetime]:
        for tick in CronSim(self.five, moment.astimezone(clock.zone(self.zone))):
            yield tick.astimezone(UTC)


def _what(error: CronSimError) -> str:
    said = str(error)
    return f"the {said.removeprefix('Bad ').replace('-', ' ')} is wrong" if said.startswith("Bad ") else said.lower()
