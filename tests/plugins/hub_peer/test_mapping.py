"""How a record travels between hubs: nothing of the other's comes back to it, ids stay one of a kind."""

from __future__ import annotations

from plugins.hub_peer import mapping

EVENTS = [
    {
        "occurred_at": "2026-05-11T08:00:00+07:00",
        "status": "accepted",
        "id": "7",
        "source": "office",
        "key": "office/7",
    },
    {"occurred_at": "2026-05-11T09:00:00+07:00", "status": "processing", "source": "office", "key": "0f" * 12},
    {
        "occurred_at": "2026-05-11T10:00:00+07:00",
        "status": "finished",
        "id": "post/1",
        "source": "up",
        "key": "up/post/1",
    },
]


def out(document):
    return mapping.record_out(document, channel="up", link=lambda file: f"https://here{file['url']}")


def test_what_came_from_there_is_not_sent_back_and_ids_are_our_keys():
    sent = out({"code": "A", "status": "finished", "flags": [], "events": EVENTS})

    assert sent == {
        "code": "A",
        "events": [
            {"occurred_at": "2026-05-11T08:00:00+07:00", "status": "accepted", "id": "office/7"},
            {"occurred_at": "2026-05-11T09:00:00+07:00", "status": "processing"},
        ],
    }


def test_files_travel_with_an_address_that_can_be_reached():
    sent = out({"code": "A", "papers": [{"attachments": [{"name": "x", "sha256": "0", "url": "/v1/attachments/0"}]}]})

    assert sent["papers"][0]["attachments"][0]["url"] == "https://here/v1/attachments/0"


def test_of_our_own_records_only_others_events_come_down():
    events = [
        {"status": "accepted", "id": "office/7", "source": "us", "key": "us/office/7"},
        EVENTS[2] | {"source": "post"},
    ]
    payload = {"origin": "us", "document": {"code": "A", "summary": "x", "events": events}}

    body, whole = mapping.record_in(payload, client="us", url="https://up")

    assert (whole, [event["id"] for event in body["events"]]) == (False, ["up/post/1"])


def test_a_record_of_others_comes_down_whole():
    payload = {"origin": "national", "document": {"code": "A", "summary": "x", "status": "registered"}}

    assert mapping.record_in(payload, client="us", url="https://up") == ({"code": "A", "summary": "x"}, True)


def test_a_key_too_long_for_an_id_becomes_its_digest():
    event = mapping.event_out({"id": "x", "key": "k" * 300, "source": "s"})

    assert len(event["id"]) == 40
