"""Rules of a postal order beyond its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.domain.checks.shared import Path, broken, in_order, unique_ids
from hub.domain.codes import s10
from hub.domain.codes.malformed import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.domain.problem import Problem

Document = dict[str, Any]


def _event_legs_known(document: Document) -> Iterator[Problem]:
    for index, event in enumerate(document.get("events", ())):
        if event["leg"] not in document["legs"]:
            yield broken(
                ("events", index, "leg"), "reference", "leg_unknown",
                vi="đơn không có chặng này trong legs",
                en="the order has no such leg in legs",
            )  # fmt: skip


def item_code_valid(event: Document, path: Path = ()) -> Iterator[Problem]:
    """The check digit of an item code is right."""
    if (code := event.get("item_code")) is not None:
        try:
            s10.canonical(code)
        except Malformed as error:
            yield broken((*path, "item_code"), "s10", error.code, vi=error.vi, en=error.en)


def _item_codes(document: Document) -> Iterator[Problem]:
    for index, event in enumerate(document.get("events", ())):
        yield from item_code_valid(event, ("events", index))


def _legs_in_order(document: Document) -> Iterator[Problem]:
    for name, leg in document["legs"].items():
        yield from in_order(
            ("legs", name, "cancelled_at"), "cancelled_before_request",
            first=leg["requested_at"], then=leg.get("cancelled_at"),
            vi="hủy trước khi yêu cầu; phải bằng hoặc sau requested_at",
            en="cancelled before it was asked for; it must not be earlier than requested_at",
        )  # fmt: skip


RULES: Final = (_event_legs_known, _item_codes, _legs_in_order, unique_ids("events"))
