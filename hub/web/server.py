"""gunicorn with threads: one arbiter, `web_processes` workers, each with its own context and database connections.

The modules are imported before the fork, so that workers share their pages and start at once; the context is made
after it, since neither connections nor threads survive a fork.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from hub import observe
from hub.config import load
from hub.domain.bundling import FILES
from hub.domain.schemas import validate
from hub.web.app import create_app
from hub.web.server_log import Log
from hub.web.server_process import Worker
from hub.wiring import build

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from hub.config import Settings

KEEP_ALIVE_SECONDS = 30
CONNECTIONS = 2_000  # of one process, most of them idle
REQUEST_LINE = 8_190  # bytes
MARGIN_SECONDS = 1.0  # left of `stop_seconds` for the arbiter itself


def options(settings: Settings) -> dict[str, Any]:
    """Return gunicorn's settings."""
    return {
        "bind": settings.listen,
        "workers": settings.web_processes,
        "threads": settings.web_threads,
        "worker_class": Worker,
        "worker_connections": CONNECTIONS,
        "keepalive": KEEP_ALIVE_SECONDS,
        "graceful_timeout": max(1, int(settings.stop_seconds - MARGIN_SECONDS)),
        "timeout": 60,  # a process that says nothing for so long is replaced; requests may take longer
        "limit_request_line": REQUEST_LINE,
        "limit_request_fields": 60,
        "control_socket_disable": True,  # it would be one path for all hubs of this user
        "logger_class": Log,
        "accesslog": None,
        "proc_name": "lienthong-web",
        "preload_app": False,
        "child_exit": _forget,
    }


def serve(settings: Settings, *, listening: Callable[[], object] = lambda: None) -> None:
    """Serve until SIGTERM; then finish what was begun, at most `stop_seconds`.

    listening: called once the port is ours.
    """
    for kind in FILES:
        validate(kind, {})  # compiles the schemas before the fork
    observe.metrics()
    server = Server(settings)
    server.cfg.set("when_ready", lambda _server: listening())
    server.run()


def application() -> Flask:
    """Make the app from the environment, for a gunicorn that is started by itself (deploy/gunicorn.conf.py)."""
    settings = load()
    observe.set_up_metrics(settings.metrics_directory)
    observe.set_up_logging(settings.log_level, settings.log_format)
    return create_app(build(settings))


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """The hub as gunicorn sees it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__(prog="hub serve")

    def load_config(self) -> None:
        """Take our settings, none from files or the command line."""
        for name, value in options(self.settings).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the app; called in every worker after the fork."""
        return create_app(build(self.settings))


def _forget(_server: Any, worker: Any) -> None:
    observe.forget_process(worker.pid)
