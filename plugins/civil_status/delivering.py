"""How the ministry's software is made equal to one dossier, and what the memo keeps of it.

`created` the software has the case; `digest` of the declaration it took, `took` the same with its files; `offered` the
last case it was offered (as `took`), `asked` its last request for a supplement then; `begun` what was being offered
when the answer was lost; `reports` the trangThai it took, in order; `events` keys of the steps that need no telling.

A change is offered once, and the software takes it only while it waits for a supplement. What it did not take is
offered again when it has asked for a supplement since.

A case ends once there. A second step of the same trangThai (the counter notes the return, then the post does) changes
nothing at the software, so nothing is told of it; one that contradicts the end it holds is told, refused, and parked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Outcome, OutcomeWord, Outgoing, Reason, deferred, delivered
from plugins.civil_status import answers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plugins.civil_status.client import Software
    from plugins.civil_status.mapping import Mapped
    from plugins.civil_status.reports import Report


def deliver(software: Software, outgoing: Outgoing, memo: dict[str, Any]) -> Outcome:
    """Hand over what is new, then report; the memo is written as it goes along."""
    mapped = outgoing.mapped
    if _is_news(outgoing, memo):
        refusal = _hand_over(software, outgoing, mapped, memo)
        if refusal:
            return refusal
    for steps in due(memo, mapped).values():
        refusal = _report(software, outgoing, steps, memo)
        if refusal:
            return refusal
    return delivered(outgoing, acknowledged=memo)


def _hand_over(software: Software, outgoing: Outgoing, mapped: Mapped, memo: dict[str, Any]) -> Outcome | None:
    """Send the case and write into the memo what the software then holds; return a refusal or None."""
    fingerprints = {"digest": mapped.digest, "took": mapped.whole}
    memo["begun"] = fingerprints
    answer = software.hand_over(mapped.case)
    word, reason, code = answers.taken(answer)
    if word is not OutcomeWord.UNKNOWN:
        del memo["begun"]
    if word is not OutcomeWord.DELIVERED:
        detail = "The software did not take the case."
        return Outcome(outgoing.delivery_id, word, reason, code, detail, acknowledged=memo)
    took = not answers.is_double(str(answer.get("errorDescription") or answer.get("statusDescription")))
    memo |= {"created": True, "offered": mapped.whole, "asked": _asked(outgoing)}
    if took or "digest" not in memo:
        memo |= fingerprints
    return None


def _is_news(outgoing: Outgoing, memo: Mapping[str, Any]) -> bool:
    """Tell whether the software lacks something that it was not offered, or would take only now."""
    whole = outgoing.mapped.whole
    return whole != memo.get("took") and (memo.get("offered"), memo.get("asked")) != (whole, _asked(outgoing))


def _asked(outgoing: Outgoing) -> str:
    """Return the key of the software's last request for a supplement, "" before the first."""
    asked = [
        event["key"]
        for event in outgoing.document.get("events", ())
        if event["status"] == "supplement_requested" and event.get("source") == outgoing.channel
    ]
    return str(asked[-1]) if asked else ""


def _report(software: Software, outgoing: Outgoing, steps: Sequence[Report], memo: dict[str, Any]) -> Outcome | None:
    """Report one trangThai: by its earliest step, else by the one the software knows from before the memo was lost."""
    for report in steps:
        answer = software.report(report.body)
        word, reason = answers.spoken(answer)
        if word is OutcomeWord.DELIVERED:
            memo["events"] = [*memo.get("events", ()), report.event]
            if not answers.is_closed(answer):
                memo["reports"] = [*memo.get("reports", ()), report.status]
            return None
        if word is not OutcomeWord.REJECTED or reason is not Reason.ORDER:
            break
    detail = f"The software did not take the report {report.status}."
    return Outcome(outgoing.delivery_id, word, reason, None, detail, acknowledged=memo)


def recalled(software: Software, outgoing: Outgoing, memo: dict[str, Any], *, province: str) -> Outcome:
    mapped = outgoing.mapped
    held = software.results([outgoing.key], province=province, module=mapped.case["module"])
    if not held:
        return deferred(outgoing, Reason.UNANSWERED, detail="The software does not have the case.", acknowledged={})
    if not memo.get("created"):
        memo |= {"created": True, **memo.pop("begun", {"digest": mapped.digest, "took": mapped.whole})}
    if not _is_news(outgoing, memo) and not due(memo, mapped):
        return delivered(outgoing, acknowledged=memo)
    detail = "The software has the case; what came later is told again."
    return deferred(outgoing, Reason.UNANSWERED, detail=detail, acknowledged=memo)


def due(memo: Mapping[str, Any], mapped: Mapped) -> dict[str, list[Report]]:
    """Return the trangThai that the software was not told yet, in their order, each with its steps, oldest first."""
    events = set(memo.get("events", ()))
    told = {*memo.get("reports", ()), *(one.status for one in mapped.reports if one.event in events)}
    found: dict[str, list[Report]] = {}
    for report in mapped.reports:
        if report.status not in told:
            found.setdefault(report.status, []).append(report)
    return found
