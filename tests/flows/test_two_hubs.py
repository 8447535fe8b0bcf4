"""A district's hub and the province's: fed, brought down, found out by sums, and a day without a line."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import orjson
import pytest
from sqlalchemy import select, update
from werkzeug.serving import make_server

from hub.domain import vault
from hub.domain.messages import Role, Source
from hub.flows import client_keys
from hub.flows.accept import accept
from hub.flows.fold import fold
from hub.flows.leases import Leases
from hub.flows.pull import pull
from hub.flows.reconcile import reconcile
from hub.plugging.manager import load
from hub.store import channels, clients
from hub.store.tables import delivery, imprint, record
from hub.testing import house
from hub.testing.clock import SetClock
from hub.testing.delivering import deliver
from hub.web.app import create_app
from tests.flows.test_accept import unit

OFFICE, PROVINCE_SOURCE = Source("office", Role.CLIENT), Source("national", Role.CHANNEL)


@dataclass
class Door:
    """The province's web server; counts requests, and can be shut."""

    context: object
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app = create_app(self.context)
        self.port = 0
        self.open()

    def open(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = make_server("127.0.0.1", self.port, self._counted, threaded=True)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def shut(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def _counted(self, environ, start):
        self.requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        return self.app(environ, start)


@dataclass
class Pair:
    district: object
    province: object
    door: Door
    clock: SetClock

    @property
    def channel(self):
        return self.district.channels.get("province")

    def settle(self, turns=400):
        leases = Leases(self.district)
        for _ in range(turns):
            if not deliver(self.district, self.channel, limit=200, leases=leases).count:
                return
            self.clock.advance(seconds=1)

    def pull(self):
        return pull(self.district, self.channel, go_on=lambda: True)

    def prints(self):
        found = []
        for context in (self.district, self.province):
            fold(context)
            with context.store.reading() as connection:
                rows = connection.execute(select(imprint.c.kind, imprint.c.key, imprint.c.low, imprint.c.high))
                found.append({tuple(row) for row in rows})
        return found

    def damage(self, keys):
        """Records of the province lose what somebody overwrote by hand, behind the hub's back."""
        with self.province.store.writing() as connection:
            connection.execute(delete_some(record, keys))
            connection.execute(delete_some(imprint, keys))


def delete_some(table, keys):
    return table.delete().where(table.c.key.in_(keys))


@pytest.fixture
def pair(database_url, tmp_path, sqlite_template) -> Iterator[Pair]:
    """The district on the test's database, the province on SQLite, a key between them."""
    import shutil

    clock = SetClock()
    above = tmp_path / "province.db"
    shutil.copyfile(sqlite_template, above)
    plugins = load(blocked=("sms", "civil_status", "national_portal", "postal", "province_portal"))
    province = house.build(f"sqlite:///{above}", clock=clock, plugins=plugins)
    district = house.build(database_url, clock=clock, plugins=plugins)
    scopes = {"agencies": ["H56.14"], "can": ["read", "write", "feed"]}
    province.store.write(lambda c: clients.put(c, "district", title="", scopes=scopes, now=province.now()))
    door = Door(province)
    schema = plugins.catalogue.entry("hub_peer").connector.settings_schema
    settings = {
        "url": f"http://127.0.0.1:{door.port}",
        "key": client_keys.issue(province, "district"),
        "client": "district",
    }
    values = {
        "connector": "hub_peer",
        "settings": vault.sealed(district.vault, settings, schema),
        "routing": {},
        "politeness": dict(house.QUICK),
    }
    district.store.write(lambda c: channels.put(c, "province", values, now=district.now()))
    district.channels.forget()
    yield Pair(district, province, door, clock)
    door.shut()
    for context in (district, province):
        context.waker.close()
        context.store.close()


def publish(context, numbers, source=OFFICE, **more):
    for start in range(0, len(numbers), 500):
        accept(context, [unit(house.dossier(number, **more), source) for number in numbers[start : start + 500]])


def document(context, number):
    with context.store.reading() as connection:
        query = select(record.c.document).where(record.c.key == f"H56.14-260511-{number:04}")
        return orjson.loads(connection.execute(query).scalar_one())


def test_what_the_district_holds_the_province_holds(pair):
    publish(pair.district, [1], events=[house.event("accepted", "08:30", id="1"), house.event("processing", "09:00")])
    publish(pair.district, [2, 3])

    pair.settle()

    ours, theirs = pair.prints()
    assert ours == theirs
    assert [event["source"] for event in document(pair.province, 1)["events"]] == ["district", "district"]
    assert document(pair.province, 1)["events"][0]["id"] == "office/1"
    assert pair.door.requests == ["POST /v1/batch"]


def test_what_others_tell_the_province_comes_down_and_does_not_go_up_again(pair):
    publish(pair.district, [1], events=[house.event("accepted", "08:30", id="1")])
    pair.settle()
    publish(pair.province, [1], PROVINCE_SOURCE, events=[house.event("processing", "10:00", id="n-1")])
    publish(pair.province, [7], PROVINCE_SOURCE)

    pair.pull()
    pair.settle()

    assert [event["key"] for event in document(pair.district, 1)["events"]] == ["office/1", "province/national/n-1"]
    assert document(pair.district, 7)["code"] == "H56.14-260511-0007"
    ours, theirs = pair.prints()
    assert ours == theirs
    before = len(document(pair.province, 1)["events"])
    assert pair.pull() == 0
    publish(pair.district, [1], summary="mới", modified_at="2026-05-12T08:00:00+07:00")
    pair.settle()
    assert len(document(pair.province, 1)["events"]) == before
    assert document(pair.province, 1)["summary"] == "mới"


def test_two_equal_hubs_need_one_question_a_kind(pair):
    publish(pair.district, range(1, 301))
    pair.settle()
    pair.door.requests.clear()

    report = reconcile(pair.district, "province")

    assert (report.way, report.equal, report.is_equal) == ("sums", 300, True)
    assert pair.door.requests == ["GET /v1/digests"] * 2


def test_what_differs_is_found_in_few_questions_and_made_equal(pair):
    """Three thousand records, ten of them damaged: the rest is never looked at one by one."""
    publish(pair.district, range(1, 3001))
    pair.settle()
    lost = [f"H56.14-260511-{number:04}" for number in range(100, 3001, 300)]
    pair.damage(lost)
    pair.clock.advance(seconds=1)
    pair.door.requests.clear()

    report = reconcile(pair.district, "province")

    assert (report.equal, report.missing, report.differing, report.again) == (2990, 10, 0, 10)
    assert sorted(report.named["missing"]) == [f"dossier/{key}" for key in lost]
    assert len(pair.door.requests) <= 2 + 10
    pair.settle()
    ours, theirs = pair.prints()
    assert ours == theirs
    assert len(pair.door.requests) <= 2 + 10 + 1, "and one batch"


def test_only_what_both_may_compare_is_compared(pair):
    """The client's scope there is H56.14: a record of another agency is not missing, it is none of their business."""
    publish(pair.district, [1, 2])
    other = {"received": {"id": "H56.15", "name": "X"}, "competent": {"id": "H56.15", "name": "X"}}
    accept(pair.district, [unit({**house.dossier(3), "code": "H56.15-260511-0003", "agencies": other}, OFFICE)])
    pair.settle()

    report = reconcile(pair.district, "province")

    assert (report.equal, report.missing) == (2, 0)


def test_what_the_hub_above_alone_holds_is_unexpected(pair):
    publish(pair.district, [1])
    pair.settle()
    publish(pair.province, [9], PROVINCE_SOURCE)

    report = reconcile(pair.district, "province", dry_run=True)

    assert report.named == {"unexpected": ["dossier/H56.14-260511-0009"]}


def test_f15_after_a_day_without_a_line_each_record_goes_up_once_and_nothing_storms(pair):
    publish(pair.district, range(1, 301))
    pair.settle()
    pair.door.shut()
    for hour in range(24):
        at = f"2026-05-12T{hour:02}:00:00+07:00"
        publish(pair.district, range(1, 301, 2), summary=f"giờ {hour}", modified_at=at)
        pair.clock.advance(hours=1)
        deliver(pair.district, pair.channel, limit=1, leases=Leases(pair.district))  # the breaker's probe
    publish(pair.province, [2], PROVINCE_SOURCE, events=[house.event("processing", "10:00", id="n-1")])
    pair.door.requests.clear()
    pair.door.open()
    pair.clock.advance(hours=1)

    pair.settle()
    pair.pull()

    assert pair.door.requests.count("POST /v1/batch") == 1, "150 records changed 24 times: one batch of the latest"
    assert document(pair.province, 1)["summary"] == "giờ 23"
    ours, theirs = pair.prints()
    assert ours == theirs
    with pair.district.store.reading() as connection:
        assert {row.state for row in connection.execute(select(delivery.c.state))} == {"delivered"}


def test_a_hub_above_that_was_restored_is_brought_up_to_date_by_reconciling(pair):
    """It forgot what came after its backup; our deliveries say delivered: the sums tell."""
    publish(pair.district, range(1, 21))
    pair.settle()
    pair.damage([f"H56.14-260511-{number:04}" for number in range(11, 21)])
    with pair.province.store.writing() as connection:
        connection.execute(update(record).values(updated_at=0))
    pair.clock.advance(seconds=1)

    report = reconcile(pair.district, "province")
    pair.settle()

    ours, theirs = pair.prints()
    assert (report.missing, ours) == (10, theirs)
