"""Which time zone a place keeps: the cities of the time zone database, and names that people use instead."""

from __future__ import annotations

import difflib
import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from ..errors import ToolError

OFFSET = re.compile(r"(?:utc|gmt)?\s*([+\-−])\s*(\d{1,2})(?::?(\d{2}))?")
ALSO = {
    "Europe/Berlin": "germany munich hamburg cologne frankfurt stuttgart leipzig dresden bonn",
    "Europe/London": "uk england scotland britain great_britain edinburgh manchester glasgow",
    "Europe/Paris": "france lyon marseille toulouse",
    "Europe/Madrid": "spain barcelona valencia seville",
    "Europe/Rome": "italy milan naples turin florence",
    "Europe/Zurich": "switzerland zürich geneva basel bern",
    "Europe/Vienna": "austria wien salzburg graz",
    "Europe/Amsterdam": "netherlands rotterdam the_hague holland",
    "Europe/Brussels": "belgium antwerp",
    "Europe/Lisbon": "portugal porto",
    "Europe/Warsaw": "poland krakow",
    "Europe/Kyiv": "ukraine",
    "Europe/Stockholm": "sweden gothenburg",
    "Europe/Athens": "greece",
    "Europe/Istanbul": "turkey ankara",
    "America/New_York": "nyc ny boston washington washington_dc philadelphia miami atlanta eastern_time edt et",
    "America/Chicago": "dallas houston austin cst cdt central_time texas",
    "America/Denver": "mdt mountain_time salt_lake_city colorado",
    "America/Los_Angeles": "la california las_vegas pacific_time pdt pst pt san_diego san_francisco seattle sf",
    "America/Sao_Paulo": "brazil rio rio_de_janeiro são_paulo brasilia",
    "America/Mexico_City": "mexico",
    "America/Argentina/Buenos_Aires": "argentina",
    "America/Toronto": "ottawa montreal",
    "Asia/Tokyo": "japan osaka kyoto jst",
    "Asia/Shanghai": "china beijing shenzhen peking",
    "Asia/Hong_Kong": "hongkong",
    "Asia/Kolkata": "india delhi new_delhi mumbai bombay bangalore bengaluru chennai hyderabad ist",
    "Asia/Seoul": "korea south_korea",
    "Asia/Ho_Chi_Minh": "hanoi vietnam",
    "Asia/Dubai": "uae abu_dhabi",
    "Asia/Riyadh": "saudi_arabia",
    "Asia/Jerusalem": "israel",
    "Africa/Johannesburg": "south_africa cape_town",
    "Africa/Cairo": "egypt",
    "Africa/Nairobi": "kenya",
    "Africa/Lagos": "nigeria",
    "Australia/Sydney": "canberra aest aedt",
    "Pacific/Auckland": "new_zealand wellington",
    "Etc/UTC": "utc gmt zulu z",
}


def zone_of(place: str) -> tuple[str, tzinfo]:
    """The place's name as people write it, and its zone; raises ToolError with the nearest names."""
    wanted = " ".join(place.replace("_", " ").split())[:60]
    key = wanted.lower().removesuffix(" time").removeprefix("the ")
    if offset := OFFSET.fullmatch(key):
        sign, hours, minutes = offset.groups()
        shift = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if shift <= timedelta(hours=14):
            name = f"UTC{'+' if sign == '+' else '-'}{int(hours):02}:{int(minutes or 0):02}"
            return name, timezone(shift if sign == "+" else -shift, name)
    for name in (key, *key.split(", ")[:1]):  # Paris, France
        if name in _zones():
            zone = _zones()[name]
            shown = "UTC" if zone == "Etc/UTC" else wanted if "/" in wanted else _titled(name)
            return shown, UTC if zone == "Etc/UTC" else ZoneInfo(zone)
    nearest = [_titled(name) for name in difflib.get_close_matches(key, _zones(), n=3, cutoff=0.7)]
    hint = f" Nearest: {', '.join(nearest)}." if nearest else " A larger city nearby may help."
    raise ToolError(f"There is no place “{wanted}” with a time zone that I know.{hint}")


@cache
def _zones() -> dict[str, str]:
    """What may be written, in lower case, → the zone's key. Keys only ever come from here: they name files."""
    zones: dict[str, str] = {}
    for key in sorted(available_timezones()):
        zones[key.lower().replace("_", " ")] = key
        area, _, city = key.rpartition("/")
        if area not in ("Etc", "SystemV", "posix", "right"):
            zones.setdefault(city.lower().replace("_", " "), key)
    for key, names in ALSO.items():
        if key in zones.values():
            zones |= {name.replace("_", " "): key for name in names.split()}
    return zones


def _titled(name: str) -> str:
    small = {"of", "de", "da"}
    if len(name) <= 3 and " " not in name:
        return name.upper()
    return " ".join(word if word in small else word[:1].upper() + word[1:] for word in name.split())
