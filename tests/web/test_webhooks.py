"""Clients hear of changes in order, at least once, signed; a dead address is tried again and never blocks others."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest

from hub.flows import public_address
from hub.flows.tell import tell_due
from hub.sdk import signing
from hub.store import webhooks


@pytest.fixture
def listener():
    """A client's own server: keeps what it is told; `answers` are the statuses to come."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = server.answers.pop(0) if server.answers else 204
            server.calls.append((status, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.calls, server.answers = [], []
    server.url = f"http://127.0.0.1:{server.server_port}/told"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def hub(make_hub):
    return make_hub(webhook_allow_private=True)


def told(listener):
    return [
        (item["key"], item["version"])
        for status, _, body in listener.calls
        if status < 300
        for item in orjson.loads(body)["data"]["items"]
    ]


def row_of(hub, client="mot-cua"):
    with hub.context.store.reading() as connection:
        return webhooks.find(connection, client)


def publish(api, dossier, *numbers, summary="a"):
    for number in numbers:
        code = f"H56.14-260511-{number:04}"
        api.put(f"/v1/dossiers/{code}", {**dossier, "code": code, "summary": summary})


def test_a_client_sets_looks_at_and_removes_its_webhook(hub, api, listener):
    first = api.put("/v1/webhook", {"url": listener.url}).json
    again = api.put("/v1/webhook", {"url": listener.url + "2"}).json
    rotated = api.put("/v1/webhook", {"url": listener.url, "rotate": True}).json
    shown = api.get("/v1/webhook").json

    assert first["secret"].startswith("whsec_")
    assert "secret" not in again
    assert rotated["secret"] != first["secret"]
    assert (rotated["secrets"], shown["url"]) == (2, listener.url)
    assert "secret" not in shown
    assert first["secret"] not in row_of(hub)["secrets"]
    assert api.send("DELETE", "/v1/webhook").status_code == 204
    assert api.get("/v1/webhook").status_code == api.send("DELETE", "/v1/webhook").status_code == 404


def test_changes_after_the_webhook_was_set_are_told_in_order_and_signed(hub, api, dossier, listener):
    publish(api, dossier, 0)
    secret = api.put("/v1/webhook", {"url": listener.url}).json["secret"]
    publish(api, dossier, 1, 2)
    publish(api, dossier, 1, summary="b")

    assert tell_due(hub.context) == 3
    assert told(listener) == [("H56.14-260511-0001", 1), ("H56.14-260511-0002", 1), ("H56.14-260511-0001", 2)]
    _, headers, body = listener.calls[0]
    signing.verify([secret], headers=headers, body=body, now=hub.context.clock.now())
    assert orjson.loads(body)["data"]["items"][0]["document"]["code"] == "H56.14-260511-0001"
    assert tell_due(hub.context) == 0


def test_during_rotation_both_secrets_fit(hub, api, dossier, listener):
    first = api.put("/v1/webhook", {"url": listener.url}).json["secret"]
    second = api.put("/v1/webhook", {"url": listener.url, "rotate": True}).json["secret"]
    publish(api, dossier, 1)
    tell_due(hub.context)
    _, headers, body = listener.calls[0]

    for secret in (first, second):
        signing.verify([secret], headers=headers, body=body, now=hub.context.clock.now())


@pytest.mark.parametrize("status", [500, 404, 302, 429])
def test_only_a_2xx_moves_the_cursor_and_the_next_try_waits(hub, api, dossier, listener, clock, status):
    api.put("/v1/webhook", {"url": listener.url})
    publish(api, dossier, 1)
    listener.answers = [status]
    before = row_of(hub)["cursor"]
    tell_due(hub.context)
    failed = row_of(hub)
    at_once = tell_due(hub.context)
    clock.advance(hours=1)
    later = tell_due(hub.context)

    assert (failed["cursor"], failed["failures"]) == (before, 1)
    assert failed["due_at"] > hub.context.now() - 3_600_000
    assert failed["detail"]
    assert (at_once, later) == (0, 1)
    assert row_of(hub)["failures"] == 0
    assert told(listener) == [("H56.14-260511-0001", 1)]


def test_410_pauses_and_setting_it_again_goes_on_where_it_stopped(hub, api, dossier, listener, clock):
    api.put("/v1/webhook", {"url": listener.url})
    publish(api, dossier, 1)
    listener.answers = [410]
    tell_due(hub.context)
    clock.advance(hours=1)

    assert api.get("/v1/webhook").json["paused"] is True
    assert tell_due(hub.context) == 0
    api.put("/v1/webhook", {"url": listener.url})
    assert tell_due(hub.context) == 1


def test_many_changes_go_in_messages_of_fifty_without_gap(hub, api, dossier, listener):
    api.put("/v1/webhook", {"url": listener.url})
    publish(api, dossier, *range(120))

    assert tell_due(hub.context) == 120
    assert [len(orjson.loads(body)["data"]["items"]) for _, _, body in listener.calls] == [50, 50, 20]
    assert told(listener) == [(f"H56.14-260511-{number:04}", 1) for number in range(120)]


def test_a_dead_address_does_not_keep_others_from_hearing(hub, api, dossier, listener):
    dead = hub.client("chet")
    dead.put("/v1/webhook", {"url": "http://127.0.0.1:9/x"})
    api.put("/v1/webhook", {"url": listener.url})
    publish(api, dossier, 1)

    assert tell_due(hub.context) == 1
    assert row_of(hub, "chet")["failures"] == 1


def test_a_disabled_client_and_one_without_the_feed_are_not_told(hub, api, dossier, listener):
    from hub.store import clients

    api.put("/v1/webhook", {"url": listener.url})
    publish(hub.client("khac"), dossier, 1)
    hub.context.store.write(lambda connection: clients.disable(connection, "mot-cua", disabled=True))

    assert tell_due(hub.context) == 0
    assert listener.calls == []


def test_no_transaction_is_open_over_the_call(hub, api, dossier, listener):
    api.put("/v1/webhook", {"url": listener.url})
    publish(api, dossier, 1)
    pool = hub.context.store.engine.pool
    seen = []
    original = listener.RequestHandlerClass.do_POST

    def look(self):
        seen.append(pool.checkedout())
        original(self)

    listener.RequestHandlerClass.do_POST = look
    tell_due(hub.context)

    assert seen == [0]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x", "http://localhost/x", "http://10.0.0.1/", "http://192.168.1.1/", "http://169.254.169.254/",
        "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "http://2130706433/", "http://user@1.1.1.1/",
        "ftp://1.1.1.1/", "http://", "x", "http://[", "http://nothing.invalid/", "http://100.64.0.1/",
    ],
)  # fmt: skip
def test_an_address_in_a_private_network_is_refused(make_hub, url):
    api = make_hub().client()
    answer = api.put("/v1/webhook", {"url": url})

    assert (answer.status_code, answer.json["code"]) == (422, "webhook_address")
    with pytest.raises(public_address.NotPublic):
        public_address.check(url, allow_private=False)


def test_an_address_that_became_private_is_not_called(hub, make_hub, api, dossier, listener):
    api.put("/v1/webhook", {"url": listener.url})
    publish(api, dossier, 1)
    strict = make_hub()

    assert tell_due(strict.context) == 0
    assert listener.calls == []
    assert "private" in row_of(hub)["detail"]


@pytest.mark.parametrize(
    "body", [{}, {"url": 7}, {"url": "http://1.1.1.1/", "more": 1}, [], {"url": "http://1.1.1.1/" + "x" * 3000}]
)
def test_an_odd_wish_is_refused(api, body):
    assert api.put("/v1/webhook", body).status_code == 422
