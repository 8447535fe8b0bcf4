"""Orders are never doubled, tracking is never lost."""

from __future__ import annotations

from copy import deepcopy

import pytest

from hub.sdk import ConnectorError, CredentialsRefused, Garbled, OutcomeWord, Reason
from hub.sdk.simulator import Call, Fault
from plugins.postal.connector import Postal
from plugins.postal.mapping_tracking import is_item_code
from tests.plugins.postal.examples import postal_order

ORDER = "/vnpost/1.0/order"
NOON = "2026-05-14T12:00:00+07:00"


def act(post, **wish):
    import orjson

    with post.memory.together():
        return orjson.loads(post.act(Call("POST", "/_sim/act", {}, {}, orjson.dumps(wish))).body)


def publish(driver, number=1, **how):
    order = postal_order(number, **how)
    return driver.publish("postal_order", order["number"], order)


def cancelled(delivery, *legs):
    document = deepcopy(dict(delivery.document))
    for leg in legs:
        document["legs"][leg]["cancelled_at"] = NOON
    return document


def calls(post, method, path):
    return sum(each["method"] == method and each["path"] == path for each in post._log)


def test_f03_200_orders_with_lost_answers_are_exactly_200_orders(driver, post):
    for number in range(1, 201):
        publish(driver, number)
    post.faults.order({"fault": "timeout_after", "rate": 0.3, "path": ORDER, "seed": 7, "times": 150})

    driver.run(rounds=200)

    assert all(each.settled for each in driver.deliveries.values())
    assert len(post.holdings()) == 200
    assert [effect["what"] for effect in post.memory.effects()] == ["accepted"] * 200
    assert any(each.outcomes[0].word is OutcomeWord.UNKNOWN for each in driver.deliveries.values())


def test_f15_a_broken_line_tries_no_more_orders_of_the_batch_and_hides_none(driver, post):
    deliveries = [publish(driver, number) for number in range(1, 6)]
    driver.push(deliveries[:2])
    post.faults.order({"fault": "timeout_after", "times": 1, "path": ORDER})

    outcomes = driver.push(deliveries)

    assert [each.word for each in outcomes] == [
        OutcomeWord.DELIVERED,
        OutcomeWord.DELIVERED,
        OutcomeWord.UNKNOWN,
        OutcomeWord.DEFERRED,
        OutcomeWord.DEFERRED,
    ]
    assert calls(post, "POST", ORDER) == 3


def test_a_refused_order_does_not_hold_up_the_others(driver, post):
    bad = publish(driver, 1)
    bad.document["legs"]["return"]["receiver"]["name"] = ""
    good = publish(driver, 2)

    driver.run()

    assert bad.parked is Reason.DATA
    assert good.settled


def test_only_the_missing_leg_is_ordered(driver, post):
    delivery = publish(driver, legs=("pickup",))
    driver.run()
    driver.publish("postal_order", delivery.key, postal_order(legs=("pickup", "return")))

    driver.run()

    assert [effect["name"] for effect in post.memory.effects()] == [f"{delivery.key}-P", delivery.key]
    assert post.holdings()[delivery.name].keys() == {"pickup", "return"}


def test_a_lost_answer_of_the_second_leg_keeps_the_first(driver, post):
    delivery = publish(driver, legs=("pickup", "return"))
    driver.connector.check()
    driver.push([publish(driver, 2)])
    post.faults.order({"fault": "slow", "delay": 0, "times": 1, "path": ORDER})
    post.faults.order({"fault": "timeout_after", "times": 1, "path": ORDER})

    [outcome] = driver.push([delivery])

    assert (outcome.word, outcome.acknowledged["pickup"]) == (OutcomeWord.UNKNOWN, "ordered")
    driver.run()
    assert delivery.acknowledged["return"] == "ordered"
    assert len(post.memory.effects()) == 3


def test_a_cancelled_leg_is_cancelled_once_and_the_other_stays(driver, post):
    delivery = publish(driver, legs=("pickup", "return"))
    driver.run()
    driver.publish("postal_order", delivery.key, cancelled(delivery, "pickup"))
    post.faults.order({"fault": "timeout_after", "times": 1, "path": "/cancel"})

    driver.run()

    assert (delivery.acknowledged["pickup"], delivery.acknowledged["return"]) == ("cancelled", "ordered")
    assert post.holdings()[delivery.name].keys() == {"return"}
    assert [effect["what"] for effect in post.memory.effects()] == ["accepted", "accepted", "cancelled"]


def test_an_order_cancelled_before_it_was_sent_is_never_sent(driver, post):
    delivery = publish(driver)
    driver.publish("postal_order", delivery.key, cancelled(delivery, "return"))

    driver.run()

    assert (delivery.settled, post.holdings(), post.memory.effects()) == (True, {}, [])
    assert driver.connector.holding(driver.outgoing(delivery)) is None


def test_an_item_on_its_way_cannot_be_cancelled_and_the_leg_is_settled_with_the_posts_word(driver, post):
    delivery = publish(driver, legs=("pickup", "return"))
    driver.run()
    act(post, act="scan", order=f"{delivery.key}-P", status=6)
    driver.publish("postal_order", delivery.key, cancelled(delivery, "pickup"))

    driver.run()

    last = delivery.outcomes[-1]
    assert (delivery.parked, delivery.settled) == (None, True)
    assert (last.code, last.detail) == ("206", "VNPost can no longer cancel: the item is on its way.")
    assert post.holdings()[delivery.name].keys() == {"pickup", "return"}
    assert post.holdings()[delivery.name] == driver.connector.holding(driver.outgoing(delivery))
    driver.publish("postal_order", delivery.key, delivery.document)
    driver.run()
    assert (delivery.settled, calls(post, "GET", "/vnpost/1.0/cancel")) == (True, 1)


def test_that_it_was_too_late_to_cancel_is_not_found_to_differ_when_the_post_is_asked(driver, post):
    delivery = publish(driver)
    driver.run()
    act(post, act="scan", order=delivery.key, status=6)
    driver.publish("postal_order", delivery.key, cancelled(delivery, "return"))
    post.faults.order({"fault": "timeout_after", "times": 1, "path": "/cancel"})
    driver.run()
    assert delivery.settled

    [told] = driver.connector.look_up([driver.outgoing(delivery)])
    assert told.word is OutcomeWord.DELIVERED
    post.memory.put("order", delivery.key, {**post.memory.get("order", delivery.key), "state": "cancelled"})
    [told] = driver.connector.look_up([driver.outgoing(delivery)])  # cancelled by telephone
    assert (told.word, told.acknowledged["return"]) == (OutcomeWord.DELIVERED, "cancelled")
    post.memory.remove("order", delivery.key)
    [told] = driver.connector.look_up([driver.outgoing(delivery)])
    assert (told.word, told.acknowledged) == (OutcomeWord.DELIVERED, {})


def test_a_changed_address_is_not_passed_over_in_silence(driver, post):
    delivery = publish(driver)
    driver.run()
    changed = deepcopy(dict(delivery.document))
    changed["legs"]["return"]["receiver"]["address"]["detail"] = "3 Phố Khác"
    driver.publish("postal_order", delivery.key, changed)

    driver.run()

    assert delivery.parked is Reason.DATA
    assert len(post.memory.effects()) == 1


def test_a_changed_address_after_a_lost_answer_is_seen_in_the_look_up(driver, post):
    delivery = publish(driver)
    post.faults.order({"fault": "timeout_after", "times": 1, "path": ORDER})
    driver.step()
    changed = deepcopy(dict(delivery.document))
    changed["legs"]["return"]["receiver"]["phone"] = "0900000002"
    driver.publish("postal_order", delivery.key, changed)

    driver.run()

    assert delivery.parked is Reason.DATA
    assert len(post.memory.effects()) == 1


def test_another_list_of_papers_changes_nothing_at_the_post(driver, post):
    delivery = publish(driver)
    driver.run()
    changed = deepcopy(dict(delivery.document))
    changed["legs"]["return"]["items"].append({"name": "Trích lục"})
    driver.publish("postal_order", delivery.key, changed)

    driver.run()

    assert delivery.settled
    assert post.holdings()[delivery.name] == driver.connector.holding(driver.outgoing(delivery))


def test_a_doubled_order_number_is_refused_by_the_post_and_counts_as_held(driver, post):
    delivery = publish(driver)
    driver.run()
    driver.forget(delivery, memo={}, version=None)
    delivery.uncertain = False  # the memo was lost and nobody asked

    [outcome] = driver.push([delivery])

    assert outcome.word is OutcomeWord.DELIVERED
    assert len(post.memory.effects()) == 1


def test_an_unknown_customer_code_is_a_matter_of_the_channel(driver, post):
    delivery = publish(driver)
    delivery.document["customer_code"] = "nobody"
    driver.connector.settings["customer_codes"] = ["nobody"]

    [outcome] = driver.step()

    assert (outcome.word, outcome.reason, outcome.code) == (OutcomeWord.DEFERRED, Reason.CREDENTIALS, "203")


def test_an_order_whose_tracking_would_be_left_out_is_not_made(driver, post):
    delivery = publish(driver)
    delivery.document["customer_code"] = "nobody"

    driver.run()

    assert (delivery.parked, post.holdings()) == (Reason.MAPPING, {})


def test_the_look_up_that_fails_leaves_it_unknown(driver, post):
    delivery = publish(driver)
    driver.step()
    driver.forget(delivery, memo={}, version=None)
    for fault in (Fault.HTTP_500, Fault.HTTP_429, Fault.GARBLED, Fault.ERROR_IN_200):
        post.faults.order({"fault": fault, "times": 1, "path": ORDER})
        [outcome] = driver.recall([delivery])
        assert outcome.word is OutcomeWord.UNKNOWN, fault


def test_a_token_is_renewed_when_it_ends_or_is_forgotten(driver, post, clock):
    publish(driver, 1)
    driver.run()
    clock.advance(hours=2)
    publish(driver, 2)
    driver.run()
    post.faults.order({"fault": "expired_session", "times": 1, "path": ORDER})
    publish(driver, 3)
    [outcome] = driver.step()

    assert outcome.word is OutcomeWord.DELIVERED
    assert calls(post, "POST", "/token") == 3


def test_no_token_means_that_nothing_was_sent(driver, post):
    for fault in (Fault.TIMEOUT_AFTER, Fault.HTTP_500, Fault.GARBLED, Fault.ERROR_IN_200):
        post.faults.order({"fault": fault, "times": 1, "path": "/token"})
        delivery = publish(driver, 1)
        [outcome] = driver.step()
        assert (outcome.word, outcome.reason) == (OutcomeWord.DEFERRED, Reason.UNREACHABLE), fault
        assert not delivery.uncertain


def test_nothing_personal_is_kept_of_the_exchanges(driver, post):
    publish(driver)
    driver.run()
    kept = repr(driver.exchanges)

    assert "H56.14-260514-0001" in kept
    assert not [secret for secret in ("Nguyễn", "0900000001", "Phố Mẫu", "token-1", "hub-secret") if secret in kept]


def test_tracking_is_read_in_pages_and_the_same_cursor_brings_the_same_page(driver, post):
    publish(driver, legs=("pickup", "return"))
    driver.run()
    for status in (4, 6, 10):
        act(post, act="scan", order="H56.14-260514-0001", status=status)
    driver.connector.settings["page_size"] = 2

    first = driver.connector.pull(None)
    again = driver.connector.pull(None)
    second = driver.connector.pull(first.cursor)
    last = driver.connector.pull(second.cursor)

    assert first == again
    assert [len(page.items) for page in (first, second, last)] == [2, 1, 0]
    assert (first.more, second.more, last.more, last.cursor) == (True, False, False, second.cursor)


def test_f31_a_crash_between_pages_loses_nothing(driver, post):
    publish(driver)
    driver.run()
    for status in (4, 6, 10, 12, 14):
        act(post, act="scan", order="H56.14-260514-0001", status=status)
    driver.connector.settings["page_size"] = 2
    kept, cursor = {}, None

    for fault in (None, "timeout_after", None, "half_body", None, "partial_batch", None, None):
        if fault:
            post.faults.order({"fault": fault, "times": 1, "path": "/tracking"})
        try:
            page = driver.connector.pull(cursor)
        except ConnectorError:  # the worker is killed: neither items nor cursor are kept
            continue
        cursor = page.cursor
        for item in page.items:
            kept[item.id] = driver.connector.map_in(item)[0].body["events"][0]["status"]

    assert list(kept.values()) == ["collecting", "collected", "in_transit", "delivering", "delivered"]


def test_f30_a_page_that_does_not_move_on_is_an_error_and_no_endless_loop(driver, post):
    publish(driver)
    driver.run()
    act(post, act="scan", order="H56.14-260514-0001", status=4)
    page = driver.connector.pull(None)
    driver.connector.client.tracking = lambda last, size: [page.items[0].payload]

    with pytest.raises(Garbled):
        driver.connector.pull(page.cursor)


def test_every_order_walks_to_its_door_when_the_post_delivers_all(driver, post):
    publish(driver, 1, legs=("pickup", "return"))
    publish(driver, 2)
    driver.run()
    act(post, act="deliver_all")
    cursor, seen = None, {}

    for _ in range(6):
        page = driver.connector.pull(cursor)
        cursor = page.cursor
        for item in page.items:
            [incoming] = driver.connector.map_in(item)
            [event] = incoming.body["events"]
            seen.setdefault((incoming.key, event["leg"]), []).append(event)

    assert set(seen) == {
        ("H56.14-260514-0001", "pickup"),
        ("H56.14-260514-0001", "return"),
        ("H56.14-260514-0002", "return"),
    }
    for events in seen.values():
        assert [event["status"] for event in events] == [
            "collecting",
            "collected",
            "in_transit",
            "delivering",
            "delivered",
        ]
        assert sorted(event["occurred_at"] for event in events) == [event["occurred_at"] for event in events]
        assert all(is_item_code(event["item_code"]) for event in events[1:])
    assert len({events[-1]["item_code"] for events in seen.values()}) == 3


def test_orders_taken_while_the_post_tracks_by_itself_are_delivered_too(driver, post):
    act(post, act="auto_track")
    publish(driver)
    driver.run()

    pages = [driver.connector.pull(None) for _ in range(6)]

    assert len(pages[-1].items) == 5


def test_scans_of_other_customers_are_left_out(driver, post):
    publish(driver)
    driver.run()
    act(post, act="scan", order="H56.14-260514-0001", status=4)
    [item] = driver.connector.pull(None).items
    item.payload["CustomerCode"] = "somebody-else"

    assert driver.connector.map_in(item) == ()


def test_refused_credentials_are_told_as_such(driver, post):
    connector = Postal({**post.settings(), "consumer_secret": "wrong-secret"}, driver.connector.tools)

    with pytest.raises(CredentialsRefused):
        connector.pull(None)
    assert connector.check().word == "misconfigured"


def test_what_was_ordered_survives_a_restart_of_the_post(tmp_path, clock):
    from plugins.postal.simulator import PostalSimulator

    for _ in range(2):
        with PostalSimulator(directory=tmp_path, clock=clock) as post:
            post.memory.put("order", "H56.14-260514-0001", {"state": "accepted", "sent": {"OrderNumber": "…"}})
    with PostalSimulator(directory=tmp_path, clock=clock) as post:
        assert post.holdings() == {"postal_order/H56.14-260514-0001": {"return": {"OrderNumber": "…"}}}
