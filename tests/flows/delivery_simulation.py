"""The delivery core in one thread under a clock that is told: real store, real flows, workers that can stop anywhere.

Each call is one step of a schedule. A partner without any de-duplication keeps every effect; `check` holds what must be
so after every step, `quiesce` ends all trouble and holds what must be so at the end.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import orjson
from sqlalchemy import event as listening
from sqlalchemy import select, text

from hub.domain.messages import Role, Source
from hub.flows import deliver as flow
from hub.flows.accept import Unit, accept
from hub.flows.admit import admit_document, admit_events
from hub.flows.leases import Hand
from hub.flows.settling import settle_tries
from hub.plugging.manager import Plugins
from hub.sdk import (
    Busy,
    Connector,
    Garbled,
    NotSent,
    Pushes,
    Reason,
    Recalls,
    Unanswered,
    deferred,
    delivered,
    exchange,
    hookimpl,
    rejected,
)
from hub.store import channels, delivery_views, migrate
from hub.store.claiming import claim
from hub.store.tables import delivery, record
from hub.testing import house
from hub.testing.clock import SetClock

CHANNEL = "partner"
LEASE = 10.0
DOSSIERS, EVENTS, WORKERS = 2, 4, 3
STATUSES = ("accepted", "processing", "supplement_requested", "finished")
FAULTS = (
    *("fine", "fine", "not_sent", "lost_before", "lost_after", "lost_after", "busy", "garbled", "refused", "partial"),
    *("asleep_before", "asleep_before", "asleep_after", "mapping_dies"),
)
TABLES = ("delivery", "record", "change", "attempt", "ledger", "exchange")


@dataclass
class Partner:
    """Holds the steps of dossiers, doubles too. `plan`: what happens to the next requests."""

    steps: dict[str, list[str]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    backwards: list[str] = field(default_factory=list)
    plan: list[str] = field(default_factory=list)
    asleep: object = None  # what others do while a worker sleeps
    grudge: Counter[str] = field(default_factory=Counter)

    def next(self) -> str:
        return self.plan.pop(0) if self.plan else "fine"

    def take(self, key: str, version: int, wanted: list[str]) -> None:
        if version < self.versions.get(key, 0):
            self.backwards.append(f"{key} {version} after {self.versions[key]}")
        self.versions[key] = version
        held = self.steps.setdefault(key, [])
        self.doubled += [one for one in wanted if one in held]
        held += wanted


class Model(Connector, Pushes, Recalls):
    """Sends each record's missing steps with one request; looks at the lease where the HTTP tool does."""

    name = "model"
    title = ("Mô hình", "Model")
    settings_schema: ClassVar = {"type": "object", "properties": {}, "additionalProperties": False}
    accepts = ("dossier",)
    batch_size = 20
    resend = "ask"
    partner: Partner

    def map_out(self, kind, document):
        if Model.partner.plan[:1] == ["mapping_dies"]:
            Model.partner.plan.pop(0)
            raise RuntimeError("a defect of the mapping")
        return dict(document)

    def push(self, batch):
        outcomes = []
        for one in batch:
            try:
                outcomes.append(self._send(one))
            except NotSent:
                outcomes.append(deferred(one, Reason.UNREACHABLE, detail="as told"))
            except Busy:
                outcomes.append(deferred(one, Reason.BUSY, detail="as told"))
            except (Unanswered, Garbled) as problem:
                outcomes.append(flow.from_error(problem, [one])[0])
        return outcomes

    def recall(self, batch):
        return [self._ask(one) for one in batch]

    def _send(self, one):
        partner, fault = Model.partner, Model.partner.next()
        wanted = [each["id"] for each in one.document.get("events", ()) if each["source"] != CHANNEL]
        missing = [each for each in wanted if each not in one.acknowledged.get("steps", ())]
        if fault == "asleep_before":
            partner.asleep()
        if exchange.seconds_left() <= 0 or fault == "not_sent":
            raise NotSent
        if fault == "busy":
            raise Busy
        if fault == "lost_before":
            raise Unanswered
        if fault == "refused":
            return rejected(one, Reason.DATA, detail="as told")
        if fault == "partial" and len(missing) > 1:
            partner.take(one.key, one.version, missing[:1])
            memo = [*one.acknowledged.get("steps", ()), missing[0]]
            return deferred(one, Reason.ORDER, detail="in part", acknowledged={"steps": memo})
        partner.take(one.key, one.version, missing)
        if fault == "asleep_after":
            partner.asleep()
        if fault == "lost_after":
            raise Unanswered
        if fault == "garbled":
            raise Garbled
        return delivered(one, acknowledged={"steps": wanted})

    def _ask(self, one):
        fault = Model.partner.next()
        if fault == "asleep_before":
            Model.partner.asleep()
        if exchange.seconds_left() <= 0 or fault in {"not_sent", "busy", "lost_before"}:
            return deferred(one, Reason.UNREACHABLE, detail="as told")
        if fault in {"lost_after", "garbled"}:
            return flow.from_error(Unanswered(), [one])[0]
        held = Model.partner.steps.get(one.key, [])
        if fault == "asleep_after":
            held = list(held)
            Model.partner.asleep()
        wanted = [each["id"] for each in one.document.get("events", ()) if each["source"] != CHANNEL]
        memo = {"steps": [each for each in wanted if each in held]}
        whole = set(wanted) <= set(held) and Model.partner.versions.get(one.key) == one.version
        return (
            delivered(one, acknowledged=memo)
            if whole
            else deferred(one, Reason.UNANSWERED, detail="asked", acknowledged=memo)
        )


class _Plugin:
    @hookimpl
    def hub_register_connectors(self, register):
        register(Model)


class ToldHand(Hand):
    """A hand that counts the told clock."""

    def __init__(self, claimed, clock):
        super().__init__(claimed, 0.0)
        self.clock, self.end = clock, clock.now() + timedelta(seconds=LEASE)
        self.tries, self.exchanges = None, []

    def left(self):
        return (self.end - self.clock.now()).total_seconds()


class Simulation:
    """One schedule; `begin` makes the next one of an empty database."""

    def __init__(self, url: str) -> None:
        migrate.upgrade(url)
        self.clock = SetClock()
        plugins = Plugins()
        plugins.register(_Plugin())
        self.context = house.build(url, clock=self.clock, plugins=plugins, lease_seconds=LEASE)
        listening.listen(self.context.store.engine, "connect", _careless)
        values = {"connector": "model", "settings": {}, "routing": {}, "politeness": {"schedule": [1.0, 2.0]}}
        self.context.store.write(lambda c: channels.put(c, CHANNEL, values, now=self.context.now()))
        self.begin()

    def begin(self) -> None:
        def empty(connection):
            for table in TABLES:
                connection.execute(text(f"DELETE FROM {table}"))

        self.context.store.write(empty)
        self.clock.set(datetime(2026, 5, 14, 2, 0, tzinfo=UTC))
        Model.partner = self.partner = Partner(asleep=self._others_work)
        self.hands: dict[int, ToldHand] = {}
        self.paused = self.settled = False
        self.accepted: dict[str, set[str]] = {}

    @property
    def channel(self):
        return self.context.channels.get(CHANNEL)

    # ------------------------------------------------------------------ steps

    def put(self, number: int, form: int) -> None:
        """A district system publishes a form of a dossier."""
        raw = house.dossier(number, summary=f"form {form}", modified_at=f"2026-05-11T08:{form:02}:00+07:00")
        admitted = admit_document("dossier", raw, Source("district", Role.CLIENT))
        accept(self.context, [Unit([admitted.message])])
        self.accepted.setdefault(admitted.message.key, set())

    def tell(self, number: int, step: int, *, from_channel: bool = False) -> None:
        """It, or the partner itself, tells of a step."""
        key = house.dossier(number)["code"]
        step_id = f"{'own' if from_channel else 'step'}/{step}"
        raw = house.event(STATUSES[step % len(STATUSES)], f"1{step}:00", id=step_id)
        source = Source(CHANNEL, Role.CHANNEL) if from_channel else Source("district", Role.CLIENT)
        accept(self.context, [Unit([admit_events("dossier", key, [raw], source).message])])
        if not from_channel:
            self.accepted.setdefault(key, set()).add(step_id)

    def claim(self, worker: int, limit: int) -> None:
        """A worker takes what is due, unless it has something in hand or the channel is paused."""
        if worker in self.hands or self.paused:
            return
        lease = int(LEASE * 1000)
        claimed = self.context.store.write(
            lambda c: claim(c, CHANNEL, owner=f"w{worker}", now=self.context.now(), lease=lease, limit=limit)
        )
        if claimed:
            self.hands[worker] = ToldHand(claimed, self.clock)

    def push(self, worker: int, faults: list[str]) -> None:
        """It tries what it has in hand, the partner and the line being as told."""
        hand = self.hands.get(worker)
        if hand is None or hand.tries is not None:
            return
        self.partner.plan = list(faults)
        with exchange.recording() as hand.exchanges, exchange.only_while(hand.left):
            hand.tries = flow._try(self.context, self.channel, hand)
        self.partner.plan = []

    def settle(self, worker: int) -> None:
        """It writes down how that ended, however late."""
        hand = self.hands.get(worker)
        if hand is not None and hand.tries is not None:
            lost = self._lost(hand)
            settle_tries(self.context, self.channel, hand.tries, hand.exchanges)
            assert self._lost(hand) == lost, "a settle with an old fence changed a delivery"
            del self.hands[worker]
            self.settled = True

    def _lost(self, hand):
        """What the worker held once and others have claimed since, as it stands."""
        if hand.owned():
            return []
        fences = {one.id: one.fence for one in hand.claimed}
        with self.context.store.reading() as connection:
            rows = connection.execute(select(delivery).where(delivery.c.id.in_(fences)).order_by(delivery.c.id)).all()
        return [row for row in rows if row.fence != fences[row.id]]

    def crash(self, worker: int) -> None:
        """It dies, wherever it was."""
        self.hands.pop(worker, None)

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

    def pause(self, paused: bool) -> None:
        self.paused = paused

    def replay(self) -> None:
        """An operator lets go what is parked."""
        self.context.store.write(
            lambda c: delivery_views.replay(c, filters={"channel": CHANNEL}, now=self.context.now())
        )

    def _others_work(self) -> None:
        """While a worker slept beyond its lease somebody else did the work."""
        self.clock.advance(seconds=LEASE + 1)
        rest, self.partner.plan = self.partner.plan, []
        free = 99
        while free in self.hands:
            free += 1
        self.claim(free, 20)
        self.push(free, [])
        self.settle(free)
        self.partner.plan = rest

    # ------------------------------------------------------------------ what must be so

    def check(self) -> None:
        """After every step; the rows are read only when something was written down since."""
        assert not self.partner.doubled, f"doubled: {self.partner.doubled}"
        assert not self.partner.backwards, f"older after newer: {self.partner.backwards}"
        if self.settled:
            self.settled = False
            self.check_rows()

    def check_rows(self) -> None:
        with self.context.store.reading() as connection:
            rows = connection.execute(select(delivery)).mappings().all()
            documents = {row.key: orjson.loads(row.document) for row in connection.execute(select(record))}
        for row in rows:
            if row["acknowledged_version"] is None:
                continue
            assert row["acknowledged_version"] <= row["wanted_version"]
            memo = orjson.loads(row["acknowledged"]).get("steps", ())
            held = self.partner.steps.get(row["key"], ())
            assert set(memo) <= set(held), f"{row['key']}: said to be held: {memo}; held: {held}"
            if row["state"] == "delivered":
                ours = {one["id"] for one in documents[row["key"]].get("events", ()) if one["source"] != CHANNEL}
                assert ours <= set(held), f"{row['key']} is called delivered; held: {held}"

    def quiesce(self) -> None:
        """All trouble ends: everything accepted must arrive, in a bounded number of rounds."""
        self.paused = False
        for worker in list(self.hands):
            self.settle(worker)
        self.hands.clear()
        for _ in range(12):
            self.clock.advance(seconds=4 * LEASE)
            self.replay()
            self.claim(0, 100)
            if 0 not in self.hands:
                break
            self.push(0, [])
            self.settle(0)
        self.check()
        self.check_rows()
        with self.context.store.reading() as connection:
            rows = connection.execute(select(delivery)).mappings().all()
            complete = {row.key for row in connection.execute(select(record)) if row.complete}
        assert {row["key"] for row in rows} == complete
        assert {row["state"] for row in rows} <= {"delivered"}
        for row in rows:
            assert row["acknowledged_version"] == row["wanted_version"]
            assert Counter(self.partner.steps.get(row["key"], [])) == Counter(self.accepted.get(row["key"], ()))

    def close(self) -> None:
        self.context.waker.close()
        self.context.store.close()


def _careless(connection, _record) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # the process does not die here, only its model does
