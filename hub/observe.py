"""Structured logs and metrics: set up once per process; every metric is declared here.

prometheus_client decides while it is imported whether several processes count together, so it is imported late.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING, Any, TextIO

import orjson
import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, MutableMapping
    from pathlib import Path

    from prometheus_client import Counter, Histogram
    from prometheus_client.registry import CollectorRegistry

VIETNAM = timezone(timedelta(hours=7))
HIDDEN = "[ẩn]"
MASKED = frozenset(
    {
        *("authorization", "cookie", "set-cookie", "api_key", "secret_key", "credentials", "dsn", "database_url"),
        *("applicant", "submitter", "party", "contact", "sender", "receiver", "officer", "identities", "identity"),
        *("phone", "email", "fax", "address", "birth_date", "personal_id", "full_name", "content", "note", "summary"),
        *("document", "body", "payload", "mapped", "item", "items", "form", "attachment", "attachments"),
    }
)
MASKED_ENDINGS = ("password", "secret", "token")
SHARED = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


# --------------------------------------------------------------------------------------------------------- logs


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
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_as_json)]
        if form == "json"
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
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


def _add_time(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    entry["at"] = datetime.now(VIETNAM).isoformat(timespec="milliseconds")
    return entry


def _as_json(entry: Any, **_: Any) -> str:
    return orjson.dumps(entry, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()


# ------------------------------------------------------------------------------------------------------ metrics


@dataclass(frozen=True, slots=True)
class Metrics:
    """What is counted as it happens."""

    registry: CollectorRegistry
    attempts_total: Counter  # channel, outcome
    push_seconds: Histogram  # channel
    accepted_total: Counter  # kind, word: created, updated, unchanged, refused
    requests_total: Counter  # route, status


# What is looked up in the database when somebody scrapes: name → (help, labels).
SCRAPED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "hub_waiting_age_seconds": ("Age of the oldest delivery that is due and not settled", ("channel",)),
    "hub_waiting": ("Deliveries that are due and not settled", ("channel",)),
    "hub_parked": ("Deliveries parked for an operator", ("channel", "reason")),
    "hub_channel_state": ("1 for the state the channel is in", ("channel", "state")),
}


def set_up_metrics(directory: Path | None, *, fresh: bool = False) -> None:
    """Count together with other processes in `directory`; call before anything is counted.

    fresh: forget what an earlier run left there (the first process of a run says so).
    """
    if directory is None or os.environ.get(SHARED) == str(directory):
        return
    if "prometheus_client" in sys.modules:
        raise RuntimeError("set_up_metrics must come before the first use of metrics()")
    directory.mkdir(parents=True, exist_ok=True)
    for left in directory.glob("*.db") if fresh else ():
        left.unlink()
    os.environ[SHARED] = str(directory)


@cache
def metrics() -> Metrics:
    """The metrics of this process."""
    from prometheus_client import CollectorRegistry, Counter, Histogram

    registry = CollectorRegistry()
    return Metrics(
        registry,
        Counter("hub_attempts_total", "Attempts by outcome", ["channel", "outcome"], registry=registry),
        Histogram("hub_push_seconds", "Duration of a push", ["channel"], buckets=SECONDS, registry=registry),
        Counter("hub_accepted_total", "Documents taken in, by what came of them", ["kind", "word"], registry=registry),
        Counter("hub_requests_total", "HTTP requests answered", ["route", "status"], registry=registry),
    )


def exposition(scraped: Mapping[str, Iterable[tuple[tuple[str, ...], float]]]) -> bytes:
    """Write all metrics for Prometheus: those counted, and those looked up now: name → (label values, value) …."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.core import GaugeMetricFamily
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = metrics().registry
    if os.environ.get(SHARED):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]

    class Looked:
        def collect(self) -> Iterator[GaugeMetricFamily]:
            for name, rows in scraped.items():
                text, labels = SCRAPED[name]
                family = GaugeMetricFamily(name, text, labels=labels)
                for values, number in rows:
                    family.add_metric(values, number)
                yield family

    looked = CollectorRegistry()
    looked.register(Looked())
    return generate_latest(registry) + generate_latest(looked)


def forget_process(pid: int) -> None:
    """Tell the shared directory that a process has ended (gunicorn's child_exit)."""
    if os.environ.get(SHARED):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(pid)  # type: ignore[no-untyped-call]
