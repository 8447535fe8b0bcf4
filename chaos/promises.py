"""The counted promises: exactly so many postal orders, orphaned work resumed in time, retries that stop on a pause."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import psutil
import requests
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from chaos.content import OFFICE, START, document
from chaos.evidence import Evidence
from chaos.failover import failover
from chaos.starting import running
from chaos.vanish import vanish
from hub.demo.processes import wait_for
from hub.store import channels, delivery_views, queue_views
from hub.store.tables import attempt, delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chaos.cluster import Cluster, Wish
    from chaos.saying import Say
    from hub.demo.partners import Partner

LINES = 200
LOST = 0.1  # share of the post's answers that never come
BACKLOG, SLOW_SECONDS = 30_000, 1.0  # waiting before the first kill; what the partner takes for a batch
KILLS, KILL_SECONDS = 20, 4.0  # one of three workers; the last is never killed: somebody resumes at once
ALONE_KILLS, ALONE_SECONDS = 8, 14.0  # the only worker, whose supervisor starts it again
RESUME_SECONDS, PAUSE_SECONDS = 15.0, 5.0
RETRIES, PAUSES = 5_000, 6
WAIT_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Orphan:
    """What a worker had in hand (since `begun`) when it was killed. Times in ms."""

    id: int
    begun: int
    killed: int


def run(wish: Wish, say: Say) -> int:
    """Keep one promise; return the exit status. The last line is the verdict."""
    works = {
        "postal": postal,
        "resume": resume,
        "alone": alone,
        "pause": pause,
        "failover": failover,
        "vanish": vanish,
    }
    good, sentence = works[wish.scenario](wish, say)
    print(f"{'PASSED' if good else 'FAILED'} {wish.database} {wish.scenario}: {sentence}")
    return 0 if good else 1


def postal(wish: Wish, say: Say) -> tuple[bool, str]:
    """`events` orders, a tenth of the answers lost after the post had committed: exactly as many orders."""
    with running(replace(wish, channels=("post",))) as cluster:
        post = cluster.partners[0]
        post.order({"fault": "timeout_after", "rate": LOST, "seed": wish.seed, "path": "order"})
        for count in _publish(cluster, wish.events, post=True):
            if count % 5_000 == 0:
                say(f"{count} dossiers accepted")
        _until_quiet(cluster, say)
        evidence = Evidence(cluster.direct, cluster.key, {"post": post.url}, [])
        effects = [one for one in evidence.effects("post") if one["what"] == "accepted"]
        orders = Counter(one["name"] for one in effects)
        doubled = sum(1 for times in orders.values() if times > 1)
        with cluster.context.store.reading() as connection:
            lost = connection.execute(
                select(func.count()).select_from(attempt).where(attempt.c.outcome == "unknown")
            ).scalar_one()
        told = f"{len(orders)} orders of {wish.events}, {doubled} doubled, {lost} tries without an answer"
        return len(orders) == len(effects) == wish.events, told


def resume(wish: Wish, say: Say) -> tuple[bool, str]:
    """Workers are killed with work in hand and a backlog behind them; how long until each piece is tried again."""
    with running(replace(wish, channels=("echo",), lease_seconds=None, workers=3)) as cluster:
        chance = Random(wish.seed)

        def one_of_them() -> int:
            return cluster.pid(chance.choice([f"worker{one}" for one in range(cluster.wish.workers - 1)]))

        return _killed(cluster, say, one_of_them, kills=KILLS, gap=KILL_SECONDS)


def alone(wish: Wish, say: Say) -> tuple[bool, str]:
    """The same with one worker only, as `hub serve` has it: its supervisor starts it again."""
    with running(replace(wish, channels=("echo",), lease_seconds=None, workers=1, supervised=True)) as cluster:

        def the_child() -> int:
            children = psutil.Process(cluster.pid("worker0")).children()
            return children[0].pid if children else 0

        return _killed(cluster, say, the_child, kills=ALONE_KILLS, gap=ALONE_SECONDS)


def _killed(cluster: Cluster, say: Say, victim: Callable[[], int], *, kills: int, gap: float) -> tuple[bool, str]:
    cluster.partners[0].order({"fault": "slow", "rate": 1.0, "delay": SLOW_SECONDS})
    for _ in _publish(cluster, BACKLOG, post=False):
        pass
    orphans: list[Orphan] = []
    backlog = [_waiting(cluster)]
    say(f"{backlog[0]} deliveries wait")
    for _ in range(kills):
        wait_for(lambda: (pid := victim()) and _in_hand(cluster, pid), "it has work in hand", seconds=60)
        pid = victim()
        os.kill(pid, signal.SIGSTOP)
        killed = cluster.context.now()
        orphans += [Orphan(one, begun, killed) for one, begun in _in_hand(cluster, pid).items()]
        os.kill(pid, signal.SIGKILL)
        time.sleep(gap)
    backlog.append(_waiting(cluster))
    say(f"{kills} kills with {len(orphans)} deliveries in hand; {backlog[-1]} still wait")
    time.sleep(RESUME_SECONDS + 5)
    waits = sorted(_resumed(cluster, one, orphans) for one in orphans)
    if not waits:
        return False, "nothing was in hand"
    p50, p99 = waits[len(waits) // 2], waits[min(len(waits) * 99 // 100, len(waits) - 1)]
    told = f"{len(waits)} orphaned deliveries of {kills} kills resumed after p50 {p50:.1f} s, p99 {p99:.1f} s"
    behind = f"{backlog[0]} others waiting at first, {backlog[-1]} after the last kill"
    return p99 <= RESUME_SECONDS and backlog[-1] > 0, f"{told}, longest {waits[-1]:.1f} s; {behind}"


def pause(wish: Wish, say: Say) -> tuple[bool, str]:
    """Thousands of records are tried again and again; after a pause no more requests come."""
    longest, most = 0.0, 0.0
    with running(replace(wish, channels=("echo",))) as cluster:
        partner = cluster.partners[0]
        partner.order({"fault": "out_of_order_refusal", "rate": 1.0, "path": "/put"})
        for _ in _publish(cluster, RETRIES, post=False):
            pass
        for number in range(PAUSES):
            if number == PAUSES // 2:  # from here the partner is in trouble as a whole: the breaker opens and probes
                partner.heal()
                partner.order({"fault": "http_500", "rate": 1.0, "path": "/put"})
            began, seen = time.monotonic(), _seen(partner)
            _until_tried(partner, beyond=seen + 10)
            most = max(most, (_seen(partner) - seen) / (time.monotonic() - began))
            _set_paused(cluster, paused=True)
            began = last = time.monotonic()
            seen = _seen(partner)
            while time.monotonic() - last < 4:
                time.sleep(0.05)
                if (now := _seen(partner)) != seen:
                    seen, last = now, time.monotonic()
            longest = max(longest, last - began)
            say(f"quiet {last - began:.1f} s after the pause; {_waiting(cluster)} wait to be tried again")
            _set_paused(cluster, paused=False)
        waiting = _waiting(cluster)
    told = f"{PAUSES} pauses, {waiting} records tried again and again (up to {most:.0f} requests/s)"
    return longest <= PAUSE_SECONDS, f"{told}: quiet after at most {longest:.1f} s"


def _waiting(cluster: Cluster) -> int:
    with cluster.context.store.reading() as connection:
        return queue_views.waiting(connection, "echo", most=1_000_000)


def _publish(cluster: Cluster, number: int, *, post: bool) -> Iterator[int]:
    """Publish dossiers in batches; yield how many are accepted so far."""
    session = requests.Session()
    session.trust_env = False
    headers = {"Authorization": f"Bearer {cluster.key}", "Content-Type": "application/x-ndjson"}
    for start in range(0, number, LINES):
        lines = [_line(one, post=post) for one in range(start, min(start + LINES, number))]
        body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        answers: list[dict[str, Any]] = []
        while len(answers) < len(lines) or any("error" in one for one in answers):
            answer = session.post(f"{cluster.direct}/v1/batch", data=body, headers=headers, timeout=(2, 60))
            answers = [json.loads(line) for line in answer.content.splitlines()]
        yield start + len(lines)


def _line(number: int, *, post: bool) -> dict[str, Any]:
    code = f"{OFFICE}-260512-{number + 1:06}"
    made = document(code, OFFICE, mark=f"hs {code}", at=START, post=post)
    moments = ((START + timedelta(minutes=minutes)).isoformat() for minutes in (10, 20))
    steps = zip(("accepted", "finished"), moments, strict=True)
    made["events"] = [{"id": f"{code}/{status}", "occurred_at": at, "status": status} for status, at in steps]
    return {"kind": "dossier", "document": made}


def _until_quiet(cluster: Cluster, say: Say) -> None:
    until, shown = time.monotonic() + WAIT_SECONDS, 0.0
    while time.monotonic() < until:
        with cluster.context.store.reading() as connection:
            counts = delivery_views.counts(connection)
        if not any(states.get("waiting") for states in counts.values()):
            return
        if time.monotonic() - shown > 15:
            shown = time.monotonic()
            say(f"{counts}")
        time.sleep(0.5)


def _in_hand(cluster: Cluster, pid: int) -> dict[int, int]:
    """What a worker has claimed and not settled, and since when (or its last renewal), as the database tells it."""
    lease = int(cluster.context.settings.lease_seconds * 1000)
    try:
        with cluster.context.store.reading() as connection:
            rows = connection.execute(
                select(delivery.c.id, delivery.c.lease_until).where(
                    delivery.c.lease_owner.contains(f"-{pid}-"), delivery.c.lease_until > cluster.context.now()
                )
            )
            return {row.id: row.lease_until - lease for row in rows}
    except SQLAlchemyError:
        return {}


def _resumed(cluster: Cluster, orphan: Orphan, orphans: Sequence[Orphan]) -> float:
    """Seconds until the next try of the delivery began: as its attempts tell, or its next owner, killed in turn."""
    with cluster.context.store.reading() as connection:
        first = connection.execute(
            select(func.min(attempt.c.at - attempt.c.milliseconds)).where(
                attempt.c.delivery_id == orphan.id, attempt.c.at > orphan.killed
            )
        ).scalar_one()
    begun = [one.begun for one in orphans if one.id == orphan.id and one.killed > orphan.killed]
    begun += [] if first is None else [first]
    return max(min(begun) - orphan.killed, 0) / 1000 if begun else float("inf")


def _until_tried(partner: Partner, *, beyond: int) -> None:
    wait_for(lambda: _seen(partner) > beyond, "it is tried again", seconds=60)


def _seen(partner: Partner) -> int:
    return int(partner.http.get(f"{partner.url}/_sim/log").json()["seen"])


def _set_paused(cluster: Cluster, *, paused: bool) -> None:
    context = cluster.context
    context.store.write(lambda c: channels.change(c, "echo", {"paused": paused}, now=context.now()))
