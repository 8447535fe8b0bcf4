"""A duty has one owner until its lease ends or is let go."""

from __future__ import annotations

from hub.store import duties


def test_one_owner_at_a_time(store):
    def take(owner, now):
        return store.write(lambda c: duties.take(c, "rota", owner=owner, now=now, lease=100))

    assert take("a", 0)
    assert not take("b", 99)
    assert take("a", 99)
    assert not take("b", 150)
    assert take("b", 199)
    store.write(lambda c: duties.let_go(c, "rota", owner="b"))
    assert take("a", 200)
