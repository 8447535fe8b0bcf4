"""The tables are complete, and what is not known is never success."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import schemas
from hub.domain.derive import order_of
from hub.domain.intake import admit
from hub.domain.messages import Held
from hub.sdk import Unmappable
from plugins.postal.codes import MANDATORY, REPLIES, SUFFIXES, Verdict, verdict
from plugins.postal.mapping import leg_of, one_line, order_number, orders
from plugins.postal.mapping_tracking import (
    NOT_MOVEMENT,
    TRACKING,
    UNKNOWN_ON_PURPOSE,
    check_digit,
    event,
    is_item_code,
)
from tests.plugins.postal.examples import CITIZEN, postal_order

EXAMPLES = Path(schemas.__file__).parent / "postal_order" / "examples" / "valid"
SETTINGS = {"customer_code": "HCC-H56"}
MYVNPOST = {*range(25), 28, 29}  # every code of the commercial interface
POSTAL_STATUSES = {
    "ordered",
    "collecting",
    "collected",
    "in_transit",
    "delivering",
    "delivered",
    "failed",
    "returning",
    "returned",
    "cancelled",
    "unknown",
}


def scan(**fields):
    return {
        "_id": {"$oid": "650000000000000000000001"},
        "CustomerCode": "HCC-H56",
        "OrderNumber": "H56.14-260514-0001",
        "EventTime": 1778724000123,
        "POSID": "440000",
        "ItemCode": "RB123456785VN",
        "StatusCode": 14,
        "StatusMessage": "Phát thành công",
        "Notes": "",
        **fields,
    }


def test_every_known_tracking_code_is_mapped_or_left_out_on_purpose():
    assert MYVNPOST | {100, 170} == TRACKING.keys() | UNKNOWN_ON_PURPOSE | NOT_MOVEMENT
    assert not TRACKING.keys() & (UNKNOWN_ON_PURPOSE | NOT_MOVEMENT)
    assert set(TRACKING.values()) <= POSTAL_STATUSES


def test_an_unknown_tracking_code_is_kept_as_it_came():
    assert event(scan(StatusCode="X7"))["code"] == "X7"
    assert event(scan(StatusCode={"$numberInt": "999"}))["code"] == "999"
    assert event(scan(StatusCode=None))["code"] == "?"
    assert (event(scan(StatusCode=999))["status"], event(scan(StatusCode=999))["code"]) == ("unknown", "999")


def test_a_scan_becomes_a_valid_event_of_its_order():
    order = postal_order()

    document, problems = admit("postal_order", {**order, "events": [event(scan())]})

    assert problems == []
    [found] = document["events"]
    assert found == {
        "id": "650000000000000000000001",
        "leg": "return",
        "occurred_at": "2026-05-14T09:00:00.123+07:00",
        "status": "delivered",
        "code": "14",
        "message": "Phát thành công",
        "post_office": "440000",
        "item_code": "RB123456785VN",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"ItemCode": "RB123456784VN"},
        {"ItemCode": None},
        {"POSID": 440000},
        {"POSID": "44\x01"},
        {"StatusCode": None},
        {"StatusMessage": " a\n\tb "},
        {"StatusMessage": "a\x08b\x00"},
    ],
)
def test_odd_fields_of_a_scan_never_make_the_event_invalid(fields):
    _, problems = admit("postal_order", {**postal_order(), "events": [event(scan(**fields))]})

    assert problems == []


def test_times_in_extended_json_are_read():
    assert event(scan(EventTime={"$numberLong": "1778724000000"}))["occurred_at"] == "2026-05-14T09:00:00+07:00"


@pytest.mark.parametrize("when", [None, "", "yesterday", 10**20])
def test_a_scan_without_a_real_time_cannot_be_mapped(when):
    with pytest.raises(Unmappable):
        event(scan(EventTime=when))


def test_settled_fees_move_no_parcel():
    assert [event(scan(StatusCode=code)) for code in NOT_MOVEMENT] == [None, None]


@pytest.mark.parametrize("leg", SUFFIXES)
def test_an_order_number_tells_its_leg(leg):
    assert leg_of(order_number("H56.14-260514-0001", leg)) == ("H56.14-260514-0001", leg)


def test_an_order_whose_tracking_would_be_read_as_that_of_another_is_not_made():
    with pytest.raises(Unmappable, match="pick-up"):
        orders({**postal_order(), "number": "X1-P"}, SETTINGS)


def test_an_order_has_all_mandatory_fields_and_nothing_that_is_not_known():
    [wanted] = orders(postal_order(money=25_000), SETTINGS).values()

    assert all(wanted["order"][name] not in (None, "") for name in MANDATORY)
    assert wanted["order"]["CODAmount"] == 25_000.0
    assert wanted["order"]["SenderProvince"] == 38
    assert wanted["order"]["SenderDesc"] == "1. Giấy khai sinh x1"
    assert wanted["order"].keys().isdisjoint({"FlagConfig", "ItemCode", "SenderEmail", "ReceiverDistrict"})


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_shipped_order_maps_out(path):
    document, problems = admit("postal_order", json.loads(path.read_text(encoding="utf-8")))
    assert problems == []

    for wanted in orders(document, {**SETTINGS, "customer_codes": ["KH-H56-14"]}).values():
        assert all(wanted["order"][name] not in (None, "") for name in MANDATORY)


def test_an_order_made_by_the_hub_maps_out_with_the_counter_of_the_settings():
    document = {
        "status": "finished",
        "agencies": {"received": {"id": "H56.14", "name": "UBND phường Mẫu"}},
        "pickup": {"contact": CITIZEN, "requested_at": "2026-05-14T09:00:00+07:00"},
        "return_method": "post",
        "return_to": {"contact": CITIZEN, "money_to_collect": 25_000},
        "events": [{"status": "finished", "occurred_at": "2026-05-14T10:00:00+07:00"}],
    }
    made = order_of(Held("dossier", "H56.14-260514-0001", 1, document))
    office = {"phone": "0237000001", "province": 38, "address": "2 Phố Mẫu"}

    wire = orders(made.body, {**SETTINGS, "default_office": office})

    assert [wire[leg]["order"]["OrderNumber"] for leg in wire] == ["H56.14-260514-0001-P", "H56.14-260514-0001"]
    assert all(each["order"][name] not in (None, "") for each in wire.values() for name in MANDATORY)
    assert wire["return"]["order"]["CODAmount"] == 25_000.0


def test_settings_give_the_partners_own_province_numbers_and_flag():
    [wanted] = orders(postal_order(), {**SETTINGS, "province_codes": {"38": 44}, "flag_config": "1"}).values()

    assert (wanted["order"]["SenderProvince"], wanted["order"]["FlagConfig"]) == (44, "1")


def test_a_counter_named_by_its_agency_is_looked_up_in_the_settings():
    order = postal_order()
    order["legs"]["return"]["sender"] = {"name": "UBND phường Mẫu", "agency": "H56.14"}
    office = {"phone": "0237000001", "province": 38, "address": "2 Phố Mẫu"}

    [exact] = orders(order, {**SETTINGS, "offices": {"H56.14": office}}).values()
    [other] = orders(order, {**SETTINGS, "default_office": {**office, "phone": "0237000002"}}).values()

    assert (exact["order"]["SenderTel"], exact["order"]["SenderName"]) == ("0237000001", "UBND phường Mẫu")
    assert other["order"]["SenderTel"] == "0237000002"
    with pytest.raises(Unmappable, match=r"H56\.14"):
        orders(order, SETTINGS)


def test_an_address_is_one_line_with_and_without_district():
    assert one_line(CITIZEN["address"]) == "1 Phố Mẫu, Phường Mẫu, Thanh Hóa"
    assert one_line({"province": {"code": "38", "name": "A"}, "district": {"code": "380", "name": "B"}}) == "B, A"


@pytest.mark.parametrize(
    ("status", "message", "meaning"),
    [
        (100, "Thành công", Verdict.ACCEPTED),
        ("100", "", Verdict.ACCEPTED),
        (204, "Đơn hàng đã tồn tại", Verdict.HELD),
        (999, "Mã đơn ĐÃ TỒN TẠI trên hệ thống", Verdict.HELD),
        (205, "", Verdict.ABSENT),
        (0, "Thành công", Verdict.ODD),
        ("00", "OK", Verdict.ODD),
        (True, "OK", Verdict.ODD),
        (None, "OK", Verdict.ODD),
        ("", "OK", Verdict.ODD),
        ("-987", "OK", Verdict.ODD),
    ],
)
def test_f24_only_a_known_yes_is_a_yes(status, message, meaning):
    assert verdict(status, message) is meaning


def test_only_one_status_is_success():
    assert [status for status, meaning in REPLIES.items() if meaning is Verdict.ACCEPTED] == [100]


def test_item_codes_have_the_check_digit_of_the_upu():
    assert is_item_code("RB123456785VN")
    assert not is_item_code("RB123456786VN")
    assert not is_item_code("RB12345678VN")
    assert [check_digit(serial) for serial in ("12345678", "00000000")] == [5, 5]
