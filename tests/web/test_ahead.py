"""Reading ahead: in order, bounded, errors in their place, an end when nobody listens."""

from __future__ import annotations

import threading

import pytest

from hub.testing.waiting import wait_until
from hub.web.ahead import ahead


def test_steps_come_in_order_and_whole():
    assert list(ahead(iter(range(1000)))) == list(range(1000))


def test_the_next_step_is_made_while_one_is_in_use_and_not_many_more():
    made = []

    def steps():
        for number in range(100):
            made.append(number)
            yield number

    taken = ahead(steps())
    next(taken)
    wait_until(lambda: len(made) >= 3, "two steps ahead")

    assert len(made) <= 4


def test_an_error_comes_after_the_steps_before_it():
    def steps():
        yield 1
        raise ValueError("second")

    taken = ahead(steps())
    assert next(taken) == 1
    with pytest.raises(ValueError, match="second"):
        next(taken)


def test_f30_nothing_goes_on_when_the_consumer_is_gone():
    taken = ahead(iter(range(1000)))
    next(taken)
    taken.close()

    wait_until(lambda: not [thread for thread in threading.enumerate() if thread.name == "ahead"], "the reader ends")
