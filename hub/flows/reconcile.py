"""Reconcile: ask a partner what it holds, compare digests with what it must hold, let what differs go out again.

By sums over ranges of keys where the partner is another hub, by its list where it can list, by look-up where it can
only be asked record by record. Nothing is sent here: deliveries wait again and the worker asks before it sends.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from hub.flows.fold import is_folded
from hub.flows.held import Judge, is_told
from hub.flows.operate import NotPossible, note
from hub.flows.reconciled import Reconciled, Verdict
from hub.flows.tries import TROUBLE
from hub.plugging.outcomes import from_error
from hub.sdk.connector import Lists, Recalls, Sums
from hub.sdk.errors import Unanswered
from hub.sdk.outcomes import OutcomeWord
from hub.store import epoch, imprints, reconciling
from hub.store.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.flows.channels import Channel
    from hub.flows.context import Context
    from hub.flows.held import Place
    from hub.sdk.outcomes import Outcome
    from hub.sdk.types import Summary

log = structlog.get_logger("hub.reconcile")

PAGE = 500  # records compared at a time
PARTS = 256  # of the first sum; what differs is then told record by record up to LEAF
LEAF = 1_000
MOST_ASKED = 1_000_000  # pages or sums: a partner whose list never ends must not keep us for ever
MOST_TROUBLED = 3  # batches of look-ups after one another without an answer
STATE = "reconciled:{channel}"  # the last report, in hub_state


class Stopped(Exception):
    """Reconciling was asked to end; what was found so far stands in the deliveries."""


class Reconciliation:
    """One run over one channel. `each`: called after every page with the report so far; it may raise Stopped."""

    def __init__(
        self,
        context: Context,
        channel: Channel,
        *,
        kinds: Sequence[str] = (),
        dry_run: bool = False,
        each: Callable[[Reconciled], None] | None = None,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._context, self._channel = context, channel
        self._each = each or (lambda _: None)
        self._pause = pause
        connector = channel.connector
        if connector is None:
            raise NotPossible(
                f"{channel.name} cannot be used: {channel.problem}", f"Kênh {channel.name} không dùng được."
            )
        self._connector = connector
        self._kinds = [kind for kind in connector.accepts if not kinds or kind in kinds]
        if not self._kinds:
            raise NotPossible(f"{channel.name} holds no {', '.join(kinds)}.", f"{channel.name} không giữ loại này.")
        self.report = Reconciled(channel.name, _way(channel), dry_run=dry_run)
        self._judge = Judge(context, channel, self.report)

    def run(self) -> Reconciled:
        """Do it all. Raises NotPossible, Stopped, and ConnectorError of a partner that cannot be asked."""
        began = time.monotonic()
        ways = {"sums": self._by_sums, "list": self._by_list, "look_up": self._by_look_up}
        ways[self.report.way]()
        self.report.seconds = time.monotonic() - began
        self._write_down()
        told = {word: getattr(self.report, word) for word in ("equal", "differing", "missing", "unexpected", "again")}
        log.info("reconcile.done", channel=self._channel.name, way=self.report.way, asked=self.report.asked, **told)
        return self.report

    # -- a partner that lists ---------------------------------------------------------------------------------------

    def _by_list(self) -> None:
        connector = self._connector
        assert isinstance(connector, Lists)  # noqa: S101 (see _way)
        began = self._context.now()
        with Spool() as spool:
            cursor, more = None, True
            while more:
                listing = connector.holdings(cursor)
                spool.add(listing.listed)
                if listing.more and listing.cursor == cursor:
                    raise Unanswered("The partner's list does not move on.")
                cursor, more = listing.cursor, listing.more
                self._asked(1)
            for kind in self._kinds:
                for places in self._pages(kind):
                    held = spool.take(kind, [place.key for place in places])
                    self._judge.compared([(place, held.get(place.key)) for place in places], connector.digest, began)
                    self._step()
            for kind, key in spool.rest(self._kinds):
                self.report.count(Verdict.UNEXPECTED, kind, key)

    # -- a partner that can only be asked ---------------------------------------------------------------------------

    def _by_look_up(self) -> None:
        size, troubled = self._connector.batch_size, 0
        for kind in self._kinds:
            for places in self._pages(kind):
                askable = self._judge.askable(places)
                for start in range(0, len(askable), size):
                    batch = askable[start : start + size]
                    outcomes = self._look_up(batch)
                    self._asked(len(batch))
                    self._judge.answered(batch, outcomes)
                    silent = all(one.word is not OutcomeWord.DELIVERED and one.reason in TROUBLE for one in outcomes)
                    silent = silent and not any(is_told(one) for one in outcomes)
                    troubled = troubled + 1 if silent else 0
                    if troubled == MOST_TROUBLED:
                        raise Unanswered("The partner does not tell what it holds.", code=outcomes[-1].code)
                self._step()

    def _look_up(self, batch: Sequence[Place]) -> list[Outcome]:
        outgoing = [place.outgoing for place in batch]
        try:
            return self._context.plugins.look_up(self._connector, outgoing)
        except Exception as problem:  # noqa: BLE001 (the tree of errors decides; an exception is never "equal")
            return from_error(problem, outgoing)

    def _pages(self, kind: str) -> Pages:
        return Pages(self._context, self._channel, kind, self._judge)

    # -- another hub --------------------------------------------------------------------------------------------------

    def _by_sums(self) -> None:
        if not is_folded(self._context, steps=1_000_000):
            raise NotPossible("The prints are not up to date yet; try again.", "Chưa sẵn sàng; hãy thử lại.")
        for kind in self._kinds:
            self._descend(kind, "", None, PARTS)

    def _descend(self, kind: str, start: str, stop: str | None, parts: int) -> None:
        connector = self._connector
        assert isinstance(connector, Sums)  # noqa: S101 (see _way)
        began = self._context.now()
        summary = connector.sums(kind, start, stop, parts)
        self._asked(1)
        if all(one.count == 1 for one in summary.sums):
            self._leaf(kind, start, stop, summary, began)
            return
        starts = [start, *(one.start for one in summary.sums[1:])]
        for one, begin, end in zip(summary.sums, starts, [*starts[1:], stop], strict=True):
            with self._context.store.reading() as connection:
                ours = imprints.one(connection, kind, begin, end, agencies=summary.agencies)
            if ours == (one.count, one.digest):
                self.report.equal += one.count
            elif (begin, end) == (start, stop):
                raise Unanswered("The partner does not cut the range of keys.")
            else:
                self._descend(kind, begin, end, LEAF)
        self._step()

    def _leaf(self, kind: str, start: str, stop: str | None, summary: Summary, began: int) -> None:
        """Compare record by record; ours may be many more than theirs."""
        theirs = {one.start: one.digest for one in summary.sums}
        after, more = "", True
        while more:
            with self._context.store.reading() as connection:
                ours = imprints.each(connection, kind, start, stop, most=PAGE, agencies=summary.agencies, after=after)
                differing = [key for key, digest in ours.items() if theirs.get(key) != digest]
                rows = reconciling.some(connection, self._channel.name, kind, differing) if differing else []
            self.report.equal += len(ours) - len(differing)
            places = self._judge.places(rows)
            self._judge.compared([(place, theirs.get(place.key)) for place in places], lambda _: "other", began)
            self._step()
            for key in ours:
                theirs.pop(key, None)
            after, more = next(reversed(ours), ""), len(ours) == PAGE
        for key in theirs:
            self.report.count(Verdict.UNEXPECTED, kind, key)

    # -- all ----------------------------------------------------------------------------------------------------------

    def _asked(self, count: int) -> None:
        self.report.asked += count
        if self.report.asked > MOST_ASKED:
            raise Unanswered("The partner's answers have no end.")
        if self._channel.politeness.rate:
            self._pause(count / self._channel.politeness.rate)
        self._each(self.report)

    def _step(self) -> None:
        """Write what the last page found, then tell how far we are."""
        wishes = self._judge.take()
        if wishes and not self.report.dry_run:
            now = self._context.now()
            self.report.again += self._context.store.write(
                lambda connection: reconciling.again(connection, self._channel.name, wishes, now=now)
            )
            self._context.waker.tell()
        self._each(self.report)

    def _write_down(self) -> None:
        """Keep the report, and say in the ledger what was let go again."""
        report, context = self.report, self._context
        if report.dry_run:
            return

        def write(connection: object) -> None:
            kept = {**report.counts(), "at": context.now()}
            epoch.write(connection, STATE.format(channel=report.channel), kept, now=context.now())  # type: ignore[arg-type]
            if report.again:
                line = ["reconciled", report.channel, report.way, report.again]
                note(context, connection, context.node, line)  # type: ignore[arg-type]

        context.store.write(write)


class Pages:
    """The records the channel is to hold, a page at a time, in the order of their keys."""

    def __init__(self, context: Context, channel: Channel, kind: str, judge: Judge) -> None:
        self._context, self._channel, self._kind, self._judge = context, channel, kind, judge
        self._after: str | None = ""

    def __iter__(self) -> Pages:
        return self

    def __next__(self) -> list[Place]:
        if self._after is None:
            raise StopIteration
        with self._context.store.reading() as connection:
            rows = reconciling.page(connection, self._channel.name, self._kind, after=self._after, limit=PAGE)
        self._after = rows[-1]["key"] if len(rows) == PAGE else None
        return self._judge.places(rows)


def reconcile(context: Context, name: str, **options: object) -> Reconciled:
    """Reconcile the channel of this name; options as of `Reconciliation`. Raises NotPossible, ConnectorError."""
    channel = context.channels.get(name)
    if channel is None:
        raise NotPossible(f"There is no channel {name}.", f"Không có kênh {name}.")
    return Reconciliation(context, channel, **options).run()  # type: ignore[arg-type]


def _way(channel: Channel) -> str:
    ways: tuple[tuple[type, str], ...] = ((Sums, "sums"), (Lists, "list"), (Recalls, "look_up"))
    for ability, way in ways:
        if isinstance(channel.connector, ability):
            return way
    raise NotPossible(
        f"The partner of {channel.name} can neither list nor be asked what it holds.",
        f"Không thể hỏi đối tác của kênh {channel.name} đang giữ những gì.",
    )
