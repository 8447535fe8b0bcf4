"""How the ministry's software writes times, dates and addresses. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VIETNAM = timezone(timedelta(hours=7))
STAMP = "%d/%m/%Y %H:%M:%S"  # thoiGianThucHien, ngayTiepNhan
PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
CLOSING = time(17, 0)
SATURDAY = 5


@lru_cache(maxsize=4_096)  # one dossier is told several times, with the same times in it
def stamp(instant: str) -> str:
    """2026-05-11T08:30:00+07:00 -> 11/05/2026 08:30:00. Raises ValueError."""
    return datetime.fromisoformat(instant).astimezone(VIETNAM).strftime(STAMP)


def instant(text: str) -> datetime:
    """11/05/2026 08:30:00, or only the date -> an aware time. Raises ValueError."""
    written = text.strip()
    return datetime.strptime(written if ":" in written else f"{written} 00:00:00", STAMP).replace(tzinfo=VIETNAM)


def day(value: Any) -> str:
    """2026-05-11 -> 11.05.2026. Raises ValueError for anything but a whole date of the calendar."""
    if len(str(value)) != len("2026-05-11"):
        raise ValueError("not a date")
    return partial_day(value)


def partial_day(value: Any) -> str:
    """2026-05-11, 2026-05 or 2026 -> 11.05.2026, 05.2026 or 2026. Raises ValueError for what no calendar has."""
    found = PARTIAL.fullmatch(str(value))
    parts = [part for part in found.groups() if part] if found else []
    try:
        date.fromisoformat("-".join([*parts, "01", "01"][:3]))
    except ValueError:
        raise ValueError("not a date, not even a year") from None
    return ".".join(reversed(parts))


def place(value: Any) -> dict[str, str]:
    """One of our addresses -> {maTinh, maHuyen, maXa, dcChiTiet}. Raises ValueError."""
    if not isinstance(value, dict) or "province" not in value:
        raise ValueError("not an address")
    return {
        "maTinh": _code(value, "province"),
        "maHuyen": _code(value, "district"),
        "maXa": _code(value, "commune"),
        "dcChiTiet": str(value.get("detail", "")),
    }


def text(value: Any) -> str:
    """As it is. Raises ValueError for what is neither text nor number."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ValueError("not a text")  # noqa: TRY004 (what is wrong in a form is a ValueError)
    return str(value).strip()


def flag(value: Any) -> str:
    """Yes or no."""
    return "1" if value is True else "0"


def coded(table: Mapping[str, str]) -> Callable[[Any], str]:
    """By a code list."""

    def write(value: Any) -> str:
        try:
            return table[value]
        except (KeyError, TypeError):
            raise ValueError(f"none of {', '.join(table)}") from None

    return write


def working_days_after(start: datetime, days: int) -> datetime:
    """Return the closing hour of the last of so many working days; Saturdays and Sundays do not count."""
    at = start
    while days > 0:
        at += timedelta(days=1)
        days -= at.weekday() < SATURDAY
    return datetime.combine(at.date(), CLOSING, VIETNAM)


def _code(address: Mapping[str, Any], part: str) -> str:
    unit = address.get(part) or {}
    if not isinstance(unit, dict):
        raise ValueError("not an address")  # noqa: TRY004 (what is wrong in a form is a ValueError)
    return str(unit.get("code", ""))
