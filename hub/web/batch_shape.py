"""The frame of a line of a batch: what it must hold, whatever is inside."""

from __future__ import annotations

from typing import Any

from hub.domain.messages import KINDS
from hub.domain.problem import Problem

LINE_KINDS = (*KINDS, "event")


def shape_problem(raw: Any) -> Problem | None:
    """Return what is wrong with the frame of a line."""
    if not isinstance(raw, dict):
        return _problem("", "a line is an object", "một dòng phải là một đối tượng JSON")
    kind = raw.get("kind")
    if kind not in LINE_KINDS:
        return _problem("/kind", f"one of {', '.join(LINE_KINDS)}", f"một trong {', '.join(LINE_KINDS)}")
    names = {"kind", "key", "event"} if kind == "event" else {"kind", "document"}
    if wrong := sorted(names.symmetric_difference(raw)):
        return _problem(
            f"/{wrong[0][:64]}", f"exactly: {', '.join(sorted(names))}", f"chỉ gồm: {', '.join(sorted(names))}"
        )
    if kind == "event" and not isinstance(raw["key"], str):
        return _problem("/key", "the dossier's code", "mã hồ sơ")
    return None


def _problem(where: str, english: str, vietnamese: str) -> Problem:
    place = where.encode("utf-8", "replace").decode()
    return Problem(
        place,
        "line",
        "wrong_shape",
        f"{place or '/'}: đúng ra là {vietnamese}.",
        f"{place or '/'}: right would be {english}.",
    )
