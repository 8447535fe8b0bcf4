"""Requests that wait commit together; a poisonous one fails alone; nobody waits for ever."""

from __future__ import annotations

import threading

from sqlalchemy.exc import OperationalError

from hub.store.together import LARGEST, Together
from hub.testing.waiting import wait_until


def in_threads(count, work):
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


def while_one_leads(run, works, *, leader="leader"):
    """Submit `works` from threads of their own while a first one is being done; return what each came to."""
    begun, go, came_to = threading.Event(), threading.Event(), {}

    def held(batch):
        if not begun.is_set():
            begun.set()
            go.wait(10)
        return run(batch)

    together = Together(held)

    def work(number):
        try:
            came_to[number] = together.submit(number)
        except BaseException as problem:  # noqa: BLE001 (what ends a process too)
            came_to[number] = problem

    first = threading.Thread(target=work, args=(leader,))
    first.start()
    assert begun.wait(10)
    others = threading.Thread(target=in_threads, args=(works, work))
    others.start()
    wait_until(lambda: len(together._waiting) == works, "all stand in the queue")
    go.set()
    first.join(10)
    others.join(10)
    return came_to


def test_each_gets_its_own_result_and_those_that_wait_share_a_run():
    runs = []

    def run(batch):
        runs.append(len(batch))
        return [number * 10 for number in batch]

    results = while_one_leads(run, 200, leader=1000)

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
    def run(batch):
        if "leader" not in batch:
            raise SystemExit(1)
        return batch

    came_to = while_one_leads(run, 5)

    assert came_to.pop("leader") == "leader"
    assert {type(one) for one in came_to.values()} == {SystemExit}
    assert len(came_to) == 5


def test_who_was_done_before_the_process_ended_hears_so():
    def run(batch):
        if len(batch) > 1:
            raise ValueError
        if batch == [1]:
            raise SystemExit(1)
        return batch

    came_to = while_one_leads(run, 3)

    done = [number for number in range(3) if came_to[number] == number]
    assert len(done) + sum(isinstance(came_to[number], SystemExit) for number in range(3)) == 3
    assert isinstance(came_to[1], SystemExit)


def lost_line(statement):
    return OperationalError(statement, {}, Exception("away"), connection_invalidated=True)


def test_when_the_database_is_away_one_finds_out_for_all():
    tried = []

    def run(batch):
        tried.append(len(batch))
        if len(tried) > 1:
            raise lost_line("SELECT 1")
        return batch

    came_to = while_one_leads(run, 20)

    assert {type(came_to[number]) for number in range(20)} == {OperationalError}
    assert tried == [1, 20, 1]


def test_f39_what_the_server_cannot_do_for_one_is_done_for_the_others():
    def run(batch):
        if 7 in batch:
            raise OperationalError("INSERT", {}, Exception("a limit of the server"))
        return batch

    came_to = while_one_leads(run, 20)

    assert isinstance(came_to.pop(7), OperationalError)
    assert {number: number for number in range(20) if number != 7} | {"leader": "leader"} == came_to


def test_what_may_have_been_committed_is_not_done_again():
    tried = []

    def run(batch):
        tried.append(len(batch))
        if len(tried) == 2:
            raise lost_line(None)  # while committing: no statement
        return batch

    came_to = while_one_leads(run, 20)

    assert {type(came_to[number]) for number in range(20)} == {OperationalError}
    assert tried == [1, 20]
