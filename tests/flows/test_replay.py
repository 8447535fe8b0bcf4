"""Replay: what goes again is the record itself, whole; nobody edits it on the way, and who asked is written down."""

from __future__ import annotations

import time

import orjson
import pytest

from hub.flows.leases import Leases
from hub.flows.operate import pause, replay, resume
from hub.flows.seal import seal
from hub.sdk import digest_of
from hub.sdk.exchange import EXCERPT
from hub.sdk.http import Http
from hub.store import channels, delivery_views, ledger
from hub.store.tables import delivery, record
from hub.store.tables import ledger as table
from hub.testing import house
from hub.testing.delivering import deliver
from tests.flows.test_accept import put, rows

NAME = "dossier/H56.14-260511-0001"


@pytest.fixture
def parked(context, partner):
    """A large dossier that the partner refused; by now it would take it."""
    house.add_echo(context, "echo", partner)
    Http().post(f"{partner.url}/_sim/act", json={"refuse": NAME})
    papers = [{"name": f"Giấy tờ thứ {number} của hồ sơ mẫu"} for number in range(150)]
    accepted = put(context, house.dossier(papers=papers))
    try_it(context)
    partner.memory.remove("refused", NAME)
    return accepted


def try_it(context):
    until, tried = time.monotonic() + 10, None
    while tried is None or not tried.count:
        assert time.monotonic() < until, "nothing fell due"
        tried = deliver(context, context.channels.get("echo"), limit=5, leases=Leases(context))
    return tried


def lines(context, what):
    entries = [row for row in rows(context, table) if row["what"] == what]
    return [(row["actor"], line) for row in entries for line in orjson.loads(row["content"])]


def test_f33_a_replay_sends_the_record_as_it_is_and_says_who_asked(context, partner, parked):
    before = [dict(row) for row in rows(context, record)]

    assert replay(context, {"reason": "data"}, actor="cli:lan@office") == 1
    try_it(context)

    assert [dict(row) for row in rows(context, record)] == before
    assert digest_of(partner.holdings()[NAME]["document"]) == digest_of(parked.document)
    assert lines(context, "operated") == [
        ("cli:lan@office", ["deliveries", "replayed", {"reason": "data"}, 1]),
    ]


def test_f33_a_correction_is_a_new_version_by_its_publisher_and_the_first_stays_in_evidence(context, partner, parked):
    corrected = put(context, house.dossier(summary="đã sửa", modified_at="2026-05-12T00:00:00+07:00"))
    try_it(context)
    seal(context)

    assert partner.holdings()[NAME]["document"]["summary"] == "đã sửa"
    versions = [tuple(line[2:5]) for _, line in lines(context, "accepted")]
    assert versions == [(1, parked.digest, "district"), (2, corrected.digest, "district")]
    tried = [tuple(line[3:6]) for _, line in lines(context, "settled")]
    assert tried == [(1, "rejected", "parked"), (2, "delivered", "delivered")]
    with context.store.reading() as connection:
        assert list(ledger.breaks(connection)) == []


def test_f34_what_people_are_shown_is_cut_and_what_is_sent_again_never(context, partner, parked):
    with context.store.reading() as connection:
        (tried,) = delivery_views.attempts(connection, rows(context, delivery)[0]["id"])
    sent = [one["sent"] for one in orjson.loads(tried["exchanges"]) if "/put" in one["target"]]
    whole = len(orjson.dumps(parked.document))
    assert max(map(len, sent)) <= EXCERPT < whole

    replay(context, {"channel": "echo"}, actor="cli")
    try_it(context)

    assert len(orjson.dumps(partner.holdings()[NAME]["document"])) >= whole
    assert len(partner.holdings()[NAME]["document"]["papers"]) == 150


def test_f14_a_pause_ends_with_its_reason_and_keeps_all_that_came_meanwhile(context, partner):
    house.add_echo(context, "echo", partner)
    pause(context, "echo", why="bảo trì tới 17 giờ", actor="cli")
    put(context, house.dossier())
    with context.store.reading() as connection:
        assert channels.find(connection, "echo")["paused_why"] == "bảo trì tới 17 giờ"

    resume(context, "echo", actor="cli")
    try_it(context)

    with context.store.reading() as connection:
        now = channels.find(connection, "echo")
    assert (now["paused"], now["paused_why"]) == (False, None)
    assert rows(context, delivery)[0]["state"] == "delivered"
