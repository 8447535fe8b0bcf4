"""Politeness: the breaker opens, lets one probe through, starts slowly; the rate holds."""

from __future__ import annotations

import pytest

from hub.domain.retry import LONGEST_WISH, Politeness
from hub.flows.deliver import NOTHING, Tried
from hub.worker.pace import Pace

TROUBLE = Tried(1, trouble=True)
FINE = Tried(1)


def pace(**politeness):
    seconds = [100.0]
    made = Pace(Politeness(**politeness), largest=50, seconds=lambda: seconds[0])
    return made, seconds


def test_f14_the_breaker_opens_after_failures_and_a_probe_closes_it():
    one, seconds = pace(breaker_failures=3, breaker_seconds=15)
    for _ in range(3):
        assert one.allow() == 50
        one.learn(TROUBLE)
    assert (one.state, one.allow()) == ("open", 0)

    seconds[0] += 15
    assert (one.allow(), one.allow()) == (1, 0)
    one.learn(FINE)
    assert one.state == "closed"


def test_f29_a_failed_probe_keeps_it_open():
    one, seconds = pace(breaker_failures=1, breaker_seconds=15)
    one.allow()
    one.learn(TROUBLE)
    for _ in range(4):
        seconds[0] += 15
        assert one.allow() == 1
        one.learn(TROUBLE)
        assert one.allow() == 0


def test_the_start_after_an_outage_is_slow():
    one, seconds = pace(breaker_failures=1, breaker_seconds=15)
    one.allow()
    one.learn(TROUBLE)
    seconds[0] += 15

    allowed = []
    for _ in range(8):
        allowed.append(one.allow())
        one.learn(FINE)
    assert allowed == [1, 2, 4, 8, 16, 32, 50, 50]


def test_a_probe_that_found_nothing_to_do_lets_the_next_probe_go():
    one, seconds = pace(breaker_failures=1)
    one.allow()
    one.learn(TROUBLE)
    seconds[0] += 15
    assert one.allow() == 1
    one.learn(NOTHING)
    assert one.allow() == 1


def test_retry_after_pauses_the_channel_at_once():
    one, seconds = pace()
    one.allow()
    one.learn(Tried(1, trouble=True, retry_after=7.0))

    assert one.allow() == 0
    seconds[0] += 7
    assert one.allow() == 1


@pytest.mark.parametrize("wish", [1e9, float("9" * 400)])
def test_a_wish_beyond_belief_does_not_close_the_channel_for_ever(wish):
    one, seconds = pace()
    one.allow()
    one.learn(Tried(1, trouble=True, retry_after=wish))

    seconds[0] += LONGEST_WISH
    assert one.allow() == 1


def test_the_rate_spaces_the_batches():
    one, seconds = pace(rate=100.0)
    assert one.allow() == 50
    one.learn(FINE)
    assert one.allow() == 0
    seconds[0] += 0.5
    assert one.allow() == 50
