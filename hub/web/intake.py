"""Closes the doors under pressure: writes and partners' calls get 503 or 429 and when to come again.

What comes in singly is noted, so that batches give way to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, g, request

from hub.domain.scope import WRITE
from hub.flows.pressure import DISK
from hub.web.refusal import Refusal

if TYPE_CHECKING:
    from flask import Flask

    from hub.flows.pressure import Pressure
    from hub.web.courtesy import Courtesy

HOOKS = "hooks"  # the room whose views are calls of partners
BATCH = "batch"


def guard(app: Flask, pressure: Pressure, courtesy: Courtesy) -> None:
    """Check before every request that would bring something in (after the guards: strangers learn nothing)."""

    @app.before_request
    def check_intake() -> None:
        if request.blueprint == HOOKS or _writes():
            check(pressure)
            if request.blueprint != BATCH:
                g.single = courtesy.begin(g.client.name if "client" in g else "")

    @app.teardown_request
    def end_single(_error: BaseException | None) -> None:
        if (token := g.pop("single", None)) is not None:
            courtesy.end(token)


def check(pressure: Pressure) -> None:
    """Raises Refusal while nothing may come in."""
    pressed = pressure.now()
    if pressed is None:
        return
    code = "storage_full" if pressed.by == DISK else "backlog_full"
    raise Refusal(code, headers={"Retry-After": str(pressed.retry_after)}, retry_after=pressed.retry_after)


def _writes() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(getattr(view, "guard", None), "ability", "") == WRITE
