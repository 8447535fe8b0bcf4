"""Procedures coming down: changes arrive, and asking is cheap when nothing changed."""

from __future__ import annotations

import pytest

from hub.sdk import Garbled, Tools
from plugins.national_portal.codes import LIST_PROCEDURES, READ_PROCEDURE
from plugins.national_portal.connector import NationalPortal
from tests.plugins.national_portal.examples import CHANNEL, kept


@pytest.fixture
def puller(portal, line, clock):
    def build(**over):
        return NationalPortal({**portal.settings(), **over}, Tools(channel=CHANNEL, http=line, clock=clock))

    return build


def change(portal, code, **changes):
    with portal.memory.together():
        known = portal.memory.get("catalogue", code) or {**portal.memory.get("catalogue", "1.001193"), "MATTHC": code}
        portal.memory.put("catalogue", code, known | changes)


def pull_all(connector, cursor=None):
    """All items and the last cursor."""
    items = []
    while True:
        page = connector.pull(cursor)
        items += page.items
        cursor = page.cursor
        if not page.more:
            return items, cursor


def test_everything_comes_down_once_in_pages(portal, puller):
    for number in range(40):
        change(portal, f"1.9{number:05}")
    connector = puller()

    first = connector.pull(None)
    items, cursor = pull_all(connector)

    assert (len(first.items), first.more) == (20, True)
    assert len({item.payload["record"]["MATTHC"] for item in items}) == len(items) == 48
    assert pull_all(connector, cursor)[0] == []


def test_each_item_is_a_valid_procedure_with_its_names(puller):
    connector = puller()

    documents = [kept("procedure", one.body) for item in connector.pull(None).items for one in connector.map_in(item)]

    birth = next(document for document in documents if document["code"] == "1.001193")
    assert birth["publisher"] == {"id": "G15", "name": "Bộ Tư pháp"}
    assert birth["field"] == {"code": "G15-TP05", "name": "Hộ tịch"}
    assert birth["version"]


def test_nothing_changed_costs_one_call_and_the_sweep(puller, line):
    connector = puller(sweep=3)
    _, cursor = pull_all(connector)
    line.calls.clear()

    page = connector.pull(cursor)

    assert page.items == []
    assert line.services() == [LIST_PROCEDURES] + [READ_PROCEDURE] * 3


def test_without_a_sweep_nothing_changed_costs_one_call(puller, line):
    connector = puller(sweep=0)
    _, cursor = pull_all(connector)
    line.calls.clear()

    assert connector.pull(cursor).cursor == cursor
    assert line.services() == [LIST_PROCEDURES]


def test_a_change_the_list_shows_comes_at_once(portal, puller, line):
    connector = puller(sweep=0)
    _, cursor = pull_all(connector)
    change(portal, "1.000656", TENTTHC="Đăng ký khai tử (tên mới)")
    line.calls.clear()

    items, _ = pull_all(connector, cursor)

    assert [item.payload["record"]["MATTHC"] for item in items] == ["1.000656"]
    assert line.services().count(READ_PROCEDURE) == 1


def test_a_change_the_list_does_not_show_comes_within_a_round_of_the_sweep(portal, puller):
    connector = puller(sweep=3)
    _, cursor = pull_all(connector)
    change(portal, "2.000908", YEUCAU="Điều kiện mới")
    items = []

    for _ in range(3):  # eight procedures, three at a time
        page = connector.pull(cursor)
        items += page.items
        cursor = page.cursor

    assert [item.payload["record"]["MATTHC"] for item in items] == ["2.000908"]


def test_the_time_of_change_grows_from_change_to_change(portal, puller, clock):
    """The hub orders claims by it: a later change must never look older."""
    connector = puller()
    items, cursor = pull_all(connector)
    times = [next(item.payload["read_at"] for item in items if item.payload["record"]["MATTHC"] == "1.000656")]
    for name in ("một", "hai"):
        clock.advance(hours=1)
        _, cursor = pull_all(connector, cursor)
        clock.advance(hours=1)
        change(portal, "1.000656", TENTTHC=f"Đăng ký khai tử {name}")
        items, cursor = pull_all(connector, cursor)
        times.append(items[0].payload["read_at"])

    assert times == sorted(set(times))


def test_f31_a_pull_that_is_repeated_later_brings_the_same(portal, puller, clock):
    connector = puller()
    _, cursor = pull_all(connector)
    change(portal, "1.000656", TENTTHC="Đăng ký khai tử (tên mới)")
    first = connector.pull(cursor)

    clock.advance(hours=5)

    assert connector.pull(cursor).items == first.items


def test_a_procedure_that_is_no_longer_listed_is_forgotten_quietly(portal, puller):
    connector = puller()
    _, cursor = pull_all(connector)
    portal.memory.remove("catalogue", "1.000656")

    items, cursor = pull_all(connector, cursor)

    assert items == []
    assert "1.000656" not in cursor


@pytest.mark.parametrize("code", ["4", "2"], ids=["not found", "refused"])
def test_a_listed_procedure_that_is_not_given_does_not_stop_the_others(portal, puller, monkeypatch, code):
    read = portal._services[READ_PROCEDURE]
    gone = {"error_code": code, "message": "Không có thủ tục này", "result": None}
    monkeypatch.setitem(
        portal._services, READ_PROCEDURE, lambda body: gone if body["maTTHC"] == "1.000656" else read(body)
    )

    items, _ = pull_all(puller())

    assert len(items) == 7


@pytest.mark.parametrize("written", [lambda record: [record], lambda record: record], ids=["list", "record"])
def test_a_record_is_read_alone_or_in_a_list_of_one(portal, puller, monkeypatch, written):
    """A working system reads a list; refusing it would stop all procedures from coming down."""
    read = portal._services[READ_PROCEDURE]

    def told(body):
        answer = read(body)
        return answer | {"result": written(answer["result"][0])}

    monkeypatch.setitem(portal._services, READ_PROCEDURE, told)

    assert len(pull_all(puller())[0]) == 8


def test_an_empty_list_is_no_record_and_stops_nobody(portal, puller, monkeypatch):
    read = portal._services[READ_PROCEDURE]
    none = {"error_code": "0", "message": "Thành công", "result": []}
    monkeypatch.setitem(
        portal._services, READ_PROCEDURE, lambda body: none if body["maTTHC"] == "1.000656" else read(body)
    )

    assert len(pull_all(puller())[0]) == 7


def test_another_procedure_than_the_one_asked_for_is_no_answer(portal, puller, monkeypatch):
    other = {"error_code": "0", "message": "", "result": {"MATTHC": "9.999999"}}
    monkeypatch.setitem(portal._services, READ_PROCEDURE, lambda _: other)

    with pytest.raises(Garbled):
        puller().pull(None)


def test_pulling_can_be_switched_off(puller, line):
    page = puller(pull_procedures=False).pull("where it was")

    assert (page.items, page.cursor, page.more) == ([], "where it was", False)
    assert line.calls == []


def test_publishing_can_be_switched_off(puller):
    assert puller().wants("procedure", {})
    assert not puller(publish_procedures=False).wants("procedure", {})
