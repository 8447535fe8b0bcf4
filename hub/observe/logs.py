"""Structured logs: JSON lines for machines or lines for people, secrets and persons hidden."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, TextIO

import orjson
import structlog

from hub.observe.tracebacks import HIDDEN, told

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

VIETNAM = timezone(timedelta(hours=7))
MASKED = frozenset(
    {
        *("authorization", "cookie", "set-cookie", "api_key", "secret_key", "credentials", "dsn", "database_url"),
        *("applicant", "submitter", "party", "contact", "sender", "receiver", "officer", "identities", "identity"),
        *("phone", "email", "fax", "address", "birth_date", "personal_id", "full_name", "content", "note", "summary"),
        *("document", "body", "payload", "mapped", "item", "items", "form", "attachment", "attachments"),
    }
)
MASKED_ENDINGS = ("password", "secret", "token")


def set_up_logging(level: str = "info", form: str = "json", *, stream: TextIO | None = None) -> None:
    """Write the log of the hub and of its libraries to `stream` (standard error) as JSON lines or for people."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _add_time,
        mask,
        structlog.processors.StackInfoRenderer(),
    ]
    last: list[Any] = (
        [structlog.processors.ExceptionRenderer(_traceback), structlog.processors.JSONRenderer(serializer=_as_json)]
        if form == "json"
        else [structlog.dev.ConsoleRenderer(exception_formatter=_write_traceback)]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in ("urllib3", "zeep", "alembic"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


@contextmanager
def bound(**ids: Any) -> Iterator[None]:
    """Add ids (request_id, channel, delivery_id, …) to every line logged inside the block by this thread."""
    with structlog.contextvars.bound_contextvars(**ids):
        yield


def mask(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide the values of fields known to be secret or personal, nested ones too."""
    for name, value in entry.items():
        entry[name] = _masked(name, value)
    return entry


def _masked(name: str, value: Any) -> Any:
    lower = name.lower()
    if lower in MASKED or lower.endswith(MASKED_ENDINGS):
        return value if not value or isinstance(value, (int, float)) else HIDDEN  # counts may be told
    if isinstance(value, dict):
        return {str(inner): _masked(str(inner), each) for inner, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(name, each) for each in value]
    return value


def _traceback(exc_info: Any) -> str:
    return told(exc_info[1])


def _write_traceback(stream: TextIO, exc_info: Any) -> None:
    stream.write("\n" + told(exc_info[1]))


def _add_time(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    entry["at"] = datetime.now(VIETNAM).isoformat(timespec="milliseconds")
    return entry


def _as_json(entry: Any, **_: Any) -> str:
    return orjson.dumps(entry, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()
