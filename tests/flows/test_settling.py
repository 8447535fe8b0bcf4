"""Settling: how a batch ended is written, and the next one claimed, at once."""

from __future__ import annotations

from sqlalchemy import event

from hub.flows.deliver import deliver
from hub.flows.leases import Leases
from hub.store.tables import delivery
from hub.testing import house
from tests.flows.test_accept import put, rows


def test_a_full_batch_is_settled_and_the_next_one_claimed_in_one_transaction(context, partner):
    house.add_echo(context, "echo", partner)
    for number in range(5):
        put(context, house.dossier(number))
    commits, heard = [], []
    event.listen(context.store.engine, "commit", commits.append)

    def more(tried):
        heard.append(tried.count)
        return 2 if tried.count == 2 else 0

    deliver(context, context.channels.get("echo"), limit=2, leases=Leases(context), more=more)

    assert heard == [2, 2, 1]
    assert len(commits) == 1 + 3  # a claim, then a settle with each batch
    assert {row["state"] for row in rows(context, delivery)} == {"delivered"}
