"""Asks a partner about the records it has not finished with; one process at a time has the duty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.flows.pull import poll
from hub.store import duties

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.flows.channels import Channel
    from hub.flows.context import Context

# Two pullers at once are harmless (the cursor moves once), a dead one must not be waited for.
DUTY_MILLISECONDS = 10_000
POLL_BATCH = 100


class Poller:
    """Goes round the open records of a channel, a batch at a time."""

    def __init__(self, context: Context, channel: Channel, go_on: Callable[[], bool]) -> None:
        self._context, self._channel, self._go_on = context, channel, go_on

    def turn(self) -> float:
        """One round."""
        pause = self._channel.politeness.poll_seconds
        if not on_duty(self._context, f"poll:{self._channel.name}"):
            return pause
        after = poll(self._context, self._channel, after=0, limit=POLL_BATCH)
        while after and self._go_on():
            after = poll(self._context, self._channel, after=after, limit=POLL_BATCH)
        return pause


def on_duty(context: Context, name: str, *, lease: int = DUTY_MILLISECONDS) -> bool:
    """Take or keep a duty for `lease` milliseconds; return whether this process has it."""
    return context.store.write(
        lambda connection: duties.take(connection, name, owner=context.node, now=context.now(), lease=lease)
    )
