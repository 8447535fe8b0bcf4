"""Reconciling: a partner that lost or altered what it held is found out by digests and made equal again."""

from __future__ import annotations

import shutil

import orjson
import pytest

from hub.flows.accept import accept
from hub.flows.leases import Leases
from hub.flows.operate import NotPossible
from hub.flows.reconcile import Reconciliation, Stopped, reconcile
from hub.sdk.connector import Lists
from hub.sdk.errors import ConnectorError
from hub.sdk.http import Http
from hub.store import epoch
from hub.store.tables import delivery, ledger
from hub.testing import house
from hub.testing.delivering import deliver
from hub.testing.partner import EchoConnector, EchoSimulator
from tests.flows.test_accept import put, rows, unit

MANY = 60


@pytest.fixture
def leases(context):
    return Leases(context)


@pytest.fixture
def filled(context, partner, leases):
    """Sixty dossiers, all delivered."""
    house.add_echo(context, "echo", partner)
    for number in range(1, MANY + 1):
        put(context, house.dossier(number))
    settle(context, leases)
    return context


def settle(context, leases, name="echo"):
    channel = context.channels.get(name)
    while deliver(context, channel, limit=20, leases=leases).count:
        pass
    assert {row["state"] for row in rows(context, delivery)} == {"delivered"}


def name_of(number):
    return f"dossier/H56.14-260511-{number:04}"


def lose(partner, *numbers):
    for number in numbers:
        partner.memory.remove("held", name_of(number))


def alter(partner, number):
    held = partner.memory.get("held", name_of(number))
    held["document"]["document"]["summary"] = "bị sửa ở phía đối tác"
    partner.memory.put("held", name_of(number), held)


def documents(context):
    from hub.store.tables import record

    return {f"{row['kind']}/{row['key']}": {"document": orjson.loads(row["document"])} for row in rows(context, record)}


def seen(partner):
    return Http().get(f"{partner.url}/_sim/log").json()["seen"]


def test_an_equal_partner_is_equal_and_nothing_goes_out(filled, partner):
    before = seen(partner)

    report = reconcile(filled, "echo")

    assert (report.way, report.equal, report.again, report.is_equal) == ("list", MANY, 0, True)
    assert seen(partner) - before == 1
    assert {row["state"] for row in rows(filled, delivery)} == {"delivered"}


def test_a_record_whose_form_cannot_be_made_keeps_no_other_from_being_compared(filled, partner, monkeypatch):
    lose(partner, 3)
    holding = EchoConnector.holding

    def broken(self, outgoing):
        if outgoing.key.endswith("0001"):
            raise KeyError("a defect")
        return holding(self, outgoing)

    monkeypatch.setattr(EchoConnector, "holding", broken)
    report = reconcile(filled, "echo")

    assert (report.equal, report.missing, report.parked, report.again) == (MANY - 2, 1, 1, 1)


def test_what_is_missing_or_altered_is_found_and_made_equal(filled, partner, leases):
    lose(partner, 3, 4, 5)
    alter(partner, 9)
    partner.memory.put("held", "dossier/H56.14-260511-9999", {"id": "?", "document": {}})

    report = reconcile(filled, "echo")

    assert (report.equal, report.differing, report.missing, report.unexpected, report.again) == (56, 1, 3, 1, 4)
    assert report.named["missing"] == [name_of(3), name_of(4), name_of(5)]
    assert report.named["unexpected"] == ["dossier/H56.14-260511-9999"]
    settle(filled, leases)
    partner.memory.remove("held", "dossier/H56.14-260511-9999")
    assert partner.holdings() == documents(filled)


def test_a_dry_run_changes_nothing(filled, partner):
    lose(partner, 3)
    before = rows(filled, delivery)

    report = reconcile(filled, "echo", dry_run=True)

    assert (report.missing, report.again) == (1, 0)
    assert rows(filled, delivery) == before


def test_f11_doing_it_twice_queues_each_record_once(filled, partner):
    lose(partner, 1, 2)

    first, second = reconcile(filled, "echo"), reconcile(filled, "echo")

    assert (first.again, second.again, second.moving) == (2, 0, 2)
    assert len(rows(filled, delivery)) == MANY
    assert sum(row["state"] == "waiting" for row in rows(filled, delivery)) == 2


def test_the_partner_is_asked_before_anything_is_sent_again(filled, partner, leases):
    """A list may be older than what came since: what turns out to be there is not sent twice."""
    kept = partner.memory.get("held", name_of(7))
    lose(partner, 7)
    reconcile(filled, "echo")
    partner.memory.put("held", name_of(7), kept)
    before = len(partner.memory.effects())

    settle(filled, leases)

    assert len(partner.memory.effects()) == before


def test_a_partner_restored_to_an_old_copy_is_brought_up_to_date(context, tmp_path, leases):
    """Deliveries whose memo speaks of what the partner has forgotten are corrected, those that wait too."""
    with EchoSimulator(directory=tmp_path) as partner:
        house.add_echo(context, "echo", partner)
        for number in range(1, 21):
            put(context, house.dossier(number))
        settle(context, leases)
        old = partner.memory.all("held")
        for number in range(1, 6):
            put(context, house.dossier(number, summary="hôm nay", modified_at="2026-05-12T08:00:00+07:00"))
        settle(context, leases)
        put(context, house.dossier(1, summary="đang chờ", modified_at="2026-05-12T09:00:00+07:00"))
        for name in list(partner.memory.all("held")):
            partner.memory.put("held", name, old[name])

        report = reconcile(context, "echo")

        assert (report.differing, report.again) == (5, 5)
        settle(context, leases)
        assert partner.holdings() == documents(context)


def test_a_record_that_was_never_wanted_there_before_is_told(context, partner, leases):
    put(context, house.dossier(1))
    house.add_echo(context, "echo", partner)

    report = reconcile(context, "echo")

    assert (report.missing, report.again) == (1, 1)
    settle(context, leases)
    assert list(partner.holdings()) == [name_of(1)]


def test_a_parked_delivery_stays_parked_but_believes_nothing_old(filled, partner):
    with filled.store.writing() as connection:
        connection.execute(
            delivery.update().where(delivery.c.key.endswith("-0002")).values(state="parked", reason="data")
        )
    lose(partner, 2)

    report = reconcile(filled, "echo")

    [row] = [row for row in rows(filled, delivery) if row["key"].endswith("-0002")]
    assert report.parked == 1
    assert (row["state"], row["reason"], row["acknowledged"], bool(row["uncertain"])) == ("parked", "data", "{}", True)


def test_what_a_worker_has_in_hand_is_left_alone(filled, partner):
    with filled.store.writing() as connection:
        connection.execute(
            delivery.update()
            .where(delivery.c.key.endswith("-0002"))
            .values(state="waiting", lease_until=filled.now() + 60_000, due_at=filled.now() + 60_000)
        )
    lose(partner, 2)
    before = [row for row in rows(filled, delivery) if row["key"].endswith("-0002")]

    report = reconcile(filled, "echo")

    assert (report.moving, report.again) == (1, 0)
    assert [row for row in rows(filled, delivery) if row["key"].endswith("-0002")] == before


def test_a_list_that_breaks_off_changes_nothing(filled, partner):
    lose(partner, *range(1, 11))
    Http().post(f"{partner.url}/_sim/faults", json={"fault": "half_body", "times": 1, "path": "/list"})

    with pytest.raises(ConnectorError):
        reconcile(filled, "echo")

    assert {row["state"] for row in rows(filled, delivery)} == {"delivered"}


def test_the_report_and_the_evidence_are_kept_without_personal_data(filled, partner):
    lose(partner, 1)

    reconcile(filled, "echo")

    with filled.store.reading() as connection:
        kept = epoch.read(connection, "reconciled:echo")
    assert (kept["missing"], kept["again"]) == (1, 1)
    assert "NGUYỄN" not in orjson.dumps(kept).decode()
    assert any('["reconciled","echo","list",1]' in row["content"] for row in rows(filled, ledger))


def test_somebody_may_stop_it(filled):
    def stop(_report):
        raise Stopped

    with pytest.raises(Stopped):
        Reconciliation(filled, filled.channels.get("echo"), each=stop).run()


def test_an_unknown_channel_or_kind_is_told(filled):
    with pytest.raises(NotPossible, match="no channel nowhere"):
        reconcile(filled, "nowhere")
    with pytest.raises(NotPossible, match="holds no letter"):
        reconcile(filled, "echo", kinds=["letter"])


# -- a partner that can only be asked ---------------------------------------------------------------------------------


@pytest.fixture
def asked(filled, monkeypatch):
    """The same partner, without its list."""
    monkeypatch.setattr("hub.flows.reconcile.Lists", type("Nothing", (), {}))
    assert issubclass(EchoConnector, Lists)
    return filled


def test_by_look_up_what_is_missing_or_altered_is_found_and_made_equal(asked, partner, leases):
    lose(partner, 3, 4)
    alter(partner, 9)

    report = reconcile(asked, "echo")

    assert (report.way, report.equal, report.differing, report.missing, report.again) == ("look_up", 57, 1, 2, 3)
    settle(asked, leases)
    assert partner.holdings() == documents(asked)


def test_a_partner_that_does_not_answer_is_never_taken_for_equal_nor_for_empty(asked, partner):
    Http().post(f"{partner.url}/_sim/faults", json={"fault": "http_500", "path": "/get"})

    with pytest.raises(ConnectorError):
        reconcile(asked, "echo")

    assert {row["state"] for row in rows(asked, delivery)} == {"delivered"}


def test_a_kept_copy_of_a_simulators_memory_can_be_put_back(tmp_path):
    """What the bench does to play yesterday's copy."""
    with EchoSimulator(directory=tmp_path) as partner:
        partner.memory.put("held", "dossier/1", {"id": "1", "document": {}})
        file = next(tmp_path.glob("*.sqlite"))
    shutil.copyfile(file, tmp_path / "copy")

    shutil.copyfile(tmp_path / "copy", file)

    with EchoSimulator(directory=tmp_path) as partner:
        assert list(partner.memory.all("held")) == ["dossier/1"]


def test_the_questions_are_in_proportion_to_what_differs(context, partner, leases):
    """A thousand and a half dossiers, forty behind: two pages of the list, then a few batches; not a question each."""
    house.add_echo(context, "echo", partner)
    for start in range(1, 1501, 250):
        accept(context, [unit(house.dossier(number)) for number in range(start, start + 250)])
    settle(context, leases)
    yesterday = partner.memory.all("held")
    for number in range(1, 41):
        put(context, house.dossier(number, summary="hôm nay", modified_at="2026-05-12T08:00:00+07:00"))
    settle(context, leases)
    for number in range(1, 41):
        partner.memory.put("held", name_of(number), yesterday[name_of(number)])
    before = seen(partner)

    report = reconcile(context, "echo")
    settle(context, leases)

    assert (report.differing, report.equal) == (40, 1460)
    assert seen(partner) - before <= 2 + 2 * (40 // 20)
    assert partner.holdings() == documents(context)
