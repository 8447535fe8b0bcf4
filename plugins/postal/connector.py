"""The post as a partner: one order a leg, never doubled; tracking pulled by the last id read."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from hub.sdk import (
    Connector,
    ConnectorError,
    Garbled,
    Health,
    HealthWord,
    Incoming,
    Item,
    Outcome,
    Outgoing,
    Page,
    Pulls,
    Pushes,
    Recalls,
    Unmappable,
    ask_each,
    health_of,
    push_each,
)
from plugins.postal import mapping, mapping_tracking, memo
from plugins.postal.client import FIRST, PAGE_SIZE, Client
from plugins.postal.orders import Orders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.sdk import Tools


class Postal(Connector, Pushes, Recalls, Pulls):
    """VNPost's public-administration service."""

    name = "postal"
    title = ("Bưu chính công ích VNPost (qua NGSP)", "VNPost public-administration post (over NGSP)")
    settings_schema: ClassVar[Mapping[str, Any]] = orjson.loads(
        files(__package__).joinpath("settings.schema.json").read_bytes()
    )
    accepts = ("postal_order",)
    emits = ("postal_order",)
    batch_size = 20
    resend = "ask"
    shown_fields = frozenset(
        {"Status", "CustomerCode", "OrderNumber", "State", "StatusCode", "EventTime", "POSID", "ItemCode", "$oid"}
        | {"_size", "_total_pages", "_returned", "expires_in", "token_type"}
    )

    def __init__(self, settings: Mapping[str, Any], tools: Tools) -> None:
        super().__init__(settings, tools)
        self.client = Client(settings, tools)
        self.orders = Orders(self.client)

    def check(self) -> Health:
        """Read one tracking event."""
        try:
            self.client.tracking(FIRST, 1)
        except ConnectorError as problem:
            return health_of(problem)
        return Health(HealthWord.OK)

    def map_out(self, kind: str, document: Mapping[str, Any]) -> Any:
        """One wire order per leg."""
        return mapping.orders(document, self.settings)

    def map_in(self, item: Item) -> Sequence[Incoming]:
        """Express a tracking document as an event of its postal order; other customers' documents are left out."""
        number = str(item.payload.get("OrderNumber") or "").strip()
        if not mapping.NUMBER.fullmatch(number):
            raise Unmappable("The tracking document has no OrderNumber that can be one.")
        if item.payload.get("CustomerCode", self.settings["customer_code"]) not in mapping.customers(self.settings):
            return ()
        event = mapping_tracking.event(item.payload)
        if event is None:
            return ()
        return (Incoming("postal_order", {"events": [event]}, key=mapping.leg_of(number)[0]),)

    def holding(self, outgoing: Outgoing) -> Mapping[str, Any] | None:
        """The orders of the legs that are not cancelled, or not any more to be cancelled."""
        return memo.holding(mapping.orders(outgoing.document, self.settings), outgoing.acknowledged) or None

    def push(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Send the orders one by one: VNPost takes one a call."""
        return push_each(batch, self.orders.make_equal)

    def recall(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Look each order up that is not known to be as wanted."""
        return ask_each(batch, self.orders.look_up)

    def look_up(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Look orders up; of the memo only that it was too late to cancel is believed, which no look-up tells."""
        return self.recall(
            [replace(one, acknowledged=memo.too_late(one.acknowledged), acknowledged_version=None) for one in batch]
        )

    def pull(self, cursor: str | None) -> Page:
        """Bring the tracking documents after the last id read."""
        last, size = cursor or FIRST, self.settings.get("page_size", PAGE_SIZE)
        items = []
        for document in self.client.tracking(last, size):
            number = mapping_tracking.document_id(document)
            if number is None or number <= last:  # otherwise the same page would come for ever
                raise Garbled("The tracking page does not move on from lastId.")
            items.append(Item(document, id=number))
        return Page(items, items[-1].id if items else cursor, more=len(items) >= size)
