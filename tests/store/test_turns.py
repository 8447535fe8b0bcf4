"""Sources take turns: one that sends seven times its usual volume waits behind itself, not before others."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from hub.store import bulk, claiming, deliveries
from hub.store.deliveries import DELIVERED, Settled
from hub.store.tables import record

OTHERS = [f"commune{number}" for number in range(9)]
FLOOD = "flood"


class Line:
    """A channel whose partner takes `capacity` records a tick; time is the tick."""

    def __init__(self, store, *, capacity: int) -> None:
        self.store, self.capacity = store, capacity
        self.tick = 1
        self.number = 0
        self.since: dict[str, tuple[str, int]] = {}
        self.delays: dict[str, list[int]] = defaultdict(list)
        self.rounds: dict[str, str] = {}

    def arrive(self, source: str, count: int) -> None:
        keys = [f"{self.number + one:06}" for one in range(count)]
        self.number += count
        self.since |= dict.fromkeys(keys, (source, self.tick))
        self.store.write(lambda connection: self._write(connection, source, keys))

    def _write(self, connection, source: str, keys: list[str]) -> None:
        row = {
            "kind": "dossier", "version": 1, "document": "{}", "claims": "[]", "digest": "", "complete": True,
            "origin": source, "created_at": 0, "updated_at": 0,
        }  # fmt: skip
        bulk.insert(connection, record, [{**row, "key": key} for key in keys])
        sources = {("dossier", key): source for key in keys}
        wanted = deliveries.wanted([("line", "dossier", key, 1) for key in keys], now=self.tick, sources=sources)
        bulk.write(connection, [wanted])

    def work(self) -> Counter:
        def turn(connection) -> list[str]:
            claimed = claiming.claim(
                connection, "line", owner="w", now=self.tick, lease=1_000_000, limit=self.capacity, rounds=self.rounds
            )
            done = [Settled(one.id, one.fence, one.version, DELIVERED, self.tick) for one in claimed]
            assert len(deliveries.settle(connection, done, now=self.tick)) == len(claimed)
            return [one.key for one in claimed]

        served: Counter = Counter()
        for key in self.store.write(turn):
            source, since = self.since[key]
            served[source] += 1
            self.delays[source].append(self.tick - since)
        self.tick += 1
        return served

    def mean(self, sources: list[str]) -> float:
        """In ticks; the tick of delivery counts."""
        all_delays = [1 + delay for source in sources for delay in self.delays[source]]
        return sum(all_delays) / len(all_delays)


def run(store, *, flood: int, ticks: int = 20) -> Line:
    line = Line(store, capacity=26)  # a third more than what usually comes
    for _ in range(ticks):
        for source in OTHERS:
            line.arrive(source, 2)
        line.arrive(FLOOD, flood)
        line.work()
    return line


def test_f25_a_client_with_seven_times_its_volume_does_not_delay_others_by_more_than_a_tenth(store, request):
    usual = run(store, flood=2)
    store.write(lambda connection: connection.exec_driver_sql("DELETE FROM delivery"))
    store.write(lambda connection: connection.exec_driver_sql("DELETE FROM record"))
    flooded = run(store, flood=14)

    assert flooded.mean(OTHERS) <= 1.1 * usual.mean(OTHERS)
    assert max(max(flooded.delays[source]) for source in OTHERS) <= 1
    assert flooded.mean([FLOOD]) > flooded.mean(OTHERS)


def test_when_all_that_is_due_fits_the_oldest_goes_first(store):
    line = Line(store, capacity=10)
    line.arrive(FLOOD, 5)
    line.arrive("other", 4)

    assert line.work() == {FLOOD: 5, "other": 4}


def test_no_place_of_a_claim_stays_empty(store):
    line = Line(store, capacity=10)
    line.arrive(FLOOD, 50)
    line.arrive("other", 3)

    assert line.work() == {FLOOD: 7, "other": 3}
    assert line.work() == {FLOOD: 10}


def test_more_sources_than_places_are_served_in_a_round(store):
    line = Line(store, capacity=5)
    line.arrive(FLOOD, 100)
    for number in range(20):
        line.arrive(f"s{number:02}", 1)

    served: Counter = Counter()
    for _ in range(6):
        served += line.work()

    assert {source: count for source, count in served.items() if source != FLOOD} == {
        f"s{number:02}": 1 for number in range(20)
    }


def test_deliveries_written_by_an_older_release_have_a_turn_too(store):
    line = Line(store, capacity=4)
    line.arrive(FLOOD, 40)
    line.arrive("", 2)

    assert line.work()[""] == 2


@pytest.mark.parametrize("workers", [2])
def test_two_workers_never_hold_the_same_delivery(postgres_url, workers):
    from hub.store.engine import Store

    store = Store(postgres_url)
    line = Line(store, capacity=10)
    for source in ("a", "b", "c"):
        line.arrive(source, 20)
    with store.writing() as first, store.writing() as second:
        one = claiming.claim(first, "line", owner="1", now=2, lease=1000, limit=10)
        two = claiming.claim(second, "line", owner="2", now=2, lease=1000, limit=10)
    store.close()

    assert len(one) == len(two) == 10
    assert not {each.id for each in one} & {each.id for each in two}
