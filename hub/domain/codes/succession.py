"""Provinces that were merged away on 2025-07-01 (Resolution 202/2025/QH15), and what took their place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import orjson

from hub.domain.codes.agency import parse


@dataclass(frozen=True, slots=True)
class Succession:
    """A retired root code, what took its place, and from which day."""

    retired: str
    successor: str
    since: date


def succession(root: str) -> Succession | None:
    """What became of a retired province code, or None while it is in use."""
    return _successions().get(root)


def successor(text: str, *, on: date) -> str:
    """The identifier that stands for this agency's province on a day.

    Only a province itself has a known successor; what became of the offices below it, no table says, so they stay.
    """
    agency = parse(text)
    change = succession(agency.root)
    if change is None or on < change.since or len(agency.levels) > 1:
        return str(agency)
    return change.successor


def governing_root(text: str, *, on: date) -> str:
    """The root in charge of an agency on a day: that of its province's successor, if the province was merged away."""
    root = parse(text).root
    change = succession(root)
    return change.successor if change is not None and on >= change.since else root


@cache
def _successions() -> dict[str, Succession]:
    table = orjson.loads(files("hub.domain").joinpath("data/agency_successions.json").read_bytes())
    since = date.fromisoformat(table["since"])
    return {entry["retired"]: Succession(entry["retired"], entry["successor"], since) for entry in table["successions"]}
