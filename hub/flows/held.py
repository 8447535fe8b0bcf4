"""Judges, record by record, whether what a partner holds is what it must hold, and what must go out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
import structlog

from hub.flows.deliver import COULD_NOT_ASK
from hub.flows.reconciled import Reconciled, Verdict
from hub.sdk.errors import Unmappable
from hub.sdk.outcomes import OutcomeWord
from hub.sdk.types import Outgoing
from hub.store.deliveries import PARKED, WAITING
from hub.store.reconciling import Again

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import RowMapping

    from hub.flows.channels import Channel
    from hub.flows.context import Context
    from hub.sdk.outcomes import Outcome

log = structlog.get_logger("hub.reconcile")


@dataclass(frozen=True, slots=True)
class Place:
    """One record and the channel's delivery of it (state "": there is none yet)."""

    outgoing: Outgoing
    id: int | None
    state: str
    fence: int
    leased_until: int
    touched_at: int

    @property
    def key(self) -> str:
        """The record's key."""
        return self.outgoing.key


class Judge:
    """Counts verdicts into the report and gathers the wishes of one page."""

    def __init__(self, context: Context, channel: Channel, report: Reconciled) -> None:
        self._context, self._channel, self._report = context, channel, report
        self._wishes: list[Again] = []

    def take(self) -> list[Again]:
        """Return what must go out again since the last call."""
        wishes, self._wishes = self._wishes, []
        return wishes

    def places(self, rows: Sequence[RowMapping]) -> list[Place]:
        """Return the records that the channel is to hold; what cannot be mapped any more is not judged."""
        return [place for number, row in enumerate(rows, start=1) if (place := self._place(row, number))]

    def _place(self, row: RowMapping, number: int) -> Place | None:
        document = orjson.loads(row["document"])
        if not self._channel.wants(row["kind"], document):
            return None
        assert self._channel.connector is not None  # noqa: S101 (a reconciliation has one)
        try:
            mapped = self._context.plugins.map_out(self._channel.connector, row["kind"], document)
        except Unmappable:
            self._report.count(Verdict.PARKED, row["kind"], row["key"])
            return None
        except Exception:
            log.exception("reconcile.mapping_failed", channel=self._channel.name, kind=row["kind"])
            self._report.count(Verdict.PARKED, row["kind"], row["key"])
            return None
        outgoing = Outgoing(
            row["id"] or -number,
            self._channel.name,
            row["kind"],
            row["key"],
            row["version"],
            document,
            mapped,
            row["acknowledged_version"],
            orjson.loads(row["acknowledged"] or "{}"),
            row["reference"],
        )
        return Place(
            outgoing, row["id"], row["state"] or "", row["fence"] or 0, row["lease_until"] or 0, row["updated_at"] or 0
        )

    def compared(
        self, held: Sequence[tuple[Place, str | None]], digest: Callable[[Outgoing], str | None], asked_at: int
    ) -> None:
        """Judge by digests; what was touched since the partner was asked is not judged."""
        for place, theirs in held:
            try:
                wanted = digest(place.outgoing)
            except Exception:
                log.exception("reconcile.digest_failed", channel=self._channel.name, kind=place.outgoing.kind)
                self._count(Verdict.PARKED, place)
                continue
            if wanted == theirs:
                if wanted is not None:
                    self._count(Verdict.EQUAL, place)
            elif place.touched_at >= asked_at or self._in_flight(place):
                self._count(Verdict.MOVING, place)
            elif wanted is None:
                self._count(Verdict.UNEXPECTED, place)
            else:
                self._differs(place, Verdict.MISSING if theirs is None else Verdict.DIFFERING)

    def askable(self, places: Sequence[Place]) -> list[Place]:
        """Return those worth a question; what is on its way will be asked about, or sent, by the worker."""
        askable = []
        for place in places:
            if place.state == WAITING or self._in_flight(place):
                self._count(Verdict.MOVING, place)
            elif place.state == PARKED:
                self._count(Verdict.PARKED, place)
            else:
                askable.append(place)
        return askable

    def answered(self, batch: Sequence[Place], outcomes: Sequence[Outcome]) -> None:
        """Judge by what the partner answered to `look_up`."""
        for place, outcome in zip(batch, outcomes, strict=True):
            if outcome.word is OutcomeWord.DELIVERED:
                self._count(Verdict.EQUAL, place)
            elif is_told(outcome):
                memo = outcome.acknowledged
                partly = memo is not None and any(memo.values())
                self._differs(place, Verdict.DIFFERING if partly or memo is None else Verdict.MISSING, memo=memo)
            else:
                self._count(Verdict.UNTOLD, place)

    def _differs(self, place: Place, verdict: Verdict, *, memo: object = None) -> None:
        """Count it, and let it go out again unless it is on its way as something the partner was never told."""
        out = place.outgoing
        if place.state == WAITING and out.acknowledged_version is None:
            self._count(Verdict.MOVING, place)
            return
        self._count(Verdict.PARKED if place.state == PARKED else verdict, place)
        self._wishes.append(Again(out.kind, out.key, out.version, place.id, place.fence, memo))  # type: ignore[arg-type]

    def _count(self, verdict: Verdict, place: Place) -> None:
        self._report.count(verdict, place.outgoing.kind, place.key)

    def _in_flight(self, place: Place) -> bool:
        return place.state == WAITING and place.leased_until > self._context.now()


def is_told(outcome: Outcome) -> bool:
    """Tell whether the partner, asked, said that it does not (wholly) hold the record."""
    return outcome.word is OutcomeWord.DEFERRED and outcome.reason not in COULD_NOT_ASK
