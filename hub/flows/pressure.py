"""Backpressure: while the disk is nearly full or a channel's backlog too large, intake is refused, politely.

What was accepted stays; reading, the feed and delivering go on, so a backlog shrinks and intake opens by itself. The
disk is looked at by every write (one system call). The backlog is looked at beside the requests: the first write that
finds the last look too old has another made and goes by the last one itself.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from hub.store import channels, delivery_views, queue_views

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.config import Settings
    from hub.flows.context import Context

log = structlog.get_logger("hub.pressure")

DISK, BACKLOG = "disk", "backlog"
NAME = "pressure"  # of the thread that looks
LOOK_SECONDS = 2.0  # between two looks at the backlog
SHARE = 50  # a look that takes long is made less often: at most this part of the time goes into looking
RETRY_SECONDS = {DISK: 30, BACKLOG: 15}


@dataclass(frozen=True, slots=True)
class Pressed:
    """Why intake is closed, and when to come again."""

    by: str  # disk | backlog
    retry_after: int
    channel: str = ""


def disk_is_low(settings: Settings) -> bool:
    """Tell whether less is free than `disk_minimum` where the data lies; unknown places are never low."""
    directory = _directory(settings)
    if directory is None or not settings.disk_minimum:
        return False
    try:
        state = os.statvfs(directory)
    except OSError:
        return False
    return state.f_bavail * state.f_frsize < settings.disk_minimum


def _directory(settings: Settings) -> Path | None:
    if settings.disk_directory:
        return settings.disk_directory
    if settings.engine != "sqlite":
        return None  # the database's disk is on another machine; see `disk_directory`
    return _beside(settings.database_url)


@cache
def _beside(url: str) -> Path:
    """Return the folder of a database file; every request asks."""
    return Path(url.partition(":///")[2] or ".").parent


class Pressure:
    """One per process; thread-safe."""

    def __init__(self, context: Context, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._context = context
        self._seconds = seconds
        self._looking = threading.Lock()
        self._due = 0.0
        self._backlog: Pressed | None = None

    def now(self) -> Pressed | None:
        """Return why nothing may come in now, or None."""
        if disk_is_low(self._context.settings):
            return Pressed(DISK, RETRY_SECONDS[DISK])
        if self._seconds() >= self._due and self._looking.acquire(blocking=False):
            threading.Thread(target=self._look, name=NAME, daemon=True).start()
        return self._backlog

    @staticmethod
    def finish(seconds: float = 5.0) -> None:
        """Wait for a look that is under way: the database is about to be left."""
        for thread in threading.enumerate():
            if thread.name == NAME:
                thread.join(seconds)

    def _look(self) -> None:
        begun = self._seconds()
        try:
            found = look(self._context)
            if (found is None) != (self._backlog is None):
                log.warning("intake.closed" if found else "intake.open", channel=found.channel if found else None)
            self._backlog = found
        except SQLAlchemyError as problem:
            log.warning("store.trouble", problem=type(problem).__name__)
        finally:
            self._due = self._seconds() + max(LOOK_SECONDS, SHARE * (self._seconds() - begun))
            self._looking.release()


def look(context: Context) -> Pressed | None:
    """Find a channel whose backlog is too old or too large: index look-ups that stop counting at the limit."""
    settings = context.settings
    with context.store.reading() as connection:
        for row in channels.every(connection):
            name = str(row["name"])
            since = delivery_views.oldest_waiting(connection, name) if settings.backlog_seconds else None
            if since is not None and context.now() - since > settings.backlog_seconds * 1000:
                return Pressed(BACKLOG, RETRY_SECONDS[BACKLOG], name)
            limit = settings.backlog_limit
            if limit and queue_views.waiting(connection, name, most=limit) >= limit:
                return Pressed(BACKLOG, RETRY_SECONDS[BACKLOG], name)
    return None
