"""One time for all processes, though a machine's clock be wrong or jump."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.flows.leases import Leases
from hub.store import steady
from hub.store.claiming import claim
from hub.store.engine import Store
from hub.store.steady import MOST, SteadyClock
from hub.testing import house
from hub.testing.partner import EchoSimulator
from tests.flows.test_accept import put


class Wall:
    """A wall clock that is `shift` away from the true time."""

    def __init__(self, **shift):
        self.shift = timedelta(**shift)

    def now(self):
        return datetime.now(UTC) + self.shift


@pytest.fixture
def store(database_url):
    one = Store(database_url)
    yield one
    one.close()


def clock(store, **shift):
    one = SteadyClock(store, wall=Wall(**shift))
    one.anchor()
    return one


def apart(one, other):
    return abs((one.now() - other.now()).total_seconds())


@pytest.mark.parametrize("hours", [1, -1])
def test_two_processes_agree_though_one_wall_clock_is_an_hour_off(store, hours):
    true = clock(store)
    assert apart(true, Wall()) < 1
    assert apart(clock(store, hours=hours), true) < 1


@pytest.mark.parametrize("hours", [1, -1])
def test_a_jump_of_the_wall_clock_moves_nothing(store, hours):
    one = clock(store)
    before = one.now()
    one._wall.shift = timedelta(hours=hours)
    one.anchor()

    assert timedelta() <= one.now() - before < timedelta(seconds=5)


def test_a_wall_clock_that_was_days_off_is_followed_at_once(sqlite_url):
    store = Store(sqlite_url)
    one = clock(store, milliseconds=-2 * MOST)
    one._wall.shift = timedelta()
    one.anchor()
    assert apart(one, Wall()) < 1
    store.close()


def test_before_the_database_is_made_the_wall_clock_serves(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'none.db'}")
    assert apart(SteadyClock(store), Wall()) < 1
    store.close()


def test_f05_a_worker_whose_clock_is_an_hour_ahead_takes_nothing_that_others_have_in_hand(database_url):
    def build(**shift):
        from hub import wiring
        from hub.config import Settings
        from hub.plugging.manager import Plugins
        from hub.testing import partner

        plugins = Plugins()
        plugins.register(partner)
        settings = Settings(database_url=database_url, secret_key=house.KEY)
        one = wiring.build(settings, plugins=plugins, wall=Wall(**shift))
        one.clock.anchor()
        return one

    right, ahead = build(), build(hours=1)
    with EchoSimulator() as partner:
        house.add_echo(right, "echo", partner)
        put(ahead, house.dossier())
        counts = [
            len(one.store.write(lambda c, one=one: claim(c, "echo", owner="x", now=one.now(), lease=10_000, limit=9)))
            for one in (right, ahead)
        ]
    for one in (right, ahead):
        one.waker.close()
        one.store.close()

    assert counts == [1, 0]


@pytest.mark.parametrize("hours", [1, -1])
def test_a_wall_clock_set_wrong_after_days_without_a_fault_is_followed_slowly_too(sqlite_url, monkeypatch, hours):
    store, counted = Store(sqlite_url), steady._counted
    one = clock(store)
    later = int(timedelta(days=3) / timedelta(milliseconds=1))
    monkeypatch.setattr(steady, "_counted", lambda: counted() + later)
    one._wall.shift = timedelta(milliseconds=later)
    one.anchor()
    before = one.now()
    one._wall.shift += timedelta(hours=hours)
    one.anchor()

    assert abs(one.now() - before) < timedelta(seconds=2)
    store.close()


def test_what_is_in_hand_is_let_go_before_a_clock_that_is_moved_shows_the_lease_to_others_as_ended(
    sqlite_url, monkeypatch
):
    context, counted = house.build(sqlite_url), steady._counted
    one = clock(context.store)
    before, lease = one.now(), timedelta(seconds=context.settings.lease_seconds)
    one._wall.shift = timedelta(hours=1)
    for passed in (10_000, lease // timedelta(milliseconds=1) - 1):  # since it was moved last, and within the lease
        monkeypatch.setattr(steady, "_counted", lambda passed=passed: counted() + passed)
        one.anchor()
    monkeypatch.setattr(steady, "_counted", counted)

    with Leases(context).hold([], begun=0.0) as hand:
        assert timedelta(seconds=hand.until) <= lease - (one.now() - before) + timedelta(milliseconds=200)
    context.store.close()


def test_a_line_that_holds_the_question_back_does_not_move_the_time(postgres_url, monkeypatch):
    """Half of the way there and back is taken for the way back: ten seconds on one of them are five of error."""
    store, counted = Store(postgres_url), steady._counted
    one = clock(store)
    before = one.now()
    held_back = iter([0, 10_000])
    monkeypatch.setattr(one, "_measured", -1e9)
    with store.reading() as connection:
        monkeypatch.setattr(steady, "_counted", lambda: counted() - 10_000 + next(held_back))
        one.follow(connection)
    monkeypatch.setattr(steady, "_counted", counted)

    assert timedelta() <= one.now() - before < timedelta(seconds=2)
    store.close()
