"""Filtered lists: page by page they give exactly what the filter says, and no page reads more than its bound."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from hub.store import bulk, record_lists
from hub.store.tables import record
from hub.testing.hearing import statements

AGENCIES = ["H56", "H56.14", "H56.140", "H56.14.01", "H56.14.02", "H57.14", "", *(f"H56.2.{n}" for n in range(90))]
STATUSES = ["returned"] * 40 + ["processing"] * 5 + ["stopped", ""]
FILTERS = [
    {"agencies": agencies, "status": status, "procedure": procedure, "updated_after": after}
    for agencies, status, procedure, after in product(
        (None, ["H56.14"], ["H56.14.01", "H57"], ["H56"], ["G01"]), ("", "stopped"), ("", "1.2"), (None, 900)
    )
]


@pytest.fixture
def held(store):
    """Some hundred records, also of another kind."""
    chance = Random(5)
    rows = [
        {
            "kind": "dossier" if number % 9 else "procedure",
            "key": f"H{chance.randrange(10**6):06}-{number:04}",
            "version": 1, "document": "{}", "claims": "[]", "digest": "", "complete": True, "origin": "office",
            "agency": chance.choice(AGENCIES), "status": chance.choice(STATUSES), "procedure": chance.choice(["1.1", "1.2"]),
            "created_at": 0, "updated_at": chance.randrange(1_000),
        }
        for number in range(800)
    ]  # fmt: skip
    store.write(lambda connection: bulk.insert(connection, record, rows))
    return rows


def is_wanted(row, filters) -> bool:
    prefixes = filters["agencies"]
    return (
        row["kind"] == "dossier"
        and (prefixes is None or any(row["agency"] == one or row["agency"].startswith(f"{one}.") for one in prefixes))
        and filters["status"] in {"", row["status"]}
        and filters["procedure"] in {"", row["procedure"]}
        and (filters["updated_after"] is None or row["updated_at"] > filters["updated_after"])
    )


def read_all(store, filters, *, limit: int) -> list[str]:
    keys: list[str] = []
    after: str | None = ""
    while after is not None:
        with store.reading() as connection:
            found = record_lists.look(connection, "dossier", after=after, limit=limit, filters=filters)
        assert len(found.rows) <= limit
        keys += [row["key"] for row in found.rows]
        after = found.rows[-1]["key"] if len(found.rows) == limit else found.upto
    return keys


@pytest.mark.parametrize("window", [7, 1_000])
def test_f26_pages_together_are_what_the_filter_says(store, held, monkeypatch, window):
    monkeypatch.setattr(record_lists, "WINDOW", window)
    monkeypatch.setattr(record_lists, "LEAST", 2)
    for filters in FILTERS:
        expected = sorted(row["key"] for row in held if is_wanted(row, filters))
        assert read_all(store, filters, limit=13) == expected, filters


def test_f26_a_page_that_finds_little_ends_at_its_bound_and_says_where_to_go_on(store, held, monkeypatch):
    monkeypatch.setattr(record_lists, "WINDOW", 10)
    monkeypatch.setattr(record_lists, "LEAST", 2)
    monkeypatch.setattr(record_lists, "WINDOWS", 3)

    with store.reading() as connection, statements(store.engine) as heard:
        found = record_lists.look(
            connection, "dossier", after="", limit=100, filters={"procedure": "1.2", "updated_after": 998}
        )

    assert found.upto == sorted(row["key"] for row in held if row["kind"] == "dossier")[29]
    assert sum("FROM record" in one for one, _ in heard) == 6  # where each of three windows ends, and its rows
