"""The counted promises: exactly so many postal orders, orphaned work resumed in time, retries that stop on a pause."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import requests
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from chaos.cluster import Cluster, Wish, running
from chaos.content import OFFICE, START, document
from chaos.failover import failover
from chaos.vanish import vanish
from chaos.verify import Evidence
from hub.demo.processes import wait_for
from hub.store import channels, delivery_views
from hub.store.tables import attempt, delivery

if TYPE_CHECKING:
    from collections.abc import Iterator

LINES = 200
LOST = 0.1  # share of the post's answers that never come
KILLS, KILL_SECONDS, IN_HAND_SECONDS = 20, 6.0, 0.3  # the last worker is never killed: somebody must resume
RESUME_SECONDS, PAUSE_SECONDS = 15.0, 5.0
WAIT_SECONDS = 900.0


def run(wish: Wish, say: Any) -> int:
    """Keep one promise; return the exit status. The last line is the verdict."""
    works = {"postal": postal, "resume": resume, "pause": pause, "failover": failover, "vanish": vanish}
    good, sentence = works[wish.scenario](wish, say)
    print(f"{'PASSED' if good else 'FAILED'} {wish.database} {wish.scenario}: {sentence}")
    return 0 if good else 1


def postal(wish: Wish, say: Any) -> tuple[bool, str]:
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


def resume(wish: Wish, say: Any) -> tuple[bool, str]:
    """Workers are killed with work in hand; how long until each piece is tried again by another."""
    with running(replace(wish, channels=("echo",), lease_seconds=None, workers=3)) as cluster:
        cluster.partners[0].order({"fault": "slow", "rate": 1.0, "delay": 0.5})
        chance, orphans = Random(wish.seed), {}
        published = _publish(cluster, 60_000, post=False)
        for number in range(KILLS):
            next(published)
            time.sleep(IN_HAND_SECONDS)
            pid = cluster.pid(chance.choice([f"worker{one}" for one in range(cluster.wish.workers - 1)]))
            os.kill(pid, signal.SIGSTOP)
            for one in _in_hand(cluster, pid):
                orphans[one, number] = cluster.context.now()
            os.kill(pid, signal.SIGKILL)
            time.sleep(KILL_SECONDS)
        say(f"{KILLS} workers killed with {len(orphans)} deliveries in hand")
        cluster.partners[0].heal()
        time.sleep(RESUME_SECONDS * 2)
        waits = sorted(_resumed(cluster, key, killed) for (key, _), killed in orphans.items())
    if not waits:
        return False, "nothing was in hand"
    p50, p99 = waits[len(waits) // 2], waits[min(len(waits) * 99 // 100, len(waits) - 1)]
    told = f"{len(waits)} orphaned deliveries of {KILLS} kills resumed after p50 {p50:.1f} s, p99 {p99:.1f} s"
    return p99 <= RESUME_SECONDS, f"{told}, longest {waits[-1]:.1f} s"


def pause(wish: Wish, say: Any) -> tuple[bool, str]:
    """A partner that only fails is tried again and again; after a pause no more requests come."""
    longest = 0.0
    with running(replace(wish, channels=("echo",))) as cluster:
        partner = cluster.partners[0]
        partner.order({"fault": "http_500", "rate": 1.0, "path": "/put"})
        next(_publish(cluster, LINES, post=False))
        for _ in range(5):
            seen = _seen(partner)
            wait_for(lambda seen=seen: _seen(partner) > seen + 3, "it is tried again", seconds=60)
            _set_paused(cluster, paused=True)
            began = last = time.monotonic()
            seen = _seen(partner)
            while time.monotonic() - last < 4:
                time.sleep(0.05)
                if (now := _seen(partner)) != seen:
                    seen, last = now, time.monotonic()
            longest = max(longest, last - began)
            say(f"quiet {last - began:.1f} s after the pause")
            _set_paused(cluster, paused=False)
    return longest <= PAUSE_SECONDS, f"five pauses, retries stopped after at most {longest:.1f} s"


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


def _until_quiet(cluster: Cluster, say: Any) -> None:
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


def _in_hand(cluster: Cluster, pid: int) -> list[int]:
    """What a worker has claimed and not settled, as the database tells it."""
    try:
        with cluster.context.store.reading() as connection:
            rows = connection.execute(
                select(delivery.c.id).where(
                    delivery.c.lease_owner.contains(f"-{pid}-"), delivery.c.lease_until > cluster.context.now()
                )
            )
            return [row.id for row in rows]
    except SQLAlchemyError:
        return []


def _resumed(cluster: Cluster, delivery_id: int, killed: int) -> float:
    """Seconds until the next try of the delivery began, as its attempts tell."""
    with cluster.context.store.reading() as connection:
        first = connection.execute(
            select(func.min(attempt.c.at - attempt.c.milliseconds)).where(
                attempt.c.delivery_id == delivery_id, attempt.c.at > killed
            )
        ).scalar_one()
    return float("inf") if first is None else max(first - killed, 0) / 1000


def _seen(partner: Any) -> int:
    return int(partner.http.get(f"{partner.url}/_sim/log").json()["seen"])


def _set_paused(cluster: Cluster, *, paused: bool) -> None:
    context = cluster.context
    context.store.write(lambda c: channels.change(c, "echo", {"paused": paused}, now=context.now()))
