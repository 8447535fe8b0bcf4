"""The post as a partner: one order a leg, never doubled; tracking pulled by the last id read."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from hub.sdk import (
    Busy,
    Connector,
    ConnectorError,
    CredentialsRefused,
    Garbled,
    Health,
    HealthWord,
    Incoming,
    Item,
    NotSent,
    Outcome,
    OutcomeWord,
    Outgoing,
    Page,
    Pulls,
    Pushes,
    Reason,
    Recalls,
    Rejecting,
    Unanswered,
    Unmappable,
    deferred,
    delivered,
    unknown,
)
from plugins.postal import mapping, mapping_tracking
from plugins.postal.client import FIRST, PAGE_SIZE, Client
from plugins.postal.mapping import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.sdk import Tools
    from plugins.postal.client import Said

# What a reply that is not a yes means for the order.
REPLIES: Mapping[Verdict, tuple[OutcomeWord, Reason, str]] = {
    Verdict.REFUSED: (OutcomeWord.REJECTED, Reason.DATA, "VNPost refuses the content of the order."),
    Verdict.TOO_LATE: (OutcomeWord.REJECTED, Reason.ORDER, "VNPost can no longer cancel: the item is on its way."),
    Verdict.NOT_YET: (OutcomeWord.DEFERRED, Reason.ORDER, "VNPost wants something else first."),
    Verdict.CUSTOMER: (OutcomeWord.DEFERRED, Reason.CREDENTIALS, "VNPost does not know the customer code."),
    Verdict.BUSY: (OutcomeWord.DEFERRED, Reason.BUSY, "VNPost tells a temporary error."),
}
# What a broken line means for the one order it hit (the tree of hub.sdk.errors); the rest of the batch waits.
LINE: Sequence[tuple[type[ConnectorError], OutcomeWord, Reason, HealthWord]] = (
    (Busy, OutcomeWord.DEFERRED, Reason.BUSY, HealthWord.DEGRADED),
    (CredentialsRefused, OutcomeWord.DEFERRED, Reason.CREDENTIALS, HealthWord.MISCONFIGURED),
    (NotSent, OutcomeWord.DEFERRED, Reason.UNREACHABLE, HealthWord.DOWN),
    (Unanswered, OutcomeWord.UNKNOWN, Reason.UNANSWERED, HealthWord.DOWN),
    (Rejecting, OutcomeWord.REJECTED, Reason.DATA, HealthWord.DEGRADED),
    (Garbled, OutcomeWord.UNKNOWN, Reason.GARBLED, HealthWord.DEGRADED),
)
# Of two legs with a problem the one we know least about decides.
GRAVITY: Mapping[OutcomeWord, int] = {OutcomeWord.UNKNOWN: 2, OutcomeWord.DEFERRED: 1, OutcomeWord.REJECTED: 0}
ORDERED, CANCELLED = "ordered", "cancelled"


class Postal(Connector, Pushes, Recalls, Pulls):
    """VNPost's public-administration service.

    The memo tells per leg `ordered` or `cancelled`, as `<leg>_digest` what was ordered, and as `<leg>_frozen` the
    fields that stay as they were then.
    """

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
        self._customers = {settings["customer_code"], *settings.get("customer_codes", ())}

    def check(self) -> Health:
        """Read one tracking event."""
        try:
            self.client.tracking(FIRST, 1)
        except ConnectorError as problem:
            return Health(_line(problem)[2], problem.sentence)
        return Health(HealthWord.OK)

    def map_out(self, kind: str, document: Mapping[str, Any]) -> Any:
        """One wire order per leg."""
        return mapping.orders(document, self.settings)

    def map_in(self, item: Item) -> Sequence[Incoming]:
        """Express a tracking document as an event of its postal order; other customers' documents are left out."""
        number = str(item.payload.get("OrderNumber") or "").strip()
        if not number:
            raise Unmappable("The tracking document has no OrderNumber.")
        if item.payload.get("CustomerCode", self.settings["customer_code"]) not in self._customers:
            return ()
        event = mapping_tracking.event(item.payload)
        if event is None:
            return ()
        return (Incoming("postal_order", {"events": [event]}, key=mapping.leg_of(number)[0]),)

    def holding(self, outgoing: Outgoing) -> Mapping[str, Any] | None:
        """The orders of the legs that are not cancelled."""
        wanted = mapping.orders(outgoing.document, self.settings)
        memo = outgoing.acknowledged
        return {
            leg: _lasting(each["order"]) | memo.get(f"{leg}_frozen", mapping.frozen(each["order"]))
            for leg, each in wanted.items()
            if not each["cancelled"]
        } or None

    def push(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Send the orders one by one; when the line breaks, what was not tried yet waits."""
        outcomes: list[Outcome] = []
        broken: ConnectorError | None = None
        for outgoing in batch:
            memo = dict(outgoing.acknowledged)
            if broken is not None:
                reason = _line(broken)[1]
                detail = "Not tried: the line to VNPost broke earlier in this batch."
                outcomes.append(deferred(outgoing, reason, detail=detail, retry_after=broken.retry_after))
                continue
            try:
                outcomes.append(self._make_equal(outgoing, memo))
            except ConnectorError as problem:
                outcomes.append(_of_line(outgoing, problem, memo))
                broken = None if isinstance(problem, Rejecting) else problem
        return outcomes

    def _make_equal(self, outgoing: Outgoing, memo: dict[str, Any]) -> Outcome:
        problems = []
        for leg, wanted in outgoing.mapped.items():
            act = self._cancel if wanted["cancelled"] else self._order
            problem = act(outgoing, leg, wanted["order"], memo)
            if problem is not None:
                problems.append(problem)
        if not problems:
            return delivered(outgoing, acknowledged=memo)
        word, reason, code, detail = max(problems, key=lambda problem: GRAVITY[problem[0]])
        return Outcome(outgoing.delivery_id, word, reason, code, detail, acknowledged=memo)

    def _order(self, outgoing: Outgoing, leg: str, order: Mapping[str, Any], memo: dict[str, Any]) -> Problem | None:
        digest = mapping.digest(order)
        if memo.get(leg) == CANCELLED:
            return OutcomeWord.REJECTED, Reason.DATA, None, "The order was cancelled; VNPost takes no second one of it."
        if memo.get(leg) == ORDERED:
            if memo.get(f"{leg}_digest", digest) == digest:
                return None
            return OutcomeWord.REJECTED, Reason.DATA, None, "VNPost has no message that changes an order it holds."
        said = self.client.order(order)
        found = mapping.verdict(said.status, said.message)
        if found in {Verdict.ACCEPTED, Verdict.HELD}:
            memo |= {leg: ORDERED, f"{leg}_digest": digest, f"{leg}_frozen": mapping.frozen(order)}
            return None
        return _problem(found, said)

    def _cancel(self, outgoing: Outgoing, leg: str, order: Mapping[str, Any], memo: dict[str, Any]) -> Problem | None:
        if memo.get(leg) != ORDERED:  # never ordered, or cancelled already: there is nothing to say
            return None
        said = self.client.cancel(order["CustomerCode"], order["OrderNumber"])
        found = mapping.verdict(said.status, said.message)
        if found in {Verdict.ACCEPTED, Verdict.CANCELLED, Verdict.ABSENT}:
            memo[leg] = CANCELLED
            return None
        return _problem(found, said)

    def recall(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Look each order up that is not known to be as wanted."""
        outcomes: list[Outcome] = []
        broken: ConnectorError | None = None
        for outgoing in batch:
            memo = dict(outgoing.acknowledged)
            try:
                if broken is not None:
                    raise broken
                outcomes.append(self._look_up(outgoing, memo))
            except ConnectorError as problem:
                broken = problem
                detail = f"VNPost could not be asked: {problem.sentence}"
                outcomes.append(unknown(outgoing, _line(problem)[1], detail=detail, code=problem.code))
        return outcomes

    def _look_up(self, outgoing: Outgoing, memo: dict[str, Any]) -> Outcome:
        missing = False
        for leg, wanted in outgoing.mapped.items():
            order = wanted["order"]
            if _as_wanted(leg, wanted, memo):
                continue
            said = self.client.look_up(order["CustomerCode"], order["OrderNumber"])
            found = mapping.verdict(said.status, said.message)
            if found is Verdict.ACCEPTED:
                same = mapping.holds(said.order, order)
                memo[leg] = CANCELLED if said.order.get("State") == CANCELLED else ORDERED
                memo[f"{leg}_digest"] = mapping.digest(order) if same else "another"
                memo[f"{leg}_frozen"] = mapping.frozen(said.order)
            elif found is Verdict.ABSENT:
                for name in (leg, f"{leg}_digest", f"{leg}_frozen"):
                    memo.pop(name, None)
            else:
                detail = "VNPost's answer to the look-up is not understood."
                return unknown(outgoing, Reason.UNKNOWN_CODE, detail=detail, code=str(said.status))
            missing = missing or not _as_wanted(leg, wanted, memo, looked_up=True)
        if missing:
            detail = "VNPost does not hold the order as wanted."
            return deferred(outgoing, Reason.UNANSWERED, detail=detail, acknowledged=memo)
        return delivered(outgoing, acknowledged=memo)

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


Problem = tuple[OutcomeWord, Reason, str | None, str]


def _lasting(order: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in order.items() if name not in mapping.FROZEN}


def _as_wanted(leg: str, wanted: Mapping[str, Any], memo: Mapping[str, Any], *, looked_up: bool = False) -> bool:
    """Tell whether the memo says that the leg needs nothing more; an absent cancelled leg does once looked up."""
    if wanted["cancelled"]:
        return memo.get(leg) == CANCELLED or (looked_up and leg not in memo)
    return memo.get(leg) == ORDERED and memo.get(f"{leg}_digest") == mapping.digest(wanted["order"])


def _problem(found: Verdict, said: Said) -> Problem:
    odd = (OutcomeWord.UNKNOWN, Reason.UNKNOWN_CODE, "VNPost answered with a status no table knows.")
    word, reason, sentence = REPLIES.get(found, odd)
    return word, reason, str(said.status)[:50], sentence


def _line(problem: ConnectorError) -> tuple[OutcomeWord, Reason, HealthWord]:
    return next(tuple(row[1:]) for row in LINE if isinstance(problem, row[0]))  # type: ignore[return-value]


def _of_line(outgoing: Outgoing, problem: ConnectorError, memo: Mapping[str, Any]) -> Outcome:
    word, reason, _ = _line(problem)
    return Outcome(
        outgoing.delivery_id,
        word,
        reason,
        problem.code,
        problem.sentence,
        acknowledged=memo,
        retry_after=problem.retry_after,
    )
