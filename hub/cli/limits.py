"""Limits given on the command line: of a channel or client that is there, what is not named stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALL = "*"  # as the lists show it: no limit


def with_limits(known: Mapping[str, Any], **given: Sequence[str]) -> dict[str, Any]:
    """Return the limits as they are, with those given in their place; `*` lifts one."""
    wanted = {**known, **{part: list(value) for part, value in given.items() if value}}
    return {part: value for part, value in wanted.items() if ALL not in value}
