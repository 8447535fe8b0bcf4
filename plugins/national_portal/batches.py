"""Sending many at once to a portal that answers for the batch as a whole: a poison record must only fail itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

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
from plugins.national_portal.client import Portal, Reply, UnknownCode
from plugins.national_portal.formats import names_number

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
        wait = {"retry_after": problem.retry_after} if make is deferred else {}
        self.outcome = make(
            self.outgoing, reason, detail=problem.sentence, code=problem.code, acknowledged=self.memo(), **wait
        )

    def leave(self, problem: ConnectorError) -> None:
        """End for a case whose own call was never made, because of trouble with an earlier one."""
        if isinstance(problem, Busy | CredentialsRefused | NotSent):
            self.fail(problem)
        else:
            sentence = "Not sent: an earlier call of this batch was not answered."
            self.outcome = deferred(self.outgoing, Reason.UNREACHABLE, detail=sentence, acknowledged=self.memo())


class Line:
    """The portal for the length of one push: after trouble on the line nothing more is sent."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self.trouble: ConnectorError | None = None

    def call(self, cases: Sequence[Case], service: str, **fields: Any) -> Reply | None:
        """Call for these cases; None: no answer, and each case that was concerned knows its outcome."""
        if self.trouble:
            return None
        try:
            return self._portal.call(service, **fields)
        except ConnectorError as problem:
            self.trouble = problem
            for case in cases:
                case.fail(problem)
            return None


C = TypeVar("C", bound=Case)


def split_until_taken(
    cases: Sequence[C],
    send: Callable[[Sequence[C]], Reply | None],
    *,
    taken: Callable[[C], None],
    refused: Callable[[C, Reply], None],
) -> None:
    """Send all at once; halve what is refused as a whole until each refusal stands alone.

    Where the message names records, those are parted from the rest first: it saves calls, and decides nothing alone,
    except that what the portal says it has already, it has.
    """
    waiting: list[Sequence[C]] = [cases]
    while waiting:
        group = [case for case in waiting.pop() if case.outcome is None]
        if not group:
            continue
        reply = send(group)
        if reply is None:
            return
        if reply.meaning is Meaning.TAKEN:
            for case in group:
                taken(case)
            continue
        named = [case for case in group if names_number(reply.message, case.number)]
        others = [case for case in group if case not in named]
        if len(group) == 1 or reply.meaning is Meaning.SERVICE:
            named, others = group, []
        elif reply.meaning is not Meaning.EXISTS:
            waiting += [others, named] if named and others else [group[len(group) // 2 :], group[: len(group) // 2]]
            continue
        elif not named:
            waiting += [group[len(group) // 2 :], group[: len(group) // 2]]
            continue
        for case in named:
            refused(case, reply)
        waiting.append(others)
