"""The commands `hub reconcile` and `hub epoch` as a person runs them."""

from __future__ import annotations

import orjson
import pytest
from click.testing import CliRunner

from hub.cli import main
from hub.domain import vault
from hub.flows.leases import Leases
from hub.plugging.manager import load
from hub.store import channels
from hub.testing import house
from hub.testing.delivering import deliver
from plugins.hub_peer.simulator import HubPeerSimulator
from tests.flows.test_accept import put


def run(url, *words):
    return CliRunner().invoke(main, words, env={"HUB_DATABASE_URL": url, "HUB_SECRET_KEY": house.KEY})


@pytest.fixture
def peer():
    with HubPeerSimulator() as simulator:
        yield simulator


@pytest.fixture
def context(database_url, peer):
    context = house.build(database_url, plugins=load())
    schema = context.plugins.catalogue.entry("hub_peer").connector.settings_schema
    values = {"connector": "hub_peer", "settings": vault.sealed(context.vault, peer.settings(), schema)}
    values |= {"routing": {}, "politeness": dict(house.QUICK)}
    context.store.write(lambda connection: channels.put(connection, "up", values, now=context.now()))
    context.channels.forget()
    for number in (1, 2, 3):
        put(context, house.dossier(number))
    deliver(context, context.channels.get("up"), limit=10, leases=Leases(context))
    yield context
    context.waker.close()
    context.store.close()


def test_what_is_missing_is_told_and_let_go_again(database_url, context, peer):
    peer.memory.remove("record", "dossier/H56.14-260511-0002")

    dry = run(database_url, "reconcile", "up", "--dry-run")
    done = run(database_url, "reconcile", "up", "--kind", "dossier", "--json")
    deliver(context, context.channels.get("up"), limit=10, leases=Leases(context))
    equal = run(database_url, "reconcile", "up", "--dry-run")

    assert dry.exit_code == 1
    assert "H56.14-260511-0002" in dry.output
    assert done.exit_code == 0, done.output
    told = orjson.loads(done.stdout)
    assert (told["missing"], told["again"], told["keys"]) == (1, 1, {"missing": ["dossier/H56.14-260511-0002"]})
    assert equal.exit_code == 0, equal.output
    assert "NGUYỄN" not in dry.output + done.output


def test_a_partner_that_is_away_is_a_sentence(database_url, context, peer):
    peer.stop()

    answer = run(database_url, "reconcile", "up")

    assert answer.exit_code == 1
    assert "could not be asked" in answer.output


def test_no_such_channel_is_a_sentence(database_url):
    answer = run(database_url, "reconcile", "nowhere")

    assert (answer.exit_code, "There is no channel nowhere" in answer.output) == (1, True)


def test_an_epoch_is_begun_shown_and_released(database_url, context):
    refused = run(database_url, "epoch", "begin")
    begun = run(database_url, "epoch", "begin", "--yes")
    shown = run(database_url, "epoch", "show", "--json")
    released = run(database_url, "epoch", "release")
    after = run(database_url, "epoch", "show")

    assert refused.exit_code == 1
    assert begun.exit_code == 0, begun.output
    told = orjson.loads(shown.stdout)
    assert (told["held"], told["epoch"]["number"], told["uncertain"]) == (True, 2, 3)
    assert "go on" in released.output
    assert "held" not in after.output
