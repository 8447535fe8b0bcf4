"""After a restore from an older backup: publishers learn what to send again, and nothing goes backwards."""

from __future__ import annotations

from sqlalchemy import select

from hub.flows.high_water import release
from hub.flows.leases import Leases
from hub.sdk.http import Http
from hub.store import epoch
from hub.store.tables import attempt, change, delivery, high_water, record
from hub.testing import house
from hub.testing.delivering import deliver

TABLES = (record, change, delivery, attempt, high_water)


def snapshot(hub):
    with hub.context.store.reading() as connection:
        return {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in TABLES}


def restore(hub, kept):
    """What `hub restore` does: the tables as they were, then the epoch."""
    with hub.context.store.writing() as connection:
        for table in TABLES:
            connection.execute(table.delete())
            if kept[table.name]:
                connection.execute(table.insert(), kept[table.name])
        epoch.restored(connection)


def publish(api, number, summary, day):
    raw = house.dossier(number, summary=summary, modified_at=f"2026-05-{day}T08:00:00+07:00")
    answer = api.put(f"/v1/dossiers/{raw['code']}", raw)
    assert answer.status_code in {200, 201}, answer.text


def run(hub, clock):
    channel, leases = hub.context.channels.get("echo"), Leases(hub.context)
    for _ in range(5):
        clock.advance(seconds=2)
        deliver(hub.context, channel, limit=50, leases=leases)


def held_by(partner, number):
    return partner.holdings()[f"dossier/H56.14-260511-{number:04}"]["document"].get("summary")


def test_a_client_that_never_published_has_nothing_to_send(api):
    told = api.get("/v1/high-water").json

    assert (told["epoch"], told["held"]) == ({"id": "first", "number": 1, "restored_at": None}, False)
    assert (told["last"], told["resend_from"]) == (None, None)


def test_the_last_change_of_each_client_is_told(hub):
    one, other = hub.client("one"), hub.client("other")
    publish(one, 1, "a", 11)
    publish(other, 2, "b", 12)

    assert one.get("/v1/high-water").json["last"]["key"] == "H56.14-260511-0001"
    assert other.get("/v1/high-water").json["last"]["key"] == "H56.14-260511-0002"


def test_f17_after_a_restore_nothing_goes_backwards_and_nothing_acknowledged_is_lost(hub, clock, partner):
    house.add_echo(hub.context, "echo", partner)
    one = hub.client("one")
    publish(one, 1, "cũ", 11)
    publish(one, 2, "cũ", 11)
    publish(one, 3, "trước bản sao lưu, chưa gửi", 11)
    run(hub, clock)
    publish(one, 2, "chờ", 12)  # waits at the time of the backup
    kept = snapshot(hub)
    clock.advance(hours=1)
    publish(one, 1, "mới", 13)
    publish(one, 2, "mới hơn", 14)
    publish(one, 4, "chỉ có sau bản sao lưu", 14)
    run(hub, clock)
    mark = one.get("/v1/changes?documents=false&limit=1000").json["next"]
    before, effects = partner.holdings(), len(partner.memory.effects())

    restore(hub, kept)
    clock.advance(hours=1)
    run(hub, clock)

    assert partner.holdings() == before, "held: nothing is sent"
    told = one.get("/v1/high-water").json
    assert (told["held"], told["epoch"]["number"], told["last"]["key"]) == (True, 2, "H56.14-260511-0002")
    assert told["resend_from"] < "2026-05-14T09:59"

    publish(one, 1, "mới", 13)  # what the client was acknowledged after that time
    publish(one, 2, "mới hơn", 14)
    assert one.get("/v1/high-water").json["resend_from"] == told["resend_from"], (
        "it does not move while it is resending"
    )
    publish(one, 4, "chỉ có sau bản sao lưu", 14)
    run(hub, clock)
    assert len(partner.memory.effects()) == effects
    assert one.put("/v1/high-water", {"epoch": "another"}).status_code == 409
    answer = one.put("/v1/high-water", {"epoch": told["epoch"]["id"]})
    assert (answer.json["held"], answer.json["resend_from"]) == (False, None)
    run(hub, clock)

    assert [held_by(partner, number) for number in (1, 2, 4)] == ["mới", "mới hơn", "chỉ có sau bản sao lưu"]
    with hub.context.store.reading() as connection:
        assert {row.state for row in connection.execute(select(delivery.c.state))} == {"delivered"}
    after = one.get(f"/v1/changes?after={mark}&documents=false").json["items"]
    assert {item["key"][-1] for item in after} == {"1", "2", "4"}, "a cursor of the lost life misses nothing"


def test_what_is_equal_already_is_asked_about_and_not_sent(hub, clock, partner):
    house.add_echo(hub.context, "echo", partner)
    one = hub.client("one")
    publish(one, 1, "cũ", 11)
    kept = snapshot(hub)  # the delivery waits in the backup, and went out after it
    run(hub, clock)
    effects = len(partner.memory.effects())

    restore(hub, kept)
    release(hub.context, actor="test")
    run(hub, clock)

    assert len(partner.memory.effects()) == effects
    with hub.context.store.reading() as connection:
        actions = [row.action for row in connection.execute(select(attempt.c.action).order_by(attempt.c.id))]
    assert actions[-1] == "recall"


def test_all_publishers_are_waited_for_but_not_those_switched_off(hub):
    one, other = hub.client("one"), hub.client("other")
    publish(one, 1, "a", 11)
    publish(other, 2, "b", 11)
    hub.client("gone")
    one.get("/v1/high-water")

    restore(hub, snapshot(hub))
    told = one.get("/v1/high-water").json
    first = one.put("/v1/high-water", {"epoch": told["epoch"]["id"]}).json
    second = other.put("/v1/high-water", {"epoch": told["epoch"]["id"]}).json

    assert (first["held"], second["held"]) == (True, False)


def test_a_new_client_of_the_new_life_is_held_like_all(hub, clock, partner):
    house.add_echo(hub.context, "echo", partner)
    one = hub.client("one")
    publish(one, 1, "a", 11)
    restore(hub, snapshot(hub))

    publish(hub.client("new"), 2, "b", 11)
    run(hub, clock)

    assert partner.holdings() == {}
    assert Http().get(f"{partner.url}/_sim/log").json()["seen"] == 0
