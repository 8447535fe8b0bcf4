"""One postal order at VNPost: make its legs equal, and look up what VNPost holds of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Outcome, OutcomeWord, Outgoing, Reason, deferred, delivered, unknown
from plugins.postal import mapping
from plugins.postal.codes import Verdict, verdict
from plugins.postal.memo import CANCELLED, CUSTOMER, ORDERED, UNDERWAY, as_ordered, as_wanted, forget, is_kept, is_over

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugins.postal.client import Client, Said

# What a reply that is not a yes means for the order.
REPLIES: Mapping[Verdict, tuple[OutcomeWord, Reason, str]] = {
    Verdict.REFUSED: (OutcomeWord.REJECTED, Reason.DATA, "VNPost refuses the content of the order."),
    Verdict.TOO_LATE: (OutcomeWord.REJECTED, Reason.ORDER, "VNPost can no longer cancel: the item is on its way."),
    Verdict.NOT_YET: (OutcomeWord.DEFERRED, Reason.ORDER, "VNPost wants something else first."),
    Verdict.CUSTOMER: (OutcomeWord.DEFERRED, Reason.CREDENTIALS, "VNPost does not know the customer code."),
    Verdict.BUSY: (OutcomeWord.DEFERRED, Reason.BUSY, "VNPost tells a temporary error."),
}
# Of two legs with a problem the one we know least about decides.
GRAVITY: Mapping[OutcomeWord, int] = {OutcomeWord.UNKNOWN: 2, OutcomeWord.DEFERRED: 1, OutcomeWord.REJECTED: 0}

Problem = tuple[OutcomeWord, Reason, str | None, str]


class Orders:
    """What is said to VNPost about one order; what it holds of it: `memo`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def make_equal(self, outgoing: Outgoing, memo: dict[str, Any]) -> Outcome:
        problems = []
        for leg, wanted in outgoing.mapped.items():
            if is_over(leg, wanted, memo):
                continue
            act = self._cancel if wanted["cancelled"] else self._order
            problem = act(outgoing, leg, as_ordered(leg, wanted["order"], memo), memo)
            if problem is not None:
                problems.append(problem)
        if not problems:
            return _settled(outgoing, memo)
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
        said = self._client.order(order)
        found = verdict(said.status, said.message)
        if found in {Verdict.ACCEPTED, Verdict.HELD}:
            memo |= {leg: ORDERED, f"{leg}_digest": digest, f"{leg}_frozen": mapping.frozen(order)}
            memo[leg + CUSTOMER] = order["CustomerCode"]
            return None
        return _problem(found, said)

    def _cancel(self, outgoing: Outgoing, leg: str, order: Mapping[str, Any], memo: dict[str, Any]) -> Problem | None:
        if memo.get(leg) != ORDERED or leg + UNDERWAY in memo:  # there is nothing to say
            return None
        said = self._client.cancel(order["CustomerCode"], order["OrderNumber"])
        found = verdict(said.status, said.message)
        if found in {Verdict.ACCEPTED, Verdict.CANCELLED, Verdict.ABSENT}:
            memo[leg] = CANCELLED
            return None
        if found is Verdict.TOO_LATE:
            memo[leg + UNDERWAY] = _code(said)
            return None
        return _problem(found, said)

    def look_up(self, outgoing: Outgoing, memo: dict[str, Any]) -> Outcome:
        missing = False
        for leg, wanted in outgoing.mapped.items():
            order = as_ordered(leg, wanted["order"], memo)
            if as_wanted(leg, wanted, memo):
                continue
            said = self._client.look_up(order["CustomerCode"], order["OrderNumber"])
            found = verdict(said.status, said.message)
            if found is Verdict.ACCEPTED:
                same = mapping.holds(said.order, order)
                memo[leg] = CANCELLED if said.order.get("State") == CANCELLED else ORDERED
                memo[f"{leg}_digest"] = mapping.digest(order) if same else "another"
                memo[f"{leg}_frozen"] = mapping.frozen(said.order)
                memo[leg + CUSTOMER] = order["CustomerCode"]
            elif found is Verdict.ABSENT:
                forget(leg, memo)
            else:
                detail = "VNPost's answer to the look-up is not understood."
                return unknown(outgoing, Reason.UNKNOWN_CODE, detail=detail, code=str(said.status))
            missing = missing or not as_wanted(leg, wanted, memo, looked_up=True)
        if missing:
            detail = "VNPost does not hold the order as wanted."
            return deferred(outgoing, Reason.UNANSWERED, detail=detail, acknowledged=memo)
        return delivered(outgoing, acknowledged=memo)


def _problem(found: Verdict, said: Said) -> Problem:
    odd = (OutcomeWord.UNKNOWN, Reason.UNKNOWN_CODE, "VNPost answered with a status no table knows.")
    word, reason, sentence = REPLIES.get(found, odd)
    return word, reason, _code(said), sentence


def _settled(outgoing: Outgoing, memo: Mapping[str, Any]) -> Outcome:
    """VNPost holds what it can; what it would not cancel any more is said."""
    codes = [memo[leg + UNDERWAY] for leg, wanted in outgoing.mapped.items() if is_kept(leg, wanted, memo)]
    if not codes:
        return delivered(outgoing, acknowledged=memo)
    *_, sentence = REPLIES[Verdict.TOO_LATE]
    return Outcome(outgoing.delivery_id, OutcomeWord.DELIVERED, None, codes[0], sentence, acknowledged=memo)


def _code(said: Said) -> str:
    return str(said.status)[:50]
