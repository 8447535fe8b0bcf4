"""Sending many at once to a portal that answers for the batch as a whole: a poison record must only fail itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hub.sdk import ConnectorError
from plugins.national_portal.answers import Meaning
from plugins.national_portal.case import Case
from plugins.national_portal.formats import names_number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugins.national_portal.client import Portal, Reply


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
