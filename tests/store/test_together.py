"""Requests that wait commit together; a poisonous one fails alone; nobody waits for ever."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy.exc import OperationalError

from hub.store.together import LARGEST, Together


def in_threads(count, work):
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


def test_each_gets_its_own_result_and_those_that_wait_share_a_run():
    runs, results, first = [], {}, threading.Event()

    def run(batch):
        runs.append(len(batch))
        if len(runs) == 1:
            first.wait(5)
        return [number * 10 for number in batch]

    together = Together(run)

    def work(number):
        results[number] = together.submit(number)

    leader = threading.Thread(target=work, args=(1000,))
    leader.start()
    while not runs:
        pass
    others = threading.Thread(target=in_threads, args=(200, work))
    others.start()
    while len(together._waiting) < 200:  # all stand in the queue
        pass
    first.set()
    leader.join(10)
    others.join(10)

    assert results == {number: number * 10 for number in [*range(200), 1000]}
    assert max(runs) == LARGEST
    assert len(runs) == 5


def test_f39_a_poisonous_request_fails_alone():
    outcomes = {}

    def run(batch):
        if 13 in batch:
            raise ValueError("13")
        return batch

    together = Together(run)

    def work(number):
        try:
            outcomes[number] = together.submit(number)
        except ValueError as problem:
            outcomes[number] = str(problem)

    in_threads(40, work)

    assert outcomes == {number: "13" if number == 13 else number for number in range(40)}


def test_f30_a_process_that_ends_lets_everybody_go():
    def run(_batch):
        raise SystemExit(1)

    with pytest.raises(SystemExit):
        Together(run).submit(1)


def test_when_the_database_is_away_one_finds_out_for_all():
    tried, outcomes, all_wait = [], [], threading.Event()

    def run(batch):
        tried.append(len(batch))
        if len(tried) == 1:
            all_wait.wait(5)
            return batch
        raise OperationalError("SELECT 1", {}, Exception("away"))

    together = Together(run)

    def work(number):
        try:
            together.submit(number)
        except OperationalError:
            outcomes.append(number)

    leader = threading.Thread(target=work, args=(1000,))
    leader.start()
    while not tried:
        pass
    others = threading.Thread(target=in_threads, args=(20, work))
    others.start()
    while len(together._waiting) < 20:
        pass
    all_wait.set()
    leader.join(10)
    others.join(10)

    assert sorted(outcomes) == list(range(20))
    assert tried == [1, 20, 1]
