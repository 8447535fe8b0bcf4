"""Quiet hours: nobody is woken by the state. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))


def seconds_left(now: datetime, *, start: str, end: str) -> float:
    """Return how long the quiet hours still last ("HH:MM" each, local time); 0 outside them or when start is end."""
    local = now.astimezone(VIETNAM)
    first, last = time.fromisoformat(start), time.fromisoformat(end)
    clock = local.time()
    over_midnight = first > last
    quiet = (clock >= first or clock < last) if over_midnight else (first <= clock < last)
    if not quiet:
        return 0.0
    over = local.replace(hour=last.hour, minute=last.minute, second=0, microsecond=0)
    if over <= local:
        over += timedelta(days=1)
    return (over - local).total_seconds()
