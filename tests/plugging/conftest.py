"""The shelf of made-up plugins."""

from __future__ import annotations

from tests.plugging.made_up import shelf

__all__ = ["shelf"]
