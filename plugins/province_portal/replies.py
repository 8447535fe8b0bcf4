"""What the portal's answers come to, and the memo of what it is known to hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Outcome, OutcomeWord, Outgoing, Reason, deferred, unknown
from plugins.province_portal.codes import Meaning

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugins.province_portal.client import Said

# What an answer that is not a yes means.
ANSWERS: Mapping[Meaning, tuple[OutcomeWord, Reason, str]] = {
    Meaning.PARTLY: (OutcomeWord.UNKNOWN, Reason.UNANSWERED, "The portal says it took a part."),
    Meaning.DATA: (OutcomeWord.REJECTED, Reason.DATA, "The portal refuses the content."),
    Meaning.NOT_FOUND: (
        OutcomeWord.UNKNOWN,
        Reason.ORDER,
        "The portal says it does not have the dossier.",
    ),  # ask first
    Meaning.ORDER: (OutcomeWord.DEFERRED, Reason.ORDER, "The portal wants something else first."),
    Meaning.TEMPORARY: (OutcomeWord.DEFERRED, Reason.BUSY, "The portal tells a temporary error."),
}
ODD = (OutcomeWord.UNKNOWN, Reason.UNKNOWN_CODE, "The portal answered with a status no table knows.")


def memo_of(outgoing: Outgoing) -> dict[str, Any]:
    """Return a memo to be changed: {"created", "digest": of what was taken last, "events": keys of the steps taken}."""
    given = outgoing.acknowledged
    return {
        "created": bool(given.get("created")),
        "digest": given.get("digest"),
        "events": list(given.get("events", ())),
    }


def missing(outgoing: Outgoing, memo: Mapping[str, Any]) -> Outcome:
    """Part or all of it is not there; a push follows."""
    detail = "The portal does not hold all of it."
    return deferred(outgoing, Reason.UNANSWERED, detail=detail, acknowledged=memo)


def refusal(outgoing: Outgoing, said: Said, memo: Mapping[str, Any]) -> Outcome:
    """An answer that is not a yes."""
    word, reason, sentence = ANSWERS.get(said.meaning, ODD)
    return Outcome(outgoing.delivery_id, word, reason, said.code, sentence, acknowledged=memo)


def no_answer(outgoing: Outgoing, said: Said) -> Outcome:
    """The portal was asked what it holds and did not tell."""
    detail = "The portal's answer to the question what it holds is no answer."
    return unknown(outgoing, Reason.UNKNOWN_CODE, detail=detail, code=said.code)
