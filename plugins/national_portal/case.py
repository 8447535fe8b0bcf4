"""One delivery while it is being worked on, and how each kind of trouble ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import (
    Busy,
    ConnectorError,
    CredentialsRefused,
    Garbled,
    NotSent,
    Outcome,
    Outgoing,
    Reason,
    Unanswered,
    deferred,
    rejected,
    unknown,
)
from plugins.national_portal.answers import Meaning
from plugins.national_portal.client import Reply, UnknownCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

REASONS: Sequence[tuple[type[ConnectorError], Callable[..., Outcome], Reason]] = (
    (Busy, deferred, Reason.BUSY),
    (CredentialsRefused, deferred, Reason.CREDENTIALS),
    (NotSent, deferred, Reason.UNREACHABLE),
    (UnknownCode, unknown, Reason.UNKNOWN_CODE),
    (Garbled, unknown, Reason.GARBLED),
    (Unanswered, unknown, Reason.UNANSWERED),
)
REFUSALS: Mapping[Meaning, tuple[Reason, str]] = {
    Meaning.DATA: (Reason.DATA, "The portal refuses the content."),
    Meaning.EXISTS: (Reason.DATA, "The portal says it has this already, and refuses to update it."),
    Meaning.NOT_FOUND: (Reason.ORDER, "The portal does not know this dossier."),
    Meaning.SERVICE: (Reason.MAPPING, "The portal does not offer this service."),
}


class Case:
    """One delivery while it is being worked on; `memo` is what the portal is known to hold of it."""

    number: str  # what the portal would call it in a message

    def __init__(self, outgoing: Outgoing) -> None:
        self.outgoing = outgoing
        self.outcome: Outcome | None = None
        self.suspect = False  # a call that concerned it was refused as a whole: a part may have been taken all the same

    def memo(self) -> dict[str, Any]:
        """What to acknowledge."""
        raise NotImplementedError

    def reject(self, reply: Reply) -> None:
        """End with the portal's clear no."""
        reason, sentence = REFUSALS[reply.meaning]
        self.outcome = rejected(self.outgoing, reason, detail=sentence, code=reply.code, acknowledged=self.memo())

    def postpone(self, reply: Reply) -> None:
        """End with: certainly not taken, try again later."""
        reason, sentence = REFUSALS[reply.meaning]
        self.outcome = deferred(self.outgoing, reason, detail=sentence, code=reply.code, acknowledged=self.memo())

    def fail(self, problem: ConnectorError) -> None:
        """End as the error's kind wants it, for a call that concerned this case."""
        make, reason = next((make, reason) for kind, make, reason in REASONS if isinstance(problem, kind))
        if self.suspect:
            make = unknown
        wait = {"retry_after": problem.retry_after} if make is deferred else {}
        self.outcome = make(
            self.outgoing, reason, detail=problem.sentence, code=problem.code, acknowledged=self.memo(), **wait
        )

    def leave(self, problem: ConnectorError) -> None:
        """End for a case whose own call was never made, because of trouble with an earlier one."""
        if self.suspect or isinstance(problem, Busy | CredentialsRefused | NotSent):
            self.fail(problem)
        else:
            sentence = "Not sent: an earlier call of this batch was not answered."
            self.outcome = deferred(self.outgoing, Reason.UNREACHABLE, detail=sentence, acknowledged=self.memo())
