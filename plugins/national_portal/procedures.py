"""Publishing procedures upstream (assumed shape, `codes.PUBLISHING`): sending again replaces, so doubles do no harm.

What is published waits for approval beside the portal's catalogue. When the portal changes a procedure that was
published here, its own word is published to it, so that no older copy of ours waits to be approved over it. A new date
alone is not: a portal that stamps what it approves would be told for ever. The memo: `digest` of what was published but
for its date, and that date as `stamp`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Outcome, Reason, deferred, delivered, unknown
from plugins.national_portal.batches import Line, split_until_taken
from plugins.national_portal.case import Case
from plugins.national_portal.codes import PUBLISHING
from plugins.national_portal.formats import digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.sdk import Outgoing
    from plugins.national_portal.client import Portal, Reply


STAMP = "NGAYCAPNHAT"


class Procedure(Case):
    """A procedure on its way."""

    def __init__(self, outgoing: Outgoing) -> None:
        super().__init__(outgoing)
        self.number = str(outgoing.mapped[PUBLISHING["key"]])
        self.wanted = digest({name: value for name, value in outgoing.mapped.items() if name != STAMP})
        self.digest = outgoing.acknowledged.get("digest")
        self.stamp = outgoing.acknowledged.get("stamp", "")

    def memo(self) -> dict[str, Any]:
        return {"digest": self.digest, "stamp": self.stamp}


def push(portal: Portal, batch: Sequence[Outgoing]) -> list[Outcome]:
    """Send the procedures that differ from what the portal was told; one outcome each."""
    cases = [Procedure(outgoing) for outgoing in batch]
    line = Line(portal)

    def send(group: Sequence[Procedure]) -> Reply | None:
        rows = {PUBLISHING["list"]: [case.outgoing.mapped for case in group]}
        return line.call(group, PUBLISHING["service"], **rows)

    def taken(case: Procedure) -> None:
        case.digest, case.stamp = case.wanted, case.outgoing.mapped[STAMP]

    split_until_taken([case for case in cases if case.digest != case.wanted], send, taken=taken, refused=Case.reject)
    for case in cases:
        if case.outcome is None and line.trouble and case.digest != case.wanted:
            case.leave(line.trouble)
    return [case.outcome or delivered(case.outgoing, reference=case.number, acknowledged=case.memo()) for case in cases]


def holding(outgoing: Outgoing) -> Mapping[str, Any] | None:
    """What the portal must keep of what we published: nothing when it told us of the procedure and we never did."""
    case = Procedure(outgoing)
    if case.digest is None and outgoing.acknowledged_version is not None:
        return None
    return {**outgoing.mapped, STAMP: case.stamp} if case.digest == case.wanted else dict(outgoing.mapped)


def recall(batch: Sequence[Outgoing]) -> list[Outcome]:
    """The portal's catalogue does not show what waits for its approval; publishing again is harmless, so do that."""
    sentence = "Published procedures cannot be looked up; they are sent again, which replaces."
    return [deferred(outgoing, Reason.NOT_READY, detail=sentence, acknowledged={"digest": None}) for outgoing in batch]


def looked_up(batch: Sequence[Outgoing]) -> list[Outcome]:
    """Tell what was never published; of what was, nobody can tell whether it is held.

    To send all again at every reconciliation would be no answer. Of what the portal itself told us, and we never
    published, it must hold nothing. A local procedure belongs there, for instance when the channel was added after it.
    """
    return [_looked_up(outgoing) for outgoing in batch]


def _looked_up(outgoing: Outgoing) -> Outcome:
    if outgoing.acknowledged_version is None and is_local(str(outgoing.mapped[PUBLISHING["key"]])):
        return deferred(outgoing, Reason.NOT_READY, detail="It was never published to the portal.", acknowledged={})
    if holding(outgoing) is None:
        return delivered(outgoing, acknowledged=outgoing.acknowledged)
    return unknown(outgoing, Reason.UNCERTAIN, detail="Published procedures cannot be looked up.")


def is_local(code: str) -> bool:
    """Tell whether it is an office's own variant ("2.002621.H56") of a national procedure ("2.002621")."""
    return code.count(".") > 1
