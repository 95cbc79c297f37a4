"""Units as people write them, nearest names for unknown ones, and nothing that hangs."""

from __future__ import annotations

import asyncio
import time

import pytest

from agent.tools import Outcome


@pytest.mark.parametrize(
    ("value", "unit", "to", "result"),
    [
        (5, "furlongs", "metres", "1005.842012"),
        (20, "C", "F", "68"),
        (72, "degrees Fahrenheit", "celsius", "22.22222222"),
        (60, "miles per hour", "m/s", "26.8224"),
        (100, "km/h", "mph", "62.13711922"),
        (3, "square metres", "sq ft", "32.29173125"),
        (1, "nautical miles", "Kilometres", "1.852"),
        (1, "GB", "MB", "1000"),
        (12, "stone", "kg", "76.20351816"),
        (1, "m²", "cm^2", "10000"),
        (90, "minutes", "hours", "1.5"),
        (1, "light years", "km", "9.46073047258e12"),
    ],
)
async def test_units_are_read_as_people_write_them(run, value, unit, to, result):
    outcome = await run("convert", value=value, unit=unit, to=to)
    assert outcome.ok, outcome.content
    assert float(outcome.content.split(" = ")[1].split(" ")[0]) == pytest.approx(float(result), rel=1e-8)


async def test_an_unknown_unit_gets_the_nearest_names(run):
    outcome = await run("convert", value=12, unit="stonne", to="kilograms")
    assert outcome == Outcome(ok=False, content="There is no unit “stonne”. Nearest: tonne, stone.")


async def test_units_of_different_measures_are_told_apart_in_words(run):
    outcome = await run("convert", value=1, unit="km", to="kg")
    assert "“km” measures a length and “kg” measures a mass" in outcome.content


@pytest.mark.parametrize(
    "unit",
    ["9**9**9 m", "9**9**9", "m**9**9", "m^999", "m*" * 50, "", " ", "(m)", "m;import os", "a" * 10_000, "m/0", "漢"],
)
async def test_no_unit_keeps_pint_busy(run, unit):
    began = time.perf_counter()
    outcome = await run("convert", value=1, unit=unit, to="m")
    assert not outcome.ok
    assert time.perf_counter() - began < 2  # pint's import, once


@pytest.mark.parametrize("value", [float("inf"), float("nan"), "much", None])
async def test_only_finite_numbers_are_converted(run, value):
    assert not (await run("convert", value=value, unit="m", to="km")).ok


async def test_units_may_be_converted_at_the_same_time(run):
    outcomes = await asyncio.gather(*(run("convert", value=n, unit="miles", to="km") for n in range(20)))
    assert all(outcome.ok for outcome in outcomes)
