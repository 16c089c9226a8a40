"""Schedules as EventBridge's rules write them: `rate(5 minutes)` and `cron(0 2 ? * MON-FRI *)`, in UTC.

A cron expression has six fields: minutes, hours, day of month, month, day of week, year. One of the two days
is `?`. `L` is the last day, `15W` the weekday nearest the 15th, `6L` the last Friday, `2#1` the first Monday:
days of the week count from 1, which is Sunday.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Protocol

from vedette.errors import Wrong

MINUTE = timedelta(minutes=1)
RATE = re.compile(r"rate\((?P<count>[1-9]\d{0,8}) (?P<unit>minute|hour|day)(?P<many>s?)\)")
CRON = re.compile(r"cron\((?P<fields>[^()]*)\)")
UNITS_S = {"minute": 60, "hour": 3600, "day": 86_400}
MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
MONTHS = {name: number for number, name in enumerate(MONTH_NAMES, 1)}
WEEKDAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
FIRST_YEAR, LAST_YEAR = 1970, 2199
# The longest period of a rate: some thousand years would leave what a moment can be.
LONGEST_S = 366 * 86_400 * 10


class RuleSchedule(Protocol):
    """When something is due."""

    def after(self, moment: datetime, due: datetime | None = None) -> datetime | None:
        """Return the first tick after a moment, of those that begin at `due`; None where there is none."""

    def until(self, now: datetime, due: datetime, oldest: datetime) -> list[datetime]:
        """Return the ticks from the one that is due until now, without those that are older than `oldest`."""


@dataclass(frozen=True, slots=True)
class RateSchedule:
    """A tick every so often."""

    period: timedelta

    def after(self, moment: datetime, due: datetime | None = None) -> datetime | None:
        """Return the next tick; the first one is a period after it all began."""
        if due is None:
            return moment + self.period
        return due + max(0, (moment - due) // self.period + 1) * self.period

    def until(self, now: datetime, due: datetime, oldest: datetime) -> list[datetime]:
        """Return the ticks from one until now."""
        first = max(0, -((due - oldest) // self.period))
        return [due + number * self.period for number in range(first, (now - due) // self.period + 1)]


@dataclass(frozen=True, slots=True)
class CronSchedule:
    """A tick at all minutes that fit the six fields."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: "DaysOfMonth | DaysOfWeek"
    months: tuple[int, ...]
    years: tuple[int, ...]

    def after(self, moment: datetime, due: datetime | None = None) -> datetime | None:
        """Return the first minute after a moment that fits."""
        del due
        start = moment.astimezone(UTC).replace(second=0, microsecond=0) + MINUTE
        for year, month in product((year for year in self.years if year >= start.year), self.months):
            if (year, month) < (start.year, start.month):
                continue
            for day in self.days.of(year, month):
                if (tick := self._on(date(year, month, day), start)) is not None:
                    return tick
        return None

    def _on(self, day: date, start: datetime) -> datetime | None:
        if day < start.date():
            return None
        for hour, minute in product(self.hours, self.minutes):
            tick = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
            if tick >= start:
                return tick
        return None

    def until(self, now: datetime, due: datetime, oldest: datetime) -> list[datetime]:
        """Return the ticks from one until now."""
        ticks: list[datetime] = []
        tick: datetime | None = due if due >= oldest else self.after(oldest - MINUTE)
        while tick is not None and tick <= now:
            ticks.append(tick)
            tick = self.after(tick)
        return ticks


@dataclass(frozen=True, slots=True)
class DaysOfMonth:
    """Days by their number, the last one, or weekdays near one."""

    numbers: frozenset[int]
    is_last: bool = False
    weekday_near: int = 0
    is_last_weekday: bool = False

    def of(self, year: int, month: int) -> list[int]:
        """Return the days of a month that fit."""
        last = monthrange(year, month)[1]
        days = {day for day in self.numbers if day <= last}
        if self.is_last:
            days.add(last)
        if self.weekday_near and self.weekday_near <= last:
            days.add(_near_weekday(year, month, self.weekday_near))
        if self.is_last_weekday:
            days.add(_near_weekday(year, month, last))
        return sorted(days)


@dataclass(frozen=True, slots=True)
class DaysOfWeek:
    """Days by their place in the week; 1 is Sunday."""

    numbers: frozenset[int]
    # A day of the week, and which one of the month: 1 to 5, or 0 for the last.
    nth: tuple[int, int] | None = None

    def of(self, year: int, month: int) -> list[int]:
        """Return the days of a month that fit."""
        last = monthrange(year, month)[1]
        days = [day for day in range(1, last + 1) if _weekday(year, month, day) in self.numbers]
        if self.nth is not None:
            number, place = self.nth
            days_so = [day for day in range(1, last + 1) if _weekday(year, month, day) == number]
            days += days_so[place - 1 : place] if place else days_so[-1:]
        return sorted(days)


def parse_schedule(text: str) -> RuleSchedule:
    """Return the schedule of an expression; refuse what is none, or never comes."""
    if match := RATE.fullmatch(text):
        count = int(match["count"])
        seconds = count * UNITS_S[match["unit"]]
        if (count == 1) == bool(match["many"]) or seconds > LONGEST_S:
            raise _wrong(text, "it is rate(1 minute), rate(5 minutes), and at most ten years")
        return RateSchedule(timedelta(seconds=seconds))
    match = CRON.fullmatch(text)
    fields = match["fields"].split() if match else []
    if len(fields) != 6:
        raise _wrong(text, "it is rate(5 minutes) or cron(minutes hours day-of-month month day-of-week year)")
    try:
        return _cron(fields)
    except ValueError as error:
        raise _wrong(text, str(error)) from None


def _cron(fields: list[str]) -> CronSchedule:
    minutes, hours, of_month, months, of_week, years = (field.upper() for field in fields)
    if (of_month == "?") == (of_week == "?"):
        raise ValueError("one of day-of-month and day-of-week is ?, and not both")
    return CronSchedule(
        _numbers(minutes, 0, 59),
        _numbers(hours, 0, 23),
        _days_of_week(of_week) if of_month == "?" else _days_of_month(of_month),
        _numbers(months, 1, 12, MONTHS),
        _numbers(years, FIRST_YEAR, LAST_YEAR),
    )


def _days_of_month(field: str) -> DaysOfMonth:
    if field == "LW":
        return DaysOfMonth(frozenset(), is_last_weekday=True)
    if match := re.fullmatch(r"(\d{1,2})W", field):
        return DaysOfMonth(frozenset(), weekday_near=_numbers(match[1], 1, 31)[0])
    parts = field.split(",")
    numbers = [number for part in parts if part != "L" for number in _numbers(part, 1, 31)]
    return DaysOfMonth(frozenset(numbers), is_last="L" in parts)


def _days_of_week(field: str) -> DaysOfWeek:
    if field == "L":
        return DaysOfWeek(frozenset((7,)))
    if match := re.fullmatch(r"(\w+)L", field):
        return DaysOfWeek(frozenset(), (_numbers(match[1], 1, 7, WEEKDAYS)[0], 0))
    if match := re.fullmatch(r"(\w+)#([1-5])", field):
        return DaysOfWeek(frozenset(), (_numbers(match[1], 1, 7, WEEKDAYS)[0], int(match[2])))
    return DaysOfWeek(frozenset(_numbers(field, 1, 7, WEEKDAYS)))


def _numbers(field: str, first: int, last: int, names: dict[str, int] | None = None) -> tuple[int, ...]:
    """Return the numbers that a field means: lists of numbers, ranges and steps."""
    result: set[int] = set()
    for part in field.split(","):
        spread, slash, step = part.partition("/")
        begin, dash, end = ("*", "", "") if spread == "*" else spread.partition("-")
        low = first if begin == "*" else _number(begin, first, last, names)
        # `5/10` begins at 5 and goes on to the end.
        is_open = begin == "*" or (slash and not dash)
        high = last if is_open else (_number(end, first, last, names) if dash else low)
        width = _number(step, 1, last, None) if slash else 1
        if high < low:
            # FRI-MON goes over the end of the week, 22-6 over midnight.
            result |= {*range(low, last + 1, width), *range(first, high + 1, width)}
        else:
            result |= set(range(low, high + 1, width))
    return tuple(sorted(result))


def _number(text: str, first: int, last: int, names: dict[str, int] | None) -> int:
    if names and text in names:
        return names[text]
    if not re.fullmatch(r"\d{1,4}", text) or not first <= int(text) <= last:
        raise ValueError(f"{text[:20]!r} is no number from {first} to {last}")
    return int(text)


def _weekday(year: int, month: int, day: int) -> int:
    return date(year, month, day).isoweekday() % 7 + 1


def _near_weekday(year: int, month: int, day: int) -> int:
    """Return the weekday nearest a day, within its month."""
    last, weekday = monthrange(year, month)[1], date(year, month, day).isoweekday()
    if weekday == 6:
        return day - 1 if day > 1 else day + 2
    if weekday == 7:
        return day + 1 if day < last else day - 2
    return day


def _wrong(text: str, reason: str) -> Wrong:
    return Wrong(f"Parameter ScheduleExpression is not valid: {text[:100]}: {reason}.", kind="schedule")
