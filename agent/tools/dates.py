"""Dates and times of day as people write them."""

from __future__ import annotations

import calendar
import re
from datetime import date, time, timedelta

from ..errors import ToolError

MONTHS = tuple(calendar.month_name)[1:]  # of the C locale: nothing here sets another
WEEKDAYS = tuple(calendar.day_name)
FEASTS = {
    "christmas": (12, 25),
    "christmas day": (12, 25),
    "christmas eve": (12, 24),
    "boxing day": (12, 26),
    "new year": (1, 1),
    "new years": (1, 1),
    "new year's": (1, 1),
    "new year's day": (1, 1),
    "new year's eve": (12, 31),
    "halloween": (10, 31),
    "valentine's day": (2, 14),
}


def date_of(text: str, today: date) -> date:
    """The day that is meant by 2026-12-25, 25 December 2026, Dec 25, 25.12.2026, tomorrow, Friday or Christmas.

    Without a year it is the next such day. Raises ToolError.
    """
    wanted = " ".join(text.lower().replace(",", " ").replace("’", "'").split())[:60]
    wanted = re.sub(r"^(?:on |the |this |next |coming )+", "", wanted)
    try:
        return _day(wanted, today)
    except (ValueError, OverflowError):
        raise ToolError(f"“{text.strip()[:60]}” is not a date that I can read; write it like 2026-12-25.") from None


def time_of(text: str) -> time:
    """The time of day that is meant by 18:30, 6:30 pm, 6pm, 18h30, noon or midnight; raises ToolError."""
    wanted = text.strip().lower().replace(".", ":").replace(" ", "").removesuffix("oclock").removesuffix("o'clock")
    if wanted in ("noon", "midday", "midnight"):
        return time(0 if wanted == "midnight" else 12)
    wanted = wanted.replace("p:m:", "pm").replace("a:m:", "am").replace("p:m", "pm").replace("a:m", "am")
    found = re.fullmatch(r"(\d{1,2})(?:[:h](\d{2}))?(?::\d{2})?(am|pm|h|uhr)?", wanted)
    if found:
        hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
        if half in ("am", "pm") and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "pm" else 0)
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise ToolError(f"“{text.strip()[:60]}” is not a time of day that I can read; write it like 18:30.")


def shown(day: date) -> str:
    """Saturday, 21 November 2026."""
    return f"{WEEKDAYS[day.weekday()]}, {day.day} {MONTHS[day.month - 1]} {day.year}"


def _day(text: str, today: date) -> date:
    if text in ("today", "now", "tomorrow", "yesterday"):
        return today + timedelta(days={"tomorrow": 1, "yesterday": -1}.get(text, 0))
    weekdays = [name.lower() for name in WEEKDAYS]
    if text in weekdays:
        return today + timedelta(days=(weekdays.index(text) - today.weekday() - 1) % 7 + 1)
    for feast, (month, day) in FEASTS.items():
        if text == feast or re.fullmatch(re.escape(feast) + r" \d{4}", text):
            return _dated(text[len(feast) :].strip(), month, day, today)
    text = re.sub(rf"^(?:{'|'.join(weekdays)}) ", "", text)
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})?", text):
        return _dated(found[3], int(found[2]), int(found[1]), today)
    if found := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th|\.)?(?: of)? ([a-z]{3,9})\.?(?: (\d{4}))?", text):
        return _dated(found[3], _month(found[2]), int(found[1]), today)
    if found := re.fullmatch(r"([a-z]{3,9})\.? (?:the )?(\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?", text):
        return _dated(found[3], _month(found[1]), int(found[2]), today)
    raise ValueError(text)


def _month(name: str) -> int:
    for number, month in enumerate(MONTHS, 1):
        if month.lower().startswith(name) or (name == "sept" and number == 9):
            return number
    raise ValueError(name)


def _dated(year: str | None, month: int, day: int, today: date) -> date:
    if year:
        return date(int(year), month, day)
    for later in range(9):  # 29 February may be eight years away
        try:
            found = date(today.year + later, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise ValueError(f"{day}.{month}.")
