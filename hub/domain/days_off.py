"""Public holidays of Vietnam: those of the `holidays` package, then the hub's own table of what it lacks.

The package was chosen for its lunar calendar and its swapped days; swaps are decided each year by official letter, and
some come too late for it: those stand in `data/calendar_overrides.json` with the letter that decided them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import orjson
from holidays import country_holidays

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class DaysOff:
    """One year: days off by their Vietnamese names, and Saturdays worked in exchange for one of them."""

    off: Mapping[date, str]
    worked: frozenset[date]


@cache
def days_off(year: int) -> DaysOff:
    """Holidays and worked Saturdays of a year: the package's, then the overrides."""
    known = country_holidays("VN", years=year, language="vi")
    off = {day: name for day, name in known.items() if day.year == year}
    worked = {day for day in known.weekend_workdays if day.year == year}
    for entry in _overrides():
        day = date.fromisoformat(entry["date"])
        if day.year == year and entry["kind"] == "off":
            off[day] = entry["name"]
            worked.discard(day)
        elif day.year == year:
            worked.add(day)
            off.pop(day, None)
    return DaysOff(off, frozenset(worked))


def day_off_name(day: date) -> str | None:
    """The Vietnamese name of the holiday on a day, or None."""
    return days_off(day.year).off.get(day)


@cache
def _overrides() -> list[dict[str, str]]:
    table = orjson.loads(files("hub.domain").joinpath("data/calendar_overrides.json").read_bytes())
    days: list[dict[str, str]] = table["days"]
    return days
