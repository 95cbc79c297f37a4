"""Date and time, with zones. What time it is comes from the clock that the tools are made with."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta, tzinfo

from ..chance import Clock
from ..errors import ToolError
from .base import Tool, tool
from .dates import date_of, shown, time_of
from .places import zone_of

YEARS = 5_000


def clock_tools(clock: Clock, zone: tzinfo | None = None) -> tuple[Tool, ...]:
    """The tools that know the time; `zone` is what “here” means, None for this machine's own."""

    def here() -> datetime:
        moment = datetime.fromtimestamp(clock.now() / 1000, zone)
        return moment if zone else moment.astimezone()

    @tool
    def now(place: str = "") -> str:
        """Tell the date and the time now, here or in a place: a city, a country with one zone, UTC, UTC+2."""
        if not place.strip() or place.strip().lower() == "here":
            moment = here()
            return f"{shown(moment.date())}, {moment:%H:%M} here ({_offset(moment)})"
        name, its = zone_of(place)
        moment = here().astimezone(its)
        return f"{shown(moment.date())}, {moment:%H:%M} in {name} ({_zoned(moment, name)})"

    @tool
    def convert_time(time: str, place: str, to: str, date: str = "today") -> str:
        """Tell what time it is in one place (`to`) when it is `time` in another (`place`) on a `date`.

        Times like 18:30 or 6:30 pm; dates like 2026-12-25 or today.
        """
        (origin, source), (name, target) = zone_of(place), zone_of(to)
        day = date_of(date, here().astimezone(source).date())
        try:
            start = datetime.combine(day, time_of(time), source)
            end = start.astimezone(target)
        except OverflowError:
            raise ToolError(f"{shown(day)} is too far away.") from None
        days = (end.date() - start.date()).days
        when = {0: "", 1: " the next day", -1: " the day before"}.get(days, f" on {shown(end.date())}")
        return (
            f"{start:%H:%M} in {origin} ({_offset(start)}) is {end:%H:%M}{when} in {name} ({_offset(end)}): "
            f"{_apart(start, end, name, origin)}. {shown(day)}"
        )

    @tool
    def days_between(start: str, end: str) -> str:
        """Count the days from one date to another. Dates like 2026-12-25, 25 December, today, Friday, Christmas."""
        today = here().date()
        first, last = date_of(start, today), date_of(end, today)
        days = (last - first).days
        weeks, rest = divmod(abs(days), 7)
        also = f" ({weeks} week{'s' * (weeks != 1)}{f' and {rest} day' + 's' * (rest != 1) if rest else ''})"
        return f"{days} day{'s' * (abs(days) != 1)}{also if weeks else ''} from {shown(first)} to {shown(last)}"

    @tool
    def add_to_date(date: str, days: int = 0, weeks: int = 0, months: int = 0, years: int = 0) -> str:
        """Tell the date, with its weekday, so many days, weeks, months or years after another (negative: before).

        All zero tells the weekday of the date itself. Dates like 2026-12-25, 25 December, today, Friday.
        """
        start = date_of(date, here().date())
        result = _later(start, days + 7 * weeks, months + 12 * years)
        return f"{shown(result)} ({result.isoformat()}, week {result.isocalendar().week})"

    return now, convert_time, days_between, add_to_date


def _later(day: date, days: int, months: int) -> date:
    if abs(days) > YEARS * 366 or abs(months) > YEARS * 12:
        raise ToolError(f"That is more than {YEARS:,} years away.")
    try:
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        last = calendar.monthrange(year, month + 1)[1]  # a month after 31 January is the last of February
        return date(year, month + 1, min(day.day, last)) + timedelta(days=days)
    except (OverflowError, ValueError):
        raise ToolError("That date lies outside the years 1 to 9999.") from None


def _offset(moment: datetime) -> str:
    text = f"{moment:%z}"[:5]
    return f"UTC{text[:3]}:{text[3:]}"


def _zoned(moment: datetime, name: str) -> str:
    key = str(moment.tzinfo)
    return _offset(moment) if key in (name, "UTC") else f"{key}, {_offset(moment)}"


def _apart(start: datetime, end: datetime, name: str, origin: str) -> str:
    gap = (end.utcoffset() or timedelta()) - (start.utcoffset() or timedelta())
    hours, minutes = divmod(abs(int(gap.total_seconds())) // 60, 60)
    if not hours and not minutes:
        return f"{name} and {origin} keep the same time"
    length = f"{hours} hour{'s' * (hours != 1)}" if hours else ""
    length += f"{' and ' if hours else ''}{minutes} minutes" if minutes else ""
    return f"{name} is {length} {'ahead of' if gap > timedelta() else 'behind'} {origin}"
