"""Times as the hub keeps them: RFC 3339 at +07:00, whole seconds, milliseconds only where some were given.

Kept times sort as text: same offset, same width, and "+" comes before ".".
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Final

VIETNAM: Final = timezone(timedelta(hours=7), "+07:00")
"""Vietnamese time; there has been no other offset since 1975 and no summer time."""

_KEPT_LENGTH: Final = len("2026-05-11T08:30:00+07:00")


def canonical(text: str) -> str:
    """The kept form of an RFC 3339 time with any offset; raises ValueError."""
    return text if is_kept(text) else written(datetime.fromisoformat(text))


def is_kept(text: str) -> bool:
    """Tell whether a valid time is in the kept form as it is; one with a fraction is not said to be."""
    return len(text) == _KEPT_LENGTH and text.endswith("+07:00")


def written(moment: datetime) -> str:
    """An aware time in the kept form."""
    if moment.tzinfo is None:
        raise ValueError("a time without offset means nothing")
    local = moment.astimezone(VIETNAM)
    return local.isoformat(timespec="milliseconds" if local.microsecond >= 1000 else "seconds")  # noqa: PLR2004 - one ms


def read(text: str) -> datetime:
    """An aware time at +07:00 from any RFC 3339 text; raises ValueError."""
    return datetime.fromisoformat(text).astimezone(VIETNAM)
