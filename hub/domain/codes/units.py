"""Codes of provinces, districts and communes: what a code means depends on the day.

On 1 July 2025 the districts were abolished and about 10,600 communes became 3,321; nearly every new code had been in
use before, for another extent (Decision 19/2025/QĐ-TTg). So a commune is known by its code *and* a day.
"""

from __future__ import annotations

from datetime import date
from typing import Final

REFORM: Final = date(2025, 7, 1)
"""First day of the units of today."""


def had_districts(on: date) -> bool:
    """Whether an address of that day has a district."""
    return on < REFORM


def same_commune(code: str, on: date, other_code: str, other_on: date) -> bool:
    """Whether two commune codes, each of its day, certainly mean the same commune.

    Across the reform they never certainly do, even when the code is the same: the extent differs.
    """
    return code == other_code and had_districts(on) == had_districts(other_on)
