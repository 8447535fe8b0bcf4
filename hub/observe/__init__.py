"""Structured logs and metrics: set up once per process."""

from hub.observe.counting import (
    SHARED,
    Metrics,
    exposition,
    forget_process,
    metrics,
    set_up_metrics,
)
from hub.observe.logs import bound, mask, set_up_logging

__all__ = [
    "SHARED",
    "Metrics",
    "bound",
    "exposition",
    "forget_process",
    "mask",
    "metrics",
    "set_up_logging",
    "set_up_metrics",
]
