"""Many rows in one statement, the same on both databases."""

from __future__ import annotations

import orjson
from sqlalchemy import func, select

from hub.store import bulk
from hub.store.tables import change, duty


def rows(store):
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(select(duty).order_by(duty.c.name))]


def test_rows_are_inserted_conflicts_passed_over_and_counted(store):
    given = [{"name": name, "owner": "ông Ẩn", "until": 2**40, "fence": 0} for name in "abc"]
    with store.writing() as connection:
        first = bulk.insert(connection, duty, given[:2])
        second = bulk.insert(connection, duty, given, conflict="ON CONFLICT DO NOTHING")

    assert (first, second) == (2, 1)
    assert rows(store) == [(name, "ông Ẩn", 2**40, 0) for name in "abc"]


ODD = {"tên": 'Nguyễn "Ẩn" \\ \u2028', "dòng\n": [1.5, None, True, {}, [], "\x7f\x01"], "": {"a": {"b": "null"}}}


def test_json_stands_in_a_text_column_byte_for_byte(store):
    given = [ODD, [], {}, [[]], [ODD, "x"], {"x": 0}]
    with store.writing() as connection:
        told = [
            {"name": f"{place}", "owner": bulk.as_text(connection, value), "until": 1, "fence": 1}
            for place, value in enumerate(given)
        ]
        bulk.insert(connection, duty, told)
        again = [{"name": "1", "owner": bulk.as_text(connection, ODD)}]
        bulk.update(connection, duty, again, where=("name",))

    given[1] = ODD
    assert [row[1] for row in rows(store)] == [orjson.dumps(value).decode() for value in given]


def test_rows_are_updated_where_they_fit_and_counted(store):
    with store.writing() as connection:
        bulk.insert(connection, duty, [{"name": name, "owner": name, "until": 1, "fence": 1} for name in "abc"])
        found = bulk.update(
            connection,
            duty,
            [{"name": "a", "fence": 1, "new_fence": 5}, {"name": "b", "fence": 9, "new_fence": 5}],
            where=("name", "fence"),
        )
        raised = bulk.update(
            connection, duty, [{"name": "c", "until": 7}], where=("name",), sets="until = duty.until + {until}"
        )

    assert (found, raised) == (1, 1)
    assert [(row[0], row[2], row[3]) for row in rows(store)] == [("a", 1, 5), ("b", 1, 1), ("c", 8, 1)]


def test_nothing_is_nothing(store):
    with store.writing() as connection:
        assert bulk.insert(connection, duty, []) == bulk.update(connection, duty, [], where=("name",)) == 0


def test_several_parts_are_written_at_once_and_each_is_counted(store):
    with store.writing() as connection:
        bulk.insert(connection, duty, [{"name": name, "owner": "x", "until": 1} for name in "ab"])
        counts = bulk.write(
            connection,
            [
                bulk.Insert(
                    duty, [{"name": name, "owner": "y", "until": 1} for name in "bcd"], "ON CONFLICT DO NOTHING"
                ),
                bulk.Insert(duty, []),
                bulk.Update(duty, [{"name": "a", "until": 9}], ("name",)),
            ],
        )

    assert counts == [2, 0, 1]
    assert [row[:3] for row in rows(store)] == [("a", "x", 9), ("b", "x", 1), ("c", "y", 1), ("d", "y", 1)]


def test_all_that_one_statement_numbers_bears_the_same_number(store):
    row = {
        "kind": "dossier",
        "version": 1,
        "word": "created",
        "source": "x",
        "agency": "",
        "digest": "",
        "events": "[]",
    }
    with store.writing() as connection:
        told = [
            bulk.Insert(change, [row | {"key": key, "at": 1} for key in keys], numbered=True) for keys in ("ab", "c")
        ]
        bulk.write(connection, told)
    with store.reading() as connection:
        numbers, lines = connection.execute(select(func.count(change.c.transaction_id.distinct()), func.count())).one()
        below = store.horizon(connection)
        highest = connection.execute(select(func.max(change.c.transaction_id))).scalar_one()

    assert (numbers, lines) == (1, 3)
    assert highest < below
