"""A gateway's token: fetched once, renewed when it ends or is forgotten, and never the reason of a doubt."""

from __future__ import annotations

import pytest

from hub.sdk import CredentialsRefused, Garbled, Http, NotSent, Rejecting, Timeouts, TokenGateway, Tools, Unanswered
from hub.sdk.simulator import Fault, Response, Simulator, Tokens, TokenService
from hub.testing.clock import SetClock


class Portal(Simulator):
    """A service behind a gateway; `status` is what the service answers with."""

    name = "portal"

    def __init__(self, header="authorization", **options):
        super().__init__(**options)
        self.status = 200
        self.tokens = Tokens(self.memory, self.clock, header=header)
        self.service = TokenService(self.tokens, consumer_key="key", consumer_secret="word", seconds=3600)

    def answer(self, call):
        if call.path == "/token":
            return self.service.answer(call)
        if not self.tokens.admit(call):
            return Response.json({}, 401)
        return Response.json({"heard": call.json()}, self.status)

    def holdings(self):
        return {}

    def tokens_given(self):
        return self.memory.count("token")


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def portal(clock):
    with Portal(clock=clock) as simulator:
        yield simulator


def gateway(portal, *, secret="word", **options):
    tools = Tools(channel="c", http=Http(Timeouts(2, 3, 6)), clock=portal.clock)
    return TokenGateway(tools, f"{portal.url}/token", consumer=("key", secret), **options)


def say(portal, line):
    return line.call("POST", f"{portal.url}/say", json="hello")


def test_one_token_serves_many_calls_and_is_renewed_before_it_ends(portal, clock):
    line = gateway(portal)

    assert [say(portal, line) for _ in range(3)] == [{"heard": "hello"}] * 3
    assert portal.tokens_given() == 1
    clock.advance(hours=1)
    say(portal, line)
    assert portal.tokens_given() == 2


def test_a_forgotten_token_is_renewed_once_and_the_call_goes_again(portal):
    line = gateway(portal)
    say(portal, line)
    portal.faults.order({"fault": "expired_session", "times": 1, "path": "/say"})

    assert say(portal, line) == {"heard": "hello"}


def test_a_gateway_that_refuses_every_token_is_a_matter_of_credentials(portal):
    portal.faults.order({"fault": "expired_session", "path": "/say"})

    with pytest.raises(CredentialsRefused):
        say(portal, gateway(portal))


def test_a_wrong_secret_is_refused(portal):
    with pytest.raises(CredentialsRefused):
        say(portal, gateway(portal, secret="another"))


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.HTTP_500, Fault.GARBLED, Fault.ERROR_IN_200])
def test_f03_no_token_means_that_nothing_was_sent(portal, fault):
    portal.faults.order({"fault": fault, "times": 1, "path": "/token"})

    with pytest.raises(NotSent):
        say(portal, gateway(portal))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Rejecting),
        (403, CredentialsRefused),
        (404, Garbled),
        (413, Rejecting),
        (422, Rejecting),
        (500, Unanswered),
        (302, Garbled),
    ],
)
def test_what_a_status_of_the_service_means(portal, status, error):
    portal.status = status

    with pytest.raises(error) as raised:
        say(portal, gateway(portal))
    assert raised.value.code == str(status)


def test_some_gateways_want_the_token_in_a_header_of_their_own(clock):
    with Portal(header="access_token", clock=clock) as portal:
        assert say(portal, gateway(portal, header="access_token")) == {"heard": "hello"}
