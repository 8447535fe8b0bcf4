"""How people write values into the portal's records, and what of it can be read. Pure."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from plugins.national_portal.formats import line

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_MONEY = 1_000_000_000_000
AGENCY = re.compile(r"[0-9]{3}(?:\.[0-9]{2}){2}\.[GH][0-9]{2}|[GH][0-9]{2}(?:\.[0-9]{1,4}){0,3}")
PROCEDURE = re.compile(rf"[0-9]\.[0-9]{{6}}(?:\.(?:{AGENCY.pattern}))?")
RESULT = re.compile(r"KQ\.[GH][0-9]{2}\.[0-9]{6}")
TOKEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:/@+-]{0,63}")
ADDRESS = re.compile(r"(?:https?:/)?/[^\x00-\x20\x7f]+")
IN_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+")


def number(given: Any, most: int) -> int | float | None:
    try:
        value = float(given)
    except (TypeError, ValueError):
        return None
    if not 0 <= value <= most:  # nor "nan"
        return None
    return int(value) if value.is_integer() else value


def whole(given: Any, most: int) -> int | None:
    amount = number(given, most)
    return None if amount is None else int(amount)


def money(given: Any) -> int | None:
    """Đồng, which have no parts: "20.000" and "20,000" are twenty thousand."""
    amount = given.strip() if isinstance(given, str) else given
    if isinstance(amount, str) and IN_THOUSANDS.fullmatch(amount):
        amount = re.sub("[.,]", "", amount)
    return whole(amount, MOST_MONEY)


def day(given: Any) -> str | None:
    """A date as we publish it, or as the portal's pages show it; another form is none."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        with suppress(ValueError):
            return datetime.strptime(line(given), form).strftime("%Y-%m-%d")  # noqa: DTZ007 (a day has no zone)
    return None


def matching(given: Any, form: re.Pattern[str]) -> str | None:
    """Return a code in its right form; another one would keep the whole procedure from coming down."""
    code = line(given, 2048)
    return code if form.fullmatch(code) else None


def listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []


def lines(given: Iterable[Any]) -> list[str]:
    return [words for one in given if (words := line(one))]
