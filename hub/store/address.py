"""How PostgreSQL is reached: one server, or several of which one writes (a primary and its replicas).

Several are written as SQLAlchemy wants it, `…@/name?host=a:5432&host=b:5432`, or `…?host=a,b&port=5432,5432`. Whoever
connects asks each in turn and stays with the one that takes writes: after a failover everybody finds the new primary.
A machine that vanished without a word is noticed by both sides within `KEEPALIVE`, not after the hours of the system.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine
    from sqlalchemy.engine import URL, Dialect, ExceptionContext
    from sqlalchemy.engine.interfaces import DBAPIConnection

CONNECT_SECONDS, CONNECT_SECONDS_EACH = 5, 3  # of the only server; of each of several
KEEPALIVE: Mapping[str, int] = {"idle": 10, "interval": 5, "count": 3}
UNANSWERED_MS = 20_000  # data that the other side's system did not confirm

READ_ONLY = "25006"


def arguments(url: URL, *, pooled: bool = False) -> dict[str, Any]:
    """Return what the hub adds when it connects to `url`; what the URL itself says stands."""
    hosts = _libpq(url).get("host", "")
    several = "," in hosts
    added: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS_EACH if several else CONNECT_SECONDS,
        "application_name": "lienthong",
        "tcp_user_timeout": UNANSWERED_MS,
        **{f"keepalives_{name}": value for name, value in KEEPALIVE.items()},
    }
    if several:
        added["target_session_attrs"] = "read-write"
    if not pooled:  # the server must not keep the locks of a machine that is gone; a pooler refuses `options`
        server = {f"tcp_keepalives_{name}": value for name, value in KEEPALIVE.items()}
        server["tcp_user_timeout"] = UNANSWERED_MS
        added["options"] = " ".join(f"-c {name}={value}" for name, value in server.items())
    return {name: value for name, value in added.items() if name not in url.query}


def connection_string(url: URL, *, pooled: bool = False) -> str:
    """Return the same address as libpq and its programs read it, with what the hub adds and without the password."""
    given = _libpq(url)
    given.pop("password", None)
    return make_conninfo("", **arguments(url, pooled=pooled) | given)


def _libpq(url: URL) -> dict[str, Any]:
    """Let SQLAlchemy say what it passes on to psycopg: it takes hosts and ports apart."""
    _, given = url.get_dialect()().create_connect_args(url)
    return {name: value for name, value in given.items() if name != "context"}


def watch(engine: Engine) -> None:
    """Let an engine connect as `_connect` does, and leave servers that take no writes."""
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "handle_error", _leave_a_replica)


def _connect(dialect: Dialect, _record: object, words: Any, names: Any) -> DBAPIConnection:
    """Connect; psycopg itself says OSError when the process may open no more files."""
    try:
        return dialect.connect(*words, **names)
    except OSError as problem:
        raise psycopg.OperationalError(str(problem)) from problem


def _leave_a_replica(context: ExceptionContext) -> None:
    """A server that takes no writes has become a replica: its connections are let go, the next finds the primary."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True
