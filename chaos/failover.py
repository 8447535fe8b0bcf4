"""A primary is lost under load, again and again; its replica takes over; nothing is lost and service returns by itself.

Between the loss and the promotion nobody takes writes: so long a cluster manager needs to be sure. The seconds that are
told begin with the loss and therefore contain that time.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from chaos.breaking import look, published, settled
from chaos.cluster import Cluster, Wish, ready
from chaos.evidence import WRONGS
from chaos.starting import running
from hub.demo.processes import wait_for
from hub.store.tables import attempt

if TYPE_CHECKING:
    from pathlib import Path

    from chaos.pair import Pair
    from chaos.saying import Say

SURE_SECONDS = 2.0
LOSSES, EVENTS = 6, 20_000  # at most
LOADED = 200  # acknowledgements between two losses, at least
RETURN_SECONDS = 120.0
ENDLESS = 10**9


class Journals:
    """Counts what the clients were acknowledged; notes each client's first acknowledgement after a moment."""

    def __init__(self, paths: list[Path]) -> None:
        self._places = dict.fromkeys(paths, 0)
        self.count: Counter[str] = Counter()
        self.first_since: dict[Path, float] = {}

    def read_on(self, *, since: float = 0.0) -> int:
        """Read what is new; return how many events are acknowledged so far."""
        for path, place in self._places.items():
            if not path.exists():
                continue
            with path.open("rb") as file:
                file.seek(place)
                new = file.read()
            whole = new.rfind(b"\n") + 1
            self._places[path] = place + whole
            for line in new[:whole].splitlines():
                note = json.loads(line) if b'"acknowledged"' in line else {}
                if "acknowledged" in note:
                    self.count[note["kind"]] += 1
                    if note["time"] > since:
                        self.first_since.setdefault(path, note["time"])
        return self.count["event"]


def failover(wish: Wish, say: Say) -> tuple[bool, str]:
    """Lose the primary several times, then verify as after any chaos."""
    chance, losses = Random(wish.seed), min(LOSSES, wish.faults)
    with running(wish) as cluster:
        assert cluster.pair is not None
        cluster.partners[1].act({"act": "auto_track", "on": True})
        cluster.start_clients(ENDLESS)
        journals = Journals(cluster.journals)
        back = []
        for number in range(losses):
            _until_loaded(journals)
            time.sleep(chance.uniform(0.0, 2.0))
            back.append(_lose(cluster, cluster.pair, journals, hung=number % 2 == 1, say=say))
            fenced = cluster.pair.come_back()
            cluster.pair.rejoin(rewinding=number % 2 == 0)
            say(f"The old primary came back {'read-only' if fenced else 'AS A SECOND WRITER'} and is a replica again.")
            if not fenced:
                return False, "the old primary took writes"
        wait_for(lambda: journals.read_on() >= min(wish.events, EVENTS), "all is published", seconds=1800)
        cluster.stop_file.touch()
        published(cluster, say)
        settled(cluster, say)
        findings = look(cluster)
    for word in WRONGS:
        for one in findings.wrong[word][:5]:
            say(f"{word}: {one}")
    counts = ", ".join(f"{len(findings.wrong[word])} {word}" for word in WRONGS)
    events = findings.figures.get("acknowledged events", 0)
    told = f"{losses} failovers, service back after {_span(back)} s; {events} acknowledged events; {counts}"
    return findings.good and events > 0, told


def _until_loaded(journals: Journals) -> None:
    before = journals.read_on()
    wait_for(lambda: journals.read_on() > before + LOADED, "there is load", seconds=300)


def _lose(cluster: Cluster, pair: Pair, journals: Journals, *, hung: bool, say: Say) -> float:
    """Return the seconds until every client has an acknowledgement, all is ready, and something was delivered."""
    lost = time.time()
    pair.lose(hung=hung)
    time.sleep(SURE_SECONDS)
    pair.promote()
    promoted = time.time()
    journals.read_on()
    journals.first_since.clear()
    wait_for(
        lambda: journals.read_on(since=promoted) and len(journals.first_since) == cluster.wish.clients,
        "every client is acknowledged again",
        seconds=RETURN_SECONDS,
    )
    accepted = max(journals.first_since.values()) - lost
    wait_for(lambda: all(ready(place) for place in cluster.webs.values()), "all are ready", seconds=RETURN_SECONDS)
    wait_for(lambda: _delivered(cluster, promoted) is not None, "something is delivered", seconds=RETURN_SECONDS)
    delivered = (_delivered(cluster, promoted) or 0) / 1000 - lost
    way = "hung" if hung else "killed"
    times = f"all clients acknowledged after {accepted:.1f} s, delivered after {delivered:.1f} s"
    say(f"Primary {way}: promoted after {promoted - lost:.1f} s, {times}.")
    return max(accepted, delivered)


def _delivered(cluster: Cluster, since: float) -> int | None:
    """When the first delivery ended after a moment, as the new primary tells (None: none yet)."""
    with cluster.context.store.reading() as connection:
        first: int | None = connection.execute(
            select(func.min(attempt.c.at)).where(attempt.c.at > since * 1000, attempt.c.outcome == "delivered")
        ).scalar_one()
    return first


def _span(back: list[float]) -> str:
    return f"{min(back):.1f} to {max(back):.1f}"
