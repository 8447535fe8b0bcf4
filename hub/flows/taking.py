"""What one thread takes in hand of a channel: a batch at a time, and what may have killed its worker alone."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hub.domain.retry import lost_wait
from hub.store import claiming, epoch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from hub.flows.channels import Channel
    from hub.flows.context import Context
    from hub.flows.leases import Leases
    from hub.store.claiming import Claimed


class Taking:
    """Claims for one thread; of all threads of a process one has a suspect in hand (hub.store.orphans)."""

    def __init__(self, context: Context, channel: Channel, leases: Leases) -> None:
        self._context, self._channel, self._leases = context, channel, leases
        self._ours = False  # the leave to have a suspect

    def claim(self, connection: Connection, limit: int) -> Sequence[Claimed]:
        """Claim up to `limit`; done again when its transaction is."""
        if epoch.is_held(connection):  # after a restore nothing may go backwards at a partner
            return ()
        self._ours = self._ours or self._leases.suspect.acquire(blocking=False)
        claimed = claiming.claim(
            connection,
            self._channel.name,
            owner=self._context.node,
            now=self._context.now(),
            lease=int(self._leases.seconds * 1000),
            limit=limit,
            rounds=self._leases.rounds,
            back_off=self._back_off,
            suspects=self._ours,
        )
        if not any(one.suspect for one in claimed):
            self.close()
        return claimed

    def close(self) -> None:
        """Let another thread have a suspect."""
        if self._ours:
            self._ours = False
            self._leases.suspect.release()

    def _back_off(self, lost: int) -> float:
        return lost_wait(self._channel.politeness, lost=lost, chance=random.random())  # noqa: S311 (jitter)
