"""What is known of the legs that VNPost was told, kept as the delivery's memo. Pure.

Per leg `ordered` or `cancelled`; `<leg>_digest` what was ordered; `<leg>_frozen` the fields that stay as they were;
`<leg>_customer` the customer code it was ordered under, by which VNPost knows it whatever the settings say since;
`<leg>_underway` the code with which VNPost said that cancelling comes too late. Nothing more can be told to it then, by
nobody: the leg is settled, and tracking tells where its item goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugins.postal import mapping
from plugins.postal.codes import FROZEN

if TYPE_CHECKING:
    from collections.abc import Mapping

ORDERED, CANCELLED = "ordered", "cancelled"
DIGEST, FROZEN_FIELDS, UNDERWAY, CUSTOMER = "_digest", "_frozen", "_underway", "_customer"  # suffixes


def as_ordered(leg: str, order: Mapping[str, Any], memo: Mapping[str, Any]) -> dict[str, Any]:
    """Return the wire order under the customer code that VNPost knows it by."""
    return {**order, "CustomerCode": memo.get(leg + CUSTOMER, order["CustomerCode"])}


def as_wanted(leg: str, wanted: Mapping[str, Any], memo: Mapping[str, Any], *, looked_up: bool = False) -> bool:
    """Tell whether the memo says that the leg needs nothing more; an absent cancelled leg does once looked up."""
    if is_over(leg, wanted, memo):
        return True
    if wanted["cancelled"]:
        return is_kept(leg, wanted, memo) or memo.get(leg) == CANCELLED or (looked_up and leg not in memo)
    return memo.get(leg) == ORDERED and memo.get(leg + DIGEST) == mapping.digest(as_ordered(leg, wanted["order"], memo))


def is_over(leg: str, wanted: Mapping[str, Any], memo: Mapping[str, Any]) -> bool:
    """Tell whether the item of a leg was delivered: nothing of it can be changed or cancelled any more."""
    return bool(wanted["delivered"]) and memo.get(leg) == ORDERED


def is_kept(leg: str, wanted: Mapping[str, Any], memo: Mapping[str, Any]) -> bool:
    """Tell whether VNPost goes on with a leg that was to be cancelled: it had its item already."""
    return bool(wanted["cancelled"]) and memo.get(leg) == ORDERED and leg + UNDERWAY in memo


def too_late(memo: Mapping[str, Any]) -> dict[str, Any]:
    """Return of the memo only what no look-up tells: that it was too late to cancel, and whom to ask for."""
    return {name: code for name, code in memo.items() if name.endswith((UNDERWAY, CUSTOMER))}


def forget(leg: str, memo: dict[str, Any]) -> None:
    """VNPost does not have the leg."""
    for name in (leg, leg + DIGEST, leg + FROZEN_FIELDS, leg + UNDERWAY, leg + CUSTOMER):
        memo.pop(name, None)


def holding(legs: Mapping[str, Mapping[str, Any]], memo: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the orders of the legs that are not cancelled, or not any more to be cancelled."""
    return {
        leg: _lasting(as_ordered(leg, each["order"], memo))
        | memo.get(leg + FROZEN_FIELDS, mapping.frozen(each["order"]))
        for leg, each in legs.items()
        if not each["cancelled"] or is_kept(leg, each, memo) or is_over(leg, each, memo)
    }


def _lasting(order: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in order.items() if name not in FROZEN}
