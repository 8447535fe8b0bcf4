"""Metrics: every one is declared here.

prometheus_client decides while it is imported whether several processes count together, so it is imported late.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from prometheus_client import Counter, Histogram
    from prometheus_client.registry import CollectorRegistry

SHARED = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


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
