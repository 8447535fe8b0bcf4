"""Nothing leaves once the lease has ended, even if it ended while the request was being made."""

from __future__ import annotations

import itertools

import pytest

from hub.sdk import exchange
from hub.sdk.errors import NotSent
from hub.sdk.http import Http
from hub.testing.partner import EchoSimulator


@pytest.mark.parametrize("looks", [0, 1, 2])
def test_f05_a_request_stopped_between_its_making_and_its_sending_never_reaches_the_partner(looks):
    asked = itertools.count()
    with EchoSimulator() as partner:
        with exchange.only_while(lambda: next(asked) < looks), pytest.raises(NotSent):
            Http().post(f"{partner.url}/login", json={"secret": "wrong"})

        assert next(asked) == looks + 1
        assert Http().get(f"{partner.url}/_sim/log").json()["seen"] == 0


def test_while_the_lease_holds_everything_goes():
    with EchoSimulator() as partner, exchange.only_while(lambda: True):
        assert Http().post(f"{partner.url}/login", json={"secret": "wrong"}).status == 401
