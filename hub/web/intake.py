"""Closes the doors under pressure: writes and partners' calls get 503 or 429 and when to come again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, request

from hub.domain.scope import WRITE
from hub.flows.pressure import DISK
from hub.web.refusal import Refusal

if TYPE_CHECKING:
    from flask import Flask

    from hub.flows.pressure import Pressure

HOOKS = "hooks"  # the room whose views are calls of partners


def guard(app: Flask, pressure: Pressure) -> None:
    """Check before every request that would bring something in (after the guards: strangers learn nothing)."""

    @app.before_request
    def check_intake() -> None:
        if request.blueprint == HOOKS or _writes():
            check(pressure)


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
