"""The leases that this process holds: renewed while work goes on, and looked at before anything is sent."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from hub.store import bulk
from hub.store.tables import delivery

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from hub.flows.context import Context
    from hub.store.claiming import Claimed


# Of a lease: the hub's time, by which others see it end, may be moved meanwhile, and before by some of it unseen
# (hub.store.steady): three times half a second in ten.
HELD = 0.8


class Hand:
    """What one thread has in hand. Time counts (monotonic seconds), not hope."""

    def __init__(self, claimed: Sequence[Claimed], until: float) -> None:
        self.claimed = claimed
        self.until = until

    def owned(self) -> bool:
        """Tell whether the lease still holds."""
        return self.left() > 0

    def left(self) -> float:
        """Return for how many seconds it still holds."""
        return self.until - time.monotonic()


class Leases:
    """All hands of a process. `renew` is called by the worker three times per lease."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._hands: set[Hand] = set()
        self.rounds: dict[str, str] = {}  # channel → the source served last
        self.suspect = threading.Lock()  # held by who has one in hand: if the process dies, it alone was it

    @property
    def seconds(self) -> float:
        """The length of a lease."""
        return self._context.settings.lease_seconds

    @contextmanager
    def hold(self, claimed: Sequence[Claimed], *, begun: float) -> Iterator[Hand]:
        """Hold what was claimed at `begun` (monotonic seconds, taken before the claim)."""
        hand = Hand(claimed, begun + HELD * self.seconds)
        with self._lock:
            self._hands.add(hand)
        try:
            yield hand
        finally:
            with self._lock:
                self._hands.discard(hand)

    def renew(self) -> None:
        """Prolong every hand that is still whole; one that lost a delivery to another worker is left to end."""
        with self._lock:
            hands = [hand for hand in self._hands if hand.owned()]
        for hand in hands:
            begun = time.monotonic()
            if self._context.store.write(partial(self._renew, hand)):
                hand.until = begun + HELD * self.seconds

    def _renew(self, hand: Hand, connection: Connection) -> bool:
        until = self._context.now() + int(self.seconds * 1000)
        rows = [
            {"id": one.id, "fence": one.fence, "lease_owner": self._context.node, "lease_until": until}
            for one in sorted(hand.claimed, key=lambda one: (one.kind, one.key))  # as they are locked elsewhere
        ]
        # the owner too: what was settled meanwhile has the same fence and waits for a moment of its own
        sets = "lease_until = {lease_until}, due_at = delivery.due_at - delivery.lease_until + {lease_until}"
        return bulk.update(connection, delivery, rows, where=("id", "fence", "lease_owner"), sets=sets) == len(rows)
