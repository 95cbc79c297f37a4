"""Times in zones and days of the calendar, from a clock that stands still."""

from __future__ import annotations

import pytest

from agent.tools import Outcome


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("", "Tuesday, 20 October 2026, 12:00 here (UTC+00:00)"),
        ("Tokyo", "Tuesday, 20 October 2026, 21:00 in Tokyo (Asia/Tokyo, UTC+09:00)"),
        ("new york", "Tuesday, 20 October 2026, 08:00 in New York (America/New_York, UTC-04:00)"),
        ("Paris, France", "Tuesday, 20 October 2026, 14:00 in Paris (Europe/Paris, UTC+02:00)"),
        ("UTC+5:30", "Tuesday, 20 October 2026, 17:30 in UTC+05:30 (UTC+05:30)"),
        ("Europe/Berlin", "Tuesday, 20 October 2026, 14:00 in Europe/Berlin (UTC+02:00)"),
        ("Munich", "Tuesday, 20 October 2026, 14:00 in Munich (Europe/Berlin, UTC+02:00)"),
    ],
)
async def test_it_tells_the_time_in_a_place(run, place, said):
    assert await run("now", place=place) == Outcome(ok=True, content=said)


async def test_an_unknown_place_gets_the_nearest_names(run):
    assert (await run("now", place="Tokio")).content.endswith("Nearest: Tokyo.")


@pytest.mark.parametrize("place", ["../../etc/passwd", "/etc/localtime", "UTC+99", "a\0b", "x" * 10_000, "Atlantis"])
async def test_hostile_places_are_only_unknown(run, place):
    outcome = await run("now", place=place)
    assert not outcome.ok
    assert outcome.content.startswith("There is no place")


async def test_a_time_is_told_in_another_zone_with_its_day(run):
    outcome = await run("convert_time", time="6:30 pm", place="Berlin", to="Tokyo")
    assert outcome.content.startswith(
        "18:30 in Berlin (UTC+02:00) is 01:30 the next day in Tokyo (UTC+09:00): Tokyo is 7"
    )
    winter = await run("convert_time", time="18:30", place="Berlin", to="Tokyo", date="2026-12-01")
    assert "Tokyo is 8 hours ahead of Berlin" in winter.content


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("today", "Christmas", "66 days"),
        ("2026-05-01", "3 June 2026", "33 days"),
        ("tomorrow", "yesterday", "-2 days"),
        ("today", "Friday", "3 days"),
        ("Dec 25", "new year", "7 days"),
        ("1.1.2026", "1 Jan 2027", "365 days"),
    ],
)
async def test_days_are_counted(run, start, end, days):
    assert (await run("days_between", start=start, end=end)).content.startswith(days)


async def test_months_end_where_they_end(run):
    assert (await run("add_to_date", date="2027-01-31", months=1)).content.startswith("Sunday, 28 February 2027")
    assert (await run("add_to_date", date="29 February")).content.startswith("Tuesday, 29 February 2028")


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("add_to_date", {"date": "today", "days": 10**12}),
        ("add_to_date", {"date": "9999-12-31", "days": 1}),
        ("add_to_date", {"date": "2026-02-30"}),
        ("add_to_date", {"date": "x" * 10_000}),
        ("days_between", {"start": "0000-00-00", "end": "today"}),
        ("days_between", {"start": "٣", "end": "²"}),
        ("convert_time", {"time": "25:00", "place": "Berlin", "to": "Tokyo"}),
        ("convert_time", {"time": "23:00", "place": "Berlin", "to": "Tokyo", "date": "9999-12-31"}),
    ],
)
async def test_dates_that_are_none_are_refused_in_a_sentence(run, name, args):
    outcome = await run(name, **args)
    assert not outcome.ok
    assert "failed:" not in outcome.content
