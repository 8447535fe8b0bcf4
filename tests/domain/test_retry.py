"""Retrying: a visible schedule, jitter within bounds, the partner's wish first, an end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.retry import JITTER, LONGEST_WISH, Politeness, lost_wait, wait

chances = st.floats(0, 1)


@given(st.integers(1, 59), chances)
def test_the_wait_is_the_schedules_step_within_its_jitter(tries, chance):
    politeness = Politeness()
    step = politeness.schedule[min(tries, len(politeness.schedule)) - 1]

    assert step * (1 - JITTER) <= wait(politeness, tries=tries, wish=None, chance=chance) <= step * (1 + JITTER)


@given(st.integers(1, 59), st.floats(0, 1e9), chances)
def test_the_partners_wish_comes_first_within_reason(tries, wish, chance):
    assert 0 < wait(Politeness(), tries=tries, wish=wish, chance=chance) <= LONGEST_WISH


@given(st.integers(60, 10_000), chances)
def test_there_is_an_end(tries, chance):
    assert wait(Politeness(), tries=tries, wish=None, chance=chance) is None


@given(st.integers(1, 59), chances)
def test_a_lost_lease_waits_by_the_schedule_from_the_second_on(lost, chance):
    step = Politeness().schedule[min(lost, len(Politeness().schedule)) - 1]

    assert step * (1 - JITTER) <= lost_wait(Politeness(), lost=lost, chance=chance) <= step * (1 + JITTER)
    assert lost_wait(Politeness(), lost=0, chance=chance) == 0


@pytest.mark.parametrize("wish", [{"concurency": 1}, {"concurrency": 0}, {"schedule": []}, {"schedule": [0]}])
def test_a_wrong_politeness_is_refused_with_a_sentence(wish):
    with pytest.raises(ValueError, match="politeness"):
        Politeness.read(wish)


@pytest.mark.parametrize(
    "wish",
    [
        {"rate": "fast"},
        {"rate": -1},
        {"rate": True},
        {"rate": float("nan")},
        {"batch_size": 0},
        {"batch_size": "x"},
        {"concurrency": 100_000},
        {"concurrency": 1.5},
        {"read_timeout": "x"},
        {"connect_timeout": 0},
        {"poll_seconds": 0},
        {"reconcile_hours": "a"},
        {"reconcile_hours": -3},
        {"maximum_tries": None},
        {"breaker_seconds": "a"},
        {"schedule": ["a"]},
        {"schedule": 5},
        {"schedule": "12"},
    ],
)
def test_a_value_that_a_worker_cannot_work_with_is_refused_by_name(wish):
    with pytest.raises(ValueError, match=next(iter(wish))):
        Politeness.read(wish)


def test_numbers_at_their_bounds_are_taken():
    wish = {"rate": 0, "reconcile_hours": 0.5, "batch_size": None, "concurrency": 1, "schedule": [1, 0.5]}

    assert Politeness.read(wish).schedule == (1, 0.5)
