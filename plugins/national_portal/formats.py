"""How the portal writes times, numbers and codes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from hub.sdk import Unmappable
from plugins.national_portal.codes import LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping

HANOI = timezone(timedelta(hours=7))  # Asia/Ho_Chi_Minh has had no other offset since 1975
STAMP = "%Y%m%d%H%M%S"
OLD_AGENCY = re.compile(r"[0-9]{3}(?:\.[0-9]{2}){2}\.[GH][0-9]{2}", re.ASCII)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
SIX_DIGITS, EIGHT_DIGITS = 6, 8


@lru_cache(maxsize=4_096)  # one dossier is told several times, with the same times in it
def stamp(instant: str | None) -> str:
    """RFC 3339 to `yyyyMMddHHmmss`; nothing stays nothing."""
    return datetime.fromisoformat(instant).astimezone(HANOI).strftime(STAMP) if instant else ""


def instant(stamped: Any) -> str | None:
    """`yyyyMMddHHmmss` to RFC 3339; nothing stays nothing. Raises Unmappable."""
    if not stamped:
        return None
    try:
        # strptime would take "2026511083000" as well
        if len(stamped) != len("yyyyMMddHHmmss") or not (stamped.isascii() and stamped.isdigit()):
            raise ValueError
        return datetime.strptime(stamped, STAMP).replace(tzinfo=HANOI).isoformat()
    except (TypeError, ValueError):
        raise Unmappable("A time of the portal is not yyyyMMddHHmmss.") from None


def day_of_number(number: str) -> str:
    """The day a dossier number was issued, as `yyyyMMdd000000`: the last resort for a time the portal demands."""
    digits = number.rsplit("-", 2)[-2] if number.count("-") > 1 else ""
    full = {SIX_DIGITS: f"20{digits}", EIGHT_DIGITS: digits}.get(len(digits), "")
    return f"{full}000000" if full else ""


def cut(field: str, text: str | None) -> str:
    """The text, not longer than the portal allows for the field."""
    return (text or "")[: LIMITS[field]]


def line(value: Any, most: int = 500) -> str:
    """What the portal says, on one line without control characters; what is no text is nothing."""
    return " ".join(CONTROL.sub(" ", text(value)).split())[:most].rstrip()


def text(value: Any, most: int = 20_000) -> str:
    """What the portal says, with its line breaks; what is no text is nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return CONTROL.sub(" ", str(value).replace("\r\n", "\n").replace("\r", "\n")).strip()[:most].rstrip()


def flag(yes: object) -> str:
    """`"1"` or `"0"`."""
    return "1" if yes else "0"


def canonical_code(code: Any) -> str | None:
    """`0`, `"0"` and `"00"` are one code; None: not a code at all."""
    if isinstance(code, bool) or not isinstance(code, int | str):
        return None
    text = str(code).strip()
    return str(int(text)) if re.fullmatch(r"-?[0-9]{1,9}", text, re.ASCII) else text or None


def canonical_agency(agency: str) -> str:
    """`000.17.22.H56` to `H56.22.17`; other forms stay."""
    if not OLD_AGENCY.fullmatch(agency):
        return agency
    return ".".join(group for group in reversed(agency.split(".")) if group.strip("0"))


def canonical_number(number: str) -> str:
    """A dossier number with its agency in the new form: how the hub keys it."""
    agency, dash, rest = number.partition("-")
    return f"{canonical_agency(agency)}{dash}{rest}"


def has_phrase(message: str, phrase: str) -> bool:
    """Whether the message holds the words, in any case and either Unicode form."""
    return phrase in unicodedata.normalize("NFC", message).casefold()


def names_number(message: str, number: str) -> bool:
    """Whether the message names this very number, not one that contains it."""
    return re.search(rf"(?<![\w.-]){re.escape(number)}(?![\w-])", message) is not None


def digest(value: Any, *, length: int = 16) -> str:
    """A short fingerprint of any JSON value."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:length]


def same(ours: Mapping[str, Any], held: Mapping[str, Any]) -> bool:
    """Whether the portal holds our fields with our values; null and "" are one, further fields do not matter."""
    return all((held.get(name) or "") == (value or "") for name, value in ours.items())
