"""Every view states its guard, also when it is "none"; one place enforces them, and a view without one is refused."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from flask import g, request

from hub.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from hub.web.client_auth import Client, KeyRing

View = TypeVar("View", bound="Callable[..., Any]")


@dataclass(frozen=True, slots=True)
class Guard:
    """What a view asks for. ability "": nothing, for the reason given."""

    ability: str = ""
    kind: str | None = None
    loopback: bool = False  # callers on this machine need no key
    reason: str = ""


def client_required(kind: str | None, ability: str) -> Callable[[View], View]:
    """Only clients with the ability (for the kind)."""
    return _stating(Guard(ability, kind))


def loopback_or_client(ability: str) -> Callable[[View], View]:
    """Callers on this machine, and clients with the ability."""
    return _stating(Guard(ability, loopback=True))


def no_guard(reason: str) -> Callable[[View], View]:
    """Everybody, for this reason."""
    return _stating(Guard(reason=reason))


def _stating(guard: Guard) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.guard = guard  # type: ignore[attr-defined]
        return view

    return mark


def enforce(app: Flask, keys: KeyRing) -> None:
    """Check the guard of the view before every request; the client is `g.client` then."""

    @app.before_request
    def check() -> None:
        if request.endpoint is None:
            return  # nothing is there: the answer is 404 or 405
        view: Any = app.view_functions[request.endpoint]
        guard: Guard = view.guard
        if guard.ability and not (guard.loopback and _is_loopback()):
            g.client = _client(guard, keys)
            structlog.contextvars.bind_contextvars(client=g.client.name)


def check_stated(app: Flask) -> None:
    """Refuse to start with a view that states no guard."""
    silent = [name for name, view in app.view_functions.items() if not isinstance(getattr(view, "guard", None), Guard)]
    if silent:
        raise RuntimeError(f"these views state no guard: {', '.join(sorted(silent))}")


def _client(guard: Guard, keys: KeyRing) -> Client:
    client = keys.client(request.headers.get("Authorization", ""))
    if client is None:
        raise Refusal("unauthenticated")
    if not client.scope.allows(guard.ability, guard.kind):
        raise Refusal("not_allowed")
    return client


def _is_loopback() -> bool:
    """A call that came through a proxy on this machine is not from this machine."""
    if "Forwarded" in request.headers or "X-Forwarded-For" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
