"""Unit conversion by pint, which is imported at first use: it takes half a second."""

from __future__ import annotations

import difflib
import math
import re
import threading
from functools import cache
from typing import Any

from ..errors import ToolError
from .base import tool
from .figures import figure

# Anything else never reaches pint: it evaluates what it is given, and "9**9**9 m" keeps it busy for ever.
UNIT = re.compile(r"[A-Za-zµ°Ω_]{1,30}((\*|/|\^)([A-Za-zµ°Ω_]{1,30}|[1-4])){0,4}")
TEMPERATURES = {"c": "degC", "f": "degF", "k": "kelvin", "°c": "degC", "°f": "degF", "°k": "kelvin"}
ALSO = {
    "degC": "celsius, centigrade, degrees c, degree celsius, degrees celsius, degrees centigrade",
    "degF": "fahrenheit, degrees f, degree fahrenheit, degrees fahrenheit",
    "kelvin": "degrees kelvin",
    "km/hour": "km/h, kmh, kmph, kph",
    "m^2": "sqm, sq m",
    "km^2": "sq km",
    "foot^2": "sq ft, sqft",
    "foot": "', feets",
    "inch": '"',
    "cm^3": "cc",
    "fluid_ounce": "fl oz",
    "pound": "lbs",
    "metric_ton": "ton, tons",
    "hour": "hrs",
    "minute": "mins",
    "second": "sec, secs",
    "kilobyte": "kb",
    "megabyte": "mb",
    "gigabyte": "gb",
    "terabyte": "tb",
    "kilowatt_hour": "kwh",
    "kilocalorie": "kcal, kcals",
    "horsepower": "hp",
}
SPELLINGS = {name: unit for unit, names in ALSO.items() for name in names.split(", ")}
LOCK = threading.Lock()  # pint's caches are filled while it parses


@tool
def convert(value: float, unit: str, to: str) -> str:
    """Convert a quantity from one unit of measurement to another: `convert(5, "furlongs", "metres")`.

    Lengths, masses, temperatures, times, speeds, areas, volumes, energies, data and more; units may be combined
    as in km/hour or m^2. No currencies: those have no fixed rate.
    """
    if not math.isfinite(value):
        raise ToolError("The value must be a finite number.")
    temperature = unit.strip().lower() in TEMPERATURES and to.strip().lower() in TEMPERATURES
    with LOCK:
        source, target = _unit(unit, temperature), _unit(to, temperature)
        if source.dimensionality != target.dimensionality:
            raise ToolError(
                f"“{unit}” measures {_measure(source)} and “{to}” measures {_measure(target)}: "
                "one cannot be converted into the other."
            )
        try:
            result = _registry().Quantity(value, source).to(target).magnitude
        except Exception as error:
            raise ToolError(f"“{unit}” cannot be converted to “{to}”: {error}") from error
    return f"{figure(value)} {unit.strip()} = {figure(float(result), 10)} {to.strip()}"


def _unit(written: str, temperature: bool) -> Any:
    """The pint unit that is meant; raises ToolError with the nearest names."""
    registry = _registry()
    spelled = " ".join(written.split())
    if temperature:
        return registry.Unit(TEMPERATURES[spelled.lower()])
    listed = [SPELLINGS[key] for key in (spelled, spelled.lower()) if key in SPELLINGS]
    candidates = [*listed, _pinted(spelled), _pinted(spelled.lower())]
    for candidate in candidates:
        if candidate and UNIT.fullmatch(candidate) and (unit := _parsed(candidate)) is not None:
            return unit
    short = spelled if len(spelled) <= 40 else spelled[:40] + "…"
    nearest = difflib.get_close_matches(spelled[:40].lower().replace(" ", "_"), _names(), n=4, cutoff=0.7)
    hint = f" Nearest: {', '.join(nearest)}." if nearest else ""
    raise ToolError(f"There is no unit “{short}”.{hint}")


def _pinted(text: str) -> str:
    """“square metres per second” as pint writes it: metres^2/second."""
    text = text.replace("²", "^2").replace("³", "^3").replace("**", "^").replace("·", "*").replace("μ", "µ")
    text = re.sub(r"\s+per\s+", "/", text)
    text = re.sub(r"\b(?:square|sq\.?) ([A-Za-z]+)", r"\1^2", text)
    text = re.sub(r"\bcubic ([A-Za-z]+)", r"\1^3", text)
    text = re.sub(r"\s*([*/^])\s*", r"\1", text)
    return text.replace(" ", "_").replace("-", "_").rstrip(".")


def _parsed(text: str) -> Any:
    registry = _registry()
    candidates = [text]
    head, slash, rest = text.partition("/")
    if head.endswith("s"):  # nautical_miles, light_years
        candidates.append(head[:-1] + slash + rest)
    for candidate in candidates:
        try:
            return registry.Unit(candidate)
        except Exception:  # pint raises half a dozen kinds for what it cannot read
            continue
    return None


def _measure(unit: Any) -> str:
    powers = dict(unit.dimensionality)
    for name, known in MEASURES.items():
        if powers == known:
            return name
    return str(unit.dimensionality)


MEASURES: dict[str, dict[str, float]] = {
    "a length": {"[length]": 1},
    "an area": {"[length]": 2},
    "a volume": {"[length]": 3},
    "a mass": {"[mass]": 1},
    "a time": {"[time]": 1},
    "a temperature": {"[temperature]": 1},
    "a speed": {"[length]": 1, "[time]": -1},
    "an energy": {"[length]": 2, "[mass]": 1, "[time]": -2},
    "a power": {"[length]": 2, "[mass]": 1, "[time]": -3},
    "a pressure": {"[length]": -1, "[mass]": 1, "[time]": -2},
    "a force": {"[length]": 1, "[mass]": 1, "[time]": -2},
    "a plain number": {},
}


@cache
def _registry() -> Any:
    import pint

    make: Any = pint.UnitRegistry  # half-typed upstream
    return make(autoconvert_offset_to_baseunit=False, cache_folder=None)


@cache
def _names() -> tuple[str, ...]:
    """What to suggest: full names, for a slip in a symbol tells nothing about the one that was meant."""
    return tuple(sorted({str(name) for name in _registry()._units if len(name) > 2 and name.isascii()}))
