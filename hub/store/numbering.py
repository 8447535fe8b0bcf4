"""The numbers by which the feed and the ledger are ordered, and the one that readers stop before (PostgreSQL: True)."""

from __future__ import annotations

from sqlalchemy import text

# After a restore all numbers leap ahead (hub.store.epoch): a new cluster counts from the beginning, cursors must not.
LEAP = "COALESCE((SELECT CAST(value AS bigint) FROM hub_state WHERE name = 'transaction_offset'), 0)"
# PostgreSQL numbers a transaction when it first locks a row: it may then wait for one that has a higher number and
# write the same record after it. So the number in the feed is never below that of a transaction that has ended by now.
TRANSACTION_ID = {
    True: (
        "SELECT GREATEST(pg_current_xact_id()::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)"
        f" + {LEAP}"  # xmax - 1: the highest that has ended
    ),
    False: f"SELECT {LEAP}",
}
HORIZON = {
    True: text(f"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + {LEAP}"),
    False: text(f"SELECT {LEAP} + 1"),
}
