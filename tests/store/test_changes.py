"""The feed tells the versions of a record in their order, whatever the transactions that wrote them had begun with."""

from __future__ import annotations

import pytest

from hub.domain.messages import Held
from hub.store import changes, records

KIND = "dossier"


def raise_version(connection, key):
    """Write the next version of a record and its line in the feed, as accepting does."""
    before = records.load(connection, [(KIND, key)])[KIND, key]
    after = Held(KIND, key, before.version + 1, {"code": key}, digest=f"{before.version + 1}")
    told = changes.told([(after, "updated", "one_stop")], now=1)
    records.save(connection, [(before, after)], now=1, also=[told])


def test_a_transaction_that_waited_for_a_record_stands_after_the_one_it_waited_for(store):
    if not store.postgresql:
        pytest.skip("SQLite has one writer at a time")
    for key in ("a", "b"):
        store.write(lambda connection, key=key: raise_version(connection, key))

    with store.writing() as early:
        records.load(early, [(KIND, "a")])  # locks it; PostgreSQL numbers the transaction now
        store.write(lambda late: raise_version(late, "b"))
        raise_version(early, "b")

    with store.reading() as connection:
        lines = changes.after(store, connection, changes.Position(), limit=10)
    assert [line["version"] for line in lines if line["key"] == "b"] == [1, 2, 3]
